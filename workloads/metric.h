/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metric.h: everything that is measured of a role or a whole workload, one
 * table row a metric: name, unit, direction, how it follows from the counts.
 * fsload and fio results go through the same table.
 */
#ifndef FSDUEL_WORKLOADS_METRIC_H
#define FSDUEL_WORKLOADS_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/hist.h"

enum better { BETTER_NONE, BETTER_HIGHER, BETTER_LOWER };

#define ROLE_COUNTERS_MAX 12
#define COUNTER_NONE UINT64_MAX /* it was never set: no value */

/* How the counts of several threads become one. */
enum counter_kind {
	COUNTER_SUM,      /* begins at 0 */
	COUNTER_FIRST,    /* the smallest; begins, as the next does, at COUNTER_NONE */
	COUNTER_OF_FIRST, /* that of the thread with the smallest of the COUNTER_FIRST before */
};

/* What a role counts beside its operations: a metric of that role alone. */
struct counter {
	const char *name, *unit, *help;
	enum better better;
	enum counter_kind kind;
};

/* into starts with no thread (counters_init); table ends with a NULL name, or is NULL. */
void counters_init(const struct counter *table, uint64_t *count);
void counters_merge(const struct counter *table, uint64_t *into, const uint64_t *from);

/* Rates of several parts, each over its own time, added up. */
struct rates {
	unsigned parts; /* 0: it is one part, and its rates are over elapsed_ns */
	double ops_per_s, bytes_per_s;
};

/* What one role, or all roles together, did in the timed part. */
struct measured {
	uint64_t ops; /* completed without error */
	uint64_t bytes;
	uint64_t errors;     /* operations that failed and were survived */
	uint64_t missed;     /* due before the end and never started; only where paced */
	bool paced;          /* some thread had a rate */
	uint64_t elapsed_ns; /* its start to its last thread's end, final sync included */
	uint64_t thread_ns;  /* of all threads together, each to its own end; 0: not known */
	double resolution; /* ops_per_s is known to this part of it, 0.01: to 1 %; 0: to its digits
			    */
	struct rates sum;  /* of several parts together: see measured_add; else all 0 */
	const struct hist *lat;         /* of ops and missed; NULL or empty: no latency metrics */
	const struct series *series;    /* operations over time; NULL: none was kept */
	const struct counter *counters; /* of one role: what it counts; NULL: nothing */
	const uint64_t *count;          /* one for each of those */
};

/*
 * Add to a total, which begins zeroed, a part that ran beside the others: its counts, and
 * its rates over its own time, so that a part that takes longer (a last sync, more
 * operations) does not make the others look slower. elapsed_ns becomes the longest one;
 * latencies and series are the caller's to merge.
 */
void measured_add(struct measured *total, const struct measured *part);

struct metric {
	const char *name, *unit, *help;
	enum better better;
	bool primary; /* shown in the table of cells by default */
	/* false: not measured here (its field stays empty). *value is finite when true. */
	bool (*value)(const struct measured *m, double *value);
};

extern const struct metric metrics[]; /* ends with a NULL name */

/* No row at all, rather than an empty one, where it is not measured. */
bool metric_is_seldom(const struct metric *m);
const struct metric *metric_find(const char *name); /* NULL: unknown */
const char *better_name(enum better b);             /* "higher", "lower", "" */

#endif
