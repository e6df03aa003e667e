/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace.h: when the operations of a rate-limited thread are due: an absolute
 * schedule, so that a late one does not move those after it. Integers only; the
 * fraction of a nanosecond is carried, so that the rate holds over any time.
 *
 * Latency is then counted from when an operation was due and not from when the
 * thread got round to it: a stall of 100 ms at 1000 a second is a hundred slow
 * operations and not one. To count only that one is "coordinated omission"
 * (G. Tene, "How NOT to Measure Latency", 2013). For the same reason those that were due and
 * never started are counted, too (count_missed in worker.c).
 */
#ifndef FSDUEL_WORKLOADS_PACE_H
#define FSDUEL_WORKLOADS_PACE_H

#include <stdint.h>

struct pace {
	uint64_t rate_per_s;          /* 0: as fast as it can */
	uint64_t due_ns;              /* of the next operation, on the clock */
	uint64_t step_ns, part, rest; /* a period is step_ns + part / rate_per_s */
};

static inline void pace_init(struct pace *p, uint64_t rate_per_s)
{
	*p = (struct pace){ .rate_per_s = rate_per_s };
	if (rate_per_s) {
		p->step_ns = 1000000000 / rate_per_s;
		p->part = 1000000000 % rate_per_s;
	}
}

/* When the next operation is due; the one after it is then the next. */
static inline uint64_t pace_take(struct pace *p)
{
	uint64_t due_ns = p->due_ns;

	p->due_ns += p->step_ns;
	p->rest += p->part;
	if (p->rest >= p->rate_per_s) {
		p->rest -= p->rate_per_s;
		p->due_ns++;
	}
	return due_ns;
}

#endif
