/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell_impl.h: shared by the files cell*.c and watch.c, and for them only. */
#ifndef FSDUEL_RUNNERS_CELL_IMPL_H
#define FSDUEL_RUNNERS_CELL_IMPL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "lib/err.h"
#include "runners/cell/cell.h"
#include "runners/fio/fio_run.h"
#include "runners/cell/trouble.h"

/* watch.c: the limit of a cell run and the wish of the caller to stop, as one flag. Its thread
 * wakes before the deadline only if the caller has a flag: exact mode runs nothing beside. */
struct watch {
	atomic_int stop;          /* non-zero: give up; 1 the caller's wish, 2 overran */
	uint64_t deadline_ns;     /* CLOCK_MONOTONIC; 0: none */
	const atomic_int *caller; /* may be NULL */
	pthread_t thread;
	sem_t quit;
	bool started;
};

enum { WATCH_CALLER = 1, WATCH_OVERRAN = 2 };

/* limit_ns 0: no limit. */
int watch_start(struct watch *w, uint64_t limit_ns, const atomic_int *caller, struct err *e);
/* Look now, without waiting for the thread to do it: 0, WATCH_CALLER or WATCH_OVERRAN. */
int watch_check(struct watch *w);
/* What is left, at least 1; 0 when there is no limit (as proc_opts.timeout_ns wants it). */
uint64_t watch_left_ns(const struct watch *w);
void watch_end(struct watch *w); /* accepts a zeroed one */

struct cell_work;
struct cell_pass;

struct cell {
	const struct cell_spec *spec;
	const struct cell_place *at;
	struct result *r;
	const struct fs_type *fs;
	const struct cell_work *work;
	void *priv;                   /* the work's own; NULL until its check has made it */
	const struct cell_pass *pass; /* NULL: nothing watches */
	void *pass_priv;              /* its own; NULL until its open has made it */
	struct fio_span timed; /* all that counts between the marks is in it; both 0: all counts */
	struct watch watch;    /* watch.stop is the flag that long steps look at */
	struct klog log;
	bool mounted;
	int lost;        /* -errno: the device is no longer ours, or may not be */
	bool check_fs;   /* after unmounting, with the file system's own checker */
	char *seen;      /* a finding of the work that makes the cell invalid, or NULL */
	enum status bad; /* the status that a failing step gives; a step may say INVALID */
};

/* 0, or -errno and a sentence. */
typedef int cell_hook(struct cell *c, struct err *e);

/* In the order in which they are called. */
struct cell_work {
	bool counts_all;    /* cell_mark calls cell_place.count; else the work does it itself */
	cell_hook *check;   /* read the spec, before anything is touched */
	cell_hook *prepare; /* make its files on the mounted file system */
	cell_hook *prove;   /* are their extents as declared? INVALID when not; facts "extents" */
	cell_hook *measure; /* the timed part, between cell_mark(c, 1) and cell_mark(c, 0) */
	cell_hook *collect; /* samples into c->r */
	void (*release)(struct cell *c); /* free c->priv; it may be NULL; still mounted */
};

/* A watcher of the timed part. */
struct cell_pass {
	void (*mark)(struct cell *c, int begin);
	cell_hook *open;   /* switched off, before the machine is to be idle; SKIPPED: cannot */
	cell_hook *reduce; /* after collect: the findings into c->r */
	void (*release)(struct cell *c); /* free c->pass_priv; it may be NULL */
};

extern const struct cell_pass cell_pass_locks;
extern const struct cell_work cell_work_mix, cell_work_fio;

/* The timed part begins or has ended. The pass's own work is in the caller's marks. */
static inline void cell_mark(void *cell, int begin)
{
	struct cell *c = cell;

	if (c->at->mark && begin)
		c->at->mark(c->at->mark_arg, begin);
	if (c->pass)
		c->pass->mark(c, begin);
	if (c->at->count && begin)
		c->at->count(COUNT_SOON);
	if (c->at->count && c->work->counts_all)
		c->at->count(begin ? COUNT_BEGIN : COUNT_END);
	if (c->at->mark && !begin)
		c->at->mark(c->at->mark_arg, begin);
}

#endif
