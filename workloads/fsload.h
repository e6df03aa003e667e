/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsload.h: the load generator: a mix of roles on one file, some on files of their own, started
 * together, bound by time or by operations. Host and guest call mix_parse, mix_set, fsload_init,
 * fsload_prepare, drop caches, then fsload_prove, fsload_run (the timed part), fsload_release.
 */
#ifndef FSDUEL_WORKLOADS_FSLOAD_H
#define FSDUEL_WORKLOADS_FSLOAD_H

#include <stdatomic.h>

#include "lib/err.h"
#include "workloads/extents.h"
#include "workloads/metric.h"
#include "workloads/role.h"

#define MIX_ENTRIES_MAX 32
#define MIX_THREADS_MAX 1024

struct mix_entry {
	const struct role *role;
	unsigned threads;
	uint64_t param[NR_ROLE_PARAMS];
	uint64_t own[ROLE_OWN_PARAMS_MAX];
	uint32_t named; /* set for this role by name: bit i param[i], NR_ROLE_PARAMS + i own[i] */
};

struct mix {
	struct mix_entry entry[MIX_ENTRIES_MAX];
	unsigned nr;
	uint64_t param[NR_MIX_PARAMS];
};

/* Read "dio_overwrite:4 buffered_write"; all parameters get their defaults. */
int mix_parse(struct mix *m, const char *text, struct err *e);

/* Set "runtime" of the mix, "buffered_write.bs" of one role, or "bs" of all other roles. */
int mix_set(struct mix *m, const char *name, const char *value, struct err *e);
/* Does the name begin with this entry's role and a dot? */
bool mix_param_is_of(const struct mix_entry *en, const char *name);
/* The row of a parameter of the mix or of a role in it; NULL: unknown. */
const struct param *mix_param_row(const struct mix *m, const char *name);

/* A sentence for each contradiction in the mix. */
int mix_check(const struct mix *m, struct err *e);
/* Do its operations use up the extents that it declares? Then they cannot be repeated. */
bool mix_uses_up(const struct mix_entry *en);

/* A role's blocks and its bound, computed from parameters of which 0 means a default. */
struct mix_bounds {
	uint64_t start, size; /* of its region, bytes; size 0: it starts past the file */
	uint64_t first;       /* start of the first block: shift behind start */
	uint64_t align;       /* bytes from one block's start to the next one's */
	uint64_t blocks;      /* of bs from first on, at every align */
	uint64_t chunk;       /* extents=mixed: length of a piece */
	uint64_t ops;         /* per thread; 0: not bound by operations */
	unsigned sharers;     /* threads that share each of its files */
};
struct mix_bounds mix_bounds(const struct mix *m, const struct mix_entry *en);

/* Is any role bound by operations? Then the mix has no runtime. */
bool mix_op_bound(const struct mix *m);
/* The most bytes that all work files together may take; UINT64_MAX: more than that. */
uint64_t mix_bytes(const struct mix *m);

struct fsload_result {
	struct measured measured; /* .lat and .series point to the two below */
	struct hist lat;
	struct series series;              /* without room where the mix has no interval */
	uint64_t count[ROLE_COUNTERS_MAX]; /* of one role: measured.count */
	int first_errno;                   /* of the first failed operation; 0: none */
	uint64_t first_error_ns, end_ns;   /* its time, and that of the last thread's end */
};

struct fsload {
	const struct mix *mix; /* borrowed */
	char *path;            /* the shared work file; fsload_own_path gives the others */
	uint64_t seed;
	/* All roles but those in the background, of which it has the errors. */
	struct fsload_result total;
	struct fsload_result *role; /* nr_roles of them, in the mix's order */
	unsigned nr_roles;
};

/* Checks the mix and makes no file. */
int fsload_init(struct fsload *l, const struct mix *mix, const char *path, uint64_t seed,
		struct err *e);

/* Make the work files, each region in the state that its role declares, a hole elsewhere.
 * -EEXIST: a file of that name is there and is never overwritten. On error the files made are
 * removed again. */
int fsload_prepare(struct fsload *l, struct err *e);
/* -EINVAL: a region is not in the state that its role declares. */
int fsload_prove(struct fsload *l, struct err *e);

/* "PATH.ROLE.INDEX": the file of a thread with file=own. Caller frees. */
char *fsload_own_path(const char *path, const struct mix_entry *en, unsigned index);

/* Call fn with each work file, the shared one first (en NULL), until fn returns other than 0. */
int fsload_each_file(const struct fsload *l,
		     int (*fn)(const char *path, const struct mix_entry *en, void *arg), void *arg);

/*
 * The timed part, once. A thread that is bound by operations ends after them, others with the last
 * bound one, or after runtime where none is bound. A thread with a rate stays until its time is
 * over, and misses the operations that were due by then and not started.
 *
 * mark(arg, 1) is called just before the barrier opens, mark(arg, 0) when the last thread has
 * ended; may be NULL. *stop non-zero ends the run with -EINTR; may be NULL. -EIO: a thread
 * completed no operation. Threads block all signals from outside.
 */
int fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
	       const atomic_int *stop, struct err *e);
void fsload_release(struct fsload *l);

#endif
