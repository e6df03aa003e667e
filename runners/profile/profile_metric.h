/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile_metric.h: the metrics that a profile pass has besides: what its
 * instructions are to be divided by.
 */
#ifndef FSDUEL_RUNNERS_PROFILE_PROFILE_METRIC_H
#define FSDUEL_RUNNERS_PROFILE_PROFILE_METRIC_H

#include "workloads/metric.h"

#define PROFILE_METRIC_TIME "counted_time"
#define PROFILE_METRIC_OPS "counted_ops"

struct profile_metric {
	const char *name, *unit, *help;
	enum better better;
};

extern const struct profile_metric profile_metrics[];   /* ends with a NULL name */

#endif
