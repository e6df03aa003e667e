/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lock_metric.c: the table of lock_metric.h. */
#include "runners/lock/lock_metric.h"

#include "runners/lock/lockstacks.h"

static double waits(const struct lock_stacks *s)
{
	return (double)s->waits;
}

static double wait_ns(const struct lock_stacks *s)
{
	uint64_t sum_ns = 0;

	for (size_t i = 0; i < s->n; i++)
		sum_ns += s->v[i].total_ns;
	return (double)sum_ns;
}

static double cut(const struct lock_stacks *s)
{
	return (double)s->cut;
}

static double lost(const struct lock_stacks *s)
{
	return (double)s->lost;
}

const struct lock_metric lock_metrics[] = {
	{ "lock_waits", "count", "waits for locks, of all threads of the machine", BETTER_LOWER,
	  waits },
	{ "lock_wait", "ns", "time waited for locks, summed over those threads", BETTER_LOWER,
	  wait_ns },
	{ "lock_cut", "count", "waits that began before or ended after the timed part", BETTER_NONE,
	  cut },
	{ "lock_lost", "count", "lock events that the recording lost", BETTER_NONE, lost },
	{ .name = NULL },
};
