/* SPDX-License-Identifier: GPL-2.0-or-later */
/* role.h: one kind of thread in a mix: a file in workloads/roles/ (copy skeleton.c) or a row there.
 */
#ifndef FSDUEL_WORKLOADS_ROLE_H
#define FSDUEL_WORKLOADS_ROLE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/rng.h"
#include "workloads/metric.h"
#include "workloads/param.h"

struct stamps; /* workloads/stamps.h */

/* One thread of a role while it runs. The loop in timed.c owns it; hooks may read all of it. */
struct role_thread {
	const struct role *role;
	const uint64_t *param; /* NR_ROLE_PARAMS values */
	const uint64_t *own;   /* values of role->params */
	const char *path;      /* the work file: the shared one or its own */
	uint64_t file_size, region_start, region_size, bs;
	unsigned index, nr;                /* this thread among the nr of its role, from 0 */
	struct rng rng;                    /* seeded from the block; offsets come from it */
	int fd;                            /* opened with role->open_flags; -1 without needs_fd */
	void *buf;                         /* bs bytes, page aligned, holds this thread's pattern */
	unsigned depth;                    /* asynchronous roles: slots, set in begin; 1 or more */
	void *priv;                        /* the role's own, made in begin, freed in end */
	struct stamps *stamps;             /* of the whole mix; threads share it */
	uint64_t start_ns;                 /* when the start barrier opened, on the clock */
	uint64_t count[ROLE_COUNTERS_MAX]; /* of role->counters, in their order */
};

/* A completed operation: its slot, and its result as op returns one. */
struct role_done {
	unsigned slot;
	int64_t got;
};

#define ROLE_WAIT_FOREVER UINT64_MAX

struct role {
	/* Equals the file's name. Up to 15 characters: it is the threads' comm, too. */
	const char *name;
	const char *help;  /* one line */
	int open_flags;    /* O_RDWR | O_DIRECT ... for the work file */
	bool needs_fd;     /* false: the role opens nothing (null) */
	bool writes;       /* changes the file */
	bool no_warmup;    /* its operations cannot be repeated */
	bool durable;      /* an operation is on disk when it returns: needs no sync */
	bool grows;        /* an operation makes the file bs longer: bound by ops */
	bool renews;       /* its operations leave unwritten extents as they were */
	bool stamps;       /* fills holes with stamps and empties them again (stamps.h) */
	bool sees_stamps;  /* looks for them: works where a role of the mix puts them */
	uint32_t bs_align; /* bs must be a multiple of it; 1: any */
	/* Other defaults than role_params has: name, value, name, value, ..., NULL; may be NULL. */
	const char *const *defaults;
	const struct param *params; /* rows of its own, ends with a NULL name; may be NULL */
	/* The rows of t->count, up to ROLE_COUNTERS_MAX, ends with a NULL name; may be NULL. */
	const struct counter *counters;

	/* In each thread, before the barrier; may be NULL. On -errno the cell has failed. */
	int (*begin)(struct role_thread *t, struct err *e);
	/* One operation at this file offset, in the timed part and in the warm-up. Returns the
	 * bytes moved or -errno; fewer bytes than t->bs count as EIO. It must not allocate, print
	 * or read the clock. An asynchronous role has start and reap in its place. */
	int64_t (*op)(struct role_thread *t, uint64_t offset);
	/*
	 * start prepares one operation in a free slot, 0 to t->depth - 1. reap submits the prepared
	 * ones and waits until one has completed or wait_ns have passed (0: no wait). It returns
	 * the number completed, listed in done (room for t->depth), whose slots are free again.
	 * -errno: the queue is broken, which ends this thread. A latency lasts from start to the
	 * return of reap.
	 */
	void (*start)(struct role_thread *t, unsigned slot, uint64_t offset);
	int (*reap)(struct role_thread *t, struct role_done *done, uint64_t wait_ns);
	/* Make all operations so far durable, in the timed part; NULL: fdatasync(t->fd). Its time
	 * and its -errno belong to the operation before it (worker_ended in timed.c). */
	int (*sync)(struct role_thread *t);
	/* In each thread that began, after every thread's timed part; may be NULL. */
	void (*end)(struct role_thread *t);
	/* After the run, on the summed counts: -errno and a sentence if the cell is invalid. */
	int (*judge)(const uint64_t *count, struct err *e);
};

extern const struct role *const roles[];        /* sorted by name, ends with NULL */
const struct role *role_find(const char *name); /* NULL: unknown */

/* The operation of most roles. */
static inline int64_t role_pread(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pread(t->fd, t->buf, t->bs, (off_t)offset);

	return n < 0 ? -errno : n;
}

static inline int64_t role_pwrite(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pwrite(t->fd, t->buf, t->bs, (off_t)offset);

	return n < 0 ? -errno : n;
}

#endif
