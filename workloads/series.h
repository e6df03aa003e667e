/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * series.h: completed operations over time: one count an interval from the start
 * barrier on. The room is there before the barrier; in the timed loop it is a
 * comparison and an increment.
 */
#ifndef FSDUEL_WORKLOADS_SERIES_H
#define FSDUEL_WORKLOADS_SERIES_H

#include <stdint.h>

#define SERIES_MAX 4096 /* intervals; the last takes whatever comes after it */

struct series {
	uint64_t interval_ns;
	uint64_t end_ns; /* of the last interval, since the start barrier */
	unsigned nr;     /* intervals that had begun by then; 0: none were kept */
	unsigned room;
	uint64_t *ops; /* operations completed in each; owned */
};

void series_init(struct series *s, uint64_t interval_ns, unsigned room);
void series_clear(struct series *s); /* all counts 0, the room stays */
void series_release(struct series *s);
void series_merge(struct series *into, const struct series *from); /* of the same shape */
/* What is complete ended end_ns after the start barrier: sets end_ns and nr. */
void series_finish(struct series *s, uint64_t end_ns);

/* Where one thread's next completion is counted. */
struct series_cursor {
	uint64_t boundary_ns; /* on the clock: the interval's end */
	uint64_t interval_ns;
	uint64_t *at, *last;
	uint64_t none; /* counted into where no series is kept */
};

/* s may have no room; start_ns is the barrier's opening on the clock. */
void series_begin(struct series_cursor *c, const struct series *s, uint64_t start_ns);

static inline void series_count(struct series_cursor *c, uint64_t now_ns)
{
	while (now_ns >= c->boundary_ns)
		c->boundary_ns = ++c->at == c->last ? UINT64_MAX : c->boundary_ns + c->interval_ns;
	++*c->at;
}

#endif
