/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_impl.h: the waits of a file, read by locks_rows.c and summed by locks.c. */
#ifndef FSDUEL_ANALYSIS_LOCKS_IMPL_H
#define FSDUEL_ANALYSIS_LOCKS_IMPL_H

#include "analysis/locks/locks.h"
#include "analysis/results/tables.h"

/* One row of the file. Strings are numbers in lock_data.strings; 0 is "". */
struct lock_row {
	struct lock_key { /* rows are summed by its first words: figures, waiters, holders */
		uint32_t class, shared, role, where, holder_role, holder_where, holder_shared;
	} key;
	uint8_t kinds;
	uint32_t run;  /* results_run_at */
	uint64_t lock; /* a hash of its address; 0: none is given */
	uint64_t count, total_ns, max_ns, held_ns;
	size_t bucket, nr_buckets; /* in lock_data.buckets */
};

struct lock_bucket {
	uint64_t low_ns, high_ns, count;
};

/* One cell run of the locks pass. */
struct lock_run {
	double operations, elapsed_ns, thread_ns, watched, unwatched; /* 0: not measured */
	double cut, lost;
	double waits;     /* as samples.csv counts them; negative: it does not say */
	uint64_t counted; /* waits in the file's rows */
	bool ok;          /* measured, and within LOCKS_LOST_MAX */
};

struct lock_data {
	const struct results *r;
	uint32_t pass; /* number of the locks pass */
	struct intern strings;
	struct lock_row *rows;
	size_t nr_rows;
	struct lock_bucket *buckets;
	size_t nr_buckets;
	struct intern chain_index;
	uint32_t *wheres;      /* by chain: the function that wanted the lock, in strings */
	struct lock_run *runs; /* results_nr_runs */
	bool *own;             /* by string: the name of a workload's thread */
};

/* Read the rows of valid attempts, give each its class, and sort them by run and lock. */
int locks_read_rows(struct lock_data *d, const char *path, const char *data, size_t len,
		    struct err *e);

#endif
