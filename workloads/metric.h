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
#include "workloads/series.h"

enum better { BETTER_NONE, BETTER_HIGHER, BETTER_LOWER };

/* What one role, or all roles together, did in the timed part. */
struct measured {
	uint64_t ops;          /* completed without error */
	uint64_t bytes;
	uint64_t errors;       /* operations that failed and were survived */
	uint64_t elapsed_ns;   /* its start to its last thread's end, final sync included */
	const struct hist *lat; /* of completed operations; NULL or empty: no latency metrics */
	const struct series *series; /* operations over time; NULL: none was kept */
};

struct metric {
	const char *name, *unit, *help;
	enum better better;
	bool primary;          /* shown in the table of cells by default */
	/* false: not measured here (its field stays empty). *value is finite when true. */
	bool (*value)(const struct measured *m, double *value);
};

extern const struct metric metrics[];      /* ends with a NULL name */

const struct metric *metric_find(const char *name);   /* NULL: unknown */
const char *better_name(enum better b);    /* "higher", "lower", "" */

#endif
