/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metric.h: the metrics of a role or a whole workload, of fsload and of fio: a table row each. */
#ifndef FSDUEL_WORKLOADS_METRIC_H
#define FSDUEL_WORKLOADS_METRIC_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/hist.h"

enum better { BETTER_NONE, BETTER_HIGHER, BETTER_LOWER };

#define ROLE_COUNTERS_MAX 12
#define COUNTER_NONE UINT64_MAX /* a counter that was never set */

/* The way in which the counts of several threads are merged. */
enum counter_kind {
	COUNTER_SUM,      /* their sum; begins at 0 */
	COUNTER_FIRST,    /* the smallest; begins at COUNTER_NONE */
	COUNTER_OF_FIRST, /* from the thread whose COUNTER_FIRST, the row before, was taken */
};

/* A figure that a role counts beside its operations: a metric of that role alone. */
struct counter {
	const char *name, *unit, *help;
	enum better better;
	enum counter_kind kind;
};

/* The table may be NULL. Before the first merge: counters_init(into). */
void counters_init(const struct counter *table, uint64_t *count);
void counters_merge(const struct counter *table, uint64_t *into, const uint64_t *from);

/* Rates of several parts, each over its own time, added up. */
struct rates {
	unsigned parts; /* 0: it is one part, and its rates are over elapsed_ns */
	double ops_per_s, bytes_per_s;
};

/* The work of one role, or of all roles together, in the timed part. */
struct measured {
	uint64_t ops; /* completed without error */
	uint64_t bytes;
	uint64_t errors;        /* operations that failed; the run went on */
	uint64_t missed;        /* due before the end and never started; only where paced */
	bool paced;             /* some thread had a rate */
	uint64_t elapsed_ns;    /* its start to its last thread's end, final sync included */
	uint64_t thread_ns;     /* of all threads together, each to its own end; 0: not known */
	double resolution;      /* relative error of ops_per_s, 0.01 is 1 %; 0: none */
	struct rates sum;       /* of several parts together: see measured_add; else all 0 */
	const struct hist *lat; /* of ops and missed; NULL or empty: no latency metrics */
	const struct series *series;    /* operations over time; NULL: none was kept */
	const struct counter *counters; /* of one role; NULL: it counts nothing else */
	const uint64_t *count;          /* one for each of those */
};

/* Add a part that ran beside the others to a total, which begins zeroed. Rates add up, each over
 * its part's own time; elapsed_ns becomes the longest. The caller merges latencies and series. */
void measured_add(struct measured *total, const struct measured *part);

struct metric {
	const char *name, *unit, *help;
	enum better better;
	bool primary; /* shown in the table of cells by default */
	/* False: not measured, and its field stays empty. Else *value is finite. */
	bool (*value)(const struct measured *m, double *value);
};

extern const struct metric metrics[]; /* ends with a NULL name */

/* Leave the row out where it is not measured; other metrics show an empty one. */
bool metric_is_seldom(const struct metric *m);
const char *better_name(enum better b); /* "higher", "lower", "" */

#endif
