/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lock_metric.h: what of the waits for locks goes into samples.csv, one table row a
 * metric; the waits themselves are in lockstacks.csv. Only the locks pass has them.
 */
#ifndef FSDUEL_RUNNERS_LOCK_LOCK_METRIC_H
#define FSDUEL_RUNNERS_LOCK_LOCK_METRIC_H

#include "workloads/metric.h"

struct lock_stacks;

struct lock_metric {
	const char *name, *unit, *help;
	enum better better;
	double (*value)(const struct lock_stacks *s);
};

extern const struct lock_metric lock_metrics[]; /* ends with a NULL name */

#endif
