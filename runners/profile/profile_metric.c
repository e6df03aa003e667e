/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profile_metric.c: the table of profile_metric.h. */
#include "runners/profile/profile_metric.h"

#include <stddef.h>

const struct profile_metric profile_metrics[] = {
	{ PROFILE_METRIC_TIME, "ns", "how long instructions were counted", BETTER_NONE },
	{ PROFILE_METRIC_OPS, "count", "operations in that time; of fio its rate times that",
	  BETTER_NONE },
	{ .name = NULL },
};
