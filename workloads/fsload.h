/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsload.h: the load generator: roles on one file (or some on files of their
 * own), started together, bound by time or by operations. It runs on the host and, in the same
 * code, in the guest's first process. It measures and never prints.
 *
 * Life cycle: mix_parse or by hand -> fsload_init -> fsload_prepare (makes the
 * file and its extents) -> caller drops caches -> fsload_prove (FIEMAP) ->
 * fsload_run (the timed part) -> read .total and .role -> fsload_release.
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
	uint32_t named; /* bit i: param[i], bit NR_ROLE_PARAMS + i: own[i] was set
			 * for this role by name */
};

struct mix {
	struct mix_entry entry[MIX_ENTRIES_MAX];
	unsigned nr;
	uint64_t param[NR_MIX_PARAMS];
};

/*
 * Read "dio_overwrite:4 buffered_write" (":1" may be left out) into m with all
 * parameters at their defaults. -EINVAL: unknown role (the sentence lists the
 * near ones), same role twice, no threads, too many.
 */
int mix_parse(struct mix *m, const char *text, struct err *e);

/*
 * Set a parameter: "runtime" (of the mix), "bs" (of every role in it that did
 * not get its own), "buffered_write.bs" (of one role).
 */
int mix_set(struct mix *m, const char *name, const char *value, struct err *e);
/* Is it a parameter "ROLE.x" of this entry's role? */
bool mix_param_is_of(const struct mix_entry *en, const char *name);
/* The row of a parameter of that name, of the mix or of a role in it; NULL: unknown. */
const struct param *mix_param_row(const struct mix *m, const char *name);

/*
 * What contradicts itself, one sentence each: bs, align or region_start not a
 * multiple of the role's alignment, bs larger than the region, a region past the
 * file, overlapping regions of one file with different extents, offsets=once with
 * a time bound, overlapping blocks or more operations than blocks, a role that
 * writes into holes or unwritten extents or makes its file longer and is not bound
 * by operations, a writing role with neither sync_every nor final_sync that goes
 * through the page cache, a start after the end, more intervals than a series has.
 */
int mix_check(const struct mix *m, struct err *e);

/* Where a role works and how it is bound, with the 0s of its parameters filled in. */
struct mix_bounds {
	uint64_t start, size; /* of its region, bytes; size 0: it starts past the file */
	uint64_t first;       /* where the first block starts: shift behind start */
	uint64_t align;       /* bytes from one block's start to the next one's */
	uint64_t blocks;      /* of bs from first on, at every align */
	uint64_t chunk;       /* extents=mixed: length of its pieces */
	uint64_t ops;         /* per thread; 0: not bound by operations */
	unsigned sharers;     /* threads that share each of its files */
};
struct mix_bounds mix_bounds(const struct mix *m, const struct mix_entry *en);

/* Is any role bound by operations? Then the runtime is not looked at. */
bool mix_op_bound(const struct mix *m);

/* Bytes that all work files together may come to; UINT64_MAX when that is more than it holds. */
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
	struct fsload_result
		total;              /* measured_add of all roles but those in the background; of
				     * these the errors; elapsed_ns from the barrier to the last end */
	struct fsload_result *role; /* nr_roles of them, in the mix's order */
	unsigned nr_roles;          /* the mix's */
};

/* Checks the mix and touches nothing; what it makes is small and freed by fsload_release. */
int fsload_init(struct fsload *l, const struct mix *mix, const char *path, uint64_t seed,
		struct err *e);

/*
 * Make the work file: file_size long, every region in the state its role
 * declares, flushed. What no role declares stays a hole (a role with
 * extents=any takes what it finds). The same for each thread of a role with
 * file=own. -EEXIST when a path is there already: nothing is ever overwritten,
 * the caller removes what it knows to be its own. On any error the files made
 * are gone again.
 */
int fsload_prepare(struct fsload *l, struct err *e);
/* 0, or -EINVAL when a region is not in the state its role declares (found and declared named). */
int fsload_prove(struct fsload *l, struct err *e);

/* The file of thread index of an entry with file=own: "PATH.ROLE.INDEX", malloc'ed. */
char *fsload_own_path(const char *path, const struct mix_entry *en, unsigned index);

/*
 * Call fn with each work file, the shared one first (en is NULL), until it
 * returns other than 0; returns that.
 */
int fsload_each_file(const struct fsload *l,
		     int (*fn)(const char *path, const struct mix_entry *en, void *arg), void *arg);

/* Remove the work files that fsload_prepare made. */
void fsload_remove(const struct fsload *l);

/*
 * The timed part. What ends a thread: its number of operations where it is
 * bound by them. Otherwise, in a mix where others are bound (hole-fillers among
 * readers), the end of the last bound thread, so that the load around them is
 * there for as long as they run; and where nothing is bound, runtime. A thread
 * with a rate that is bound by time is there until that time is over, so that its
 * rate can be read from the result, and misses operations due by then and not
 * started; one with a start delay is measured from then.
 *
 * mark(arg, 1) is called when every thread stands at the barrier, just before
 * it opens, and mark(arg, 0) when the last thread has ended, so that what it
 * switches on sees all of the timed part and none of the warm-up; may be NULL.
 * *stop non-zero ends it early with -EINTR; may be NULL. -EIO with the errno
 * text when some thread completed no operation. SIGBUS is handled (see
 * mmap_write.c), threads block all other signals, and the soft limit of open
 * files is raised where the threads need it.
 */
int fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
	       const atomic_int *stop, struct err *e);
void fsload_release(struct fsload *l);

#endif
