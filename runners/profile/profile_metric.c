/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profile_metric.c: the table of profile_metric.h. */
#include "runners/profile/profile_metric.h"

#include <stddef.h>

static double time_ns(const struct profile_counted *c)
{
	return c->time_ns;
}

static double ops(const struct profile_counted *c)
{
	return c->ops;
}

const struct profile_metric profile_metrics[] = {
	{ "counted_time", "ns", "how long instructions were counted", BETTER_NONE, time_ns },
	{ "counted_ops", "count", "operations in that time; of fio its jobs' rates times that",
	  BETTER_NONE, ops },
	{ .name = NULL },
};
