/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile_metric.h: the metrics of a profile pass: time and operations, by which
 * its instructions are divided.
 */
#ifndef FSDUEL_RUNNERS_PROFILE_PROFILE_METRIC_H
#define FSDUEL_RUNNERS_PROFILE_PROFILE_METRIC_H

#include "workloads/metric.h"

/* 0: not measured. */
struct profile_counted {
	double time_ns, ops;
};

struct profile_metric {
	const char *name, *unit, *help;
	enum better better;
	double (*value)(const struct profile_counted *c);
};

extern const struct profile_metric profile_metrics[]; /* ends with a NULL name */

#endif
