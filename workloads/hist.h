/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hist.h: a histogram of latencies, and a series of counts of operations over time. The buckets are
 * fio's (stat.h): exact below 128 ns, then 64 to each power of two: off by less than 0.8 %.
 */
#ifndef FSDUEL_WORKLOADS_HIST_H
#define FSDUEL_WORKLOADS_HIST_H

#include <stdint.h>

#define HIST_BITS 6
#define HIST_GROUPS 36 /* values from 127 << 34 ns (36 min) on share the last */
#define HIST_BUCKETS (HIST_GROUPS << HIST_BITS)

struct hist {
	uint64_t count;
	uint64_t sum_ns;         /* exact where values were added one by one */
	uint64_t min_ns, max_ns; /* exact likewise; both 0 while count is 0 */
	uint64_t bucket[HIST_BUCKETS];
};

void hist_init(struct hist *h);
void hist_add(struct hist *h, uint64_t ns); /* one value; fit for the timed loop */
void hist_merge(struct hist *into, const struct hist *from);

unsigned hist_index(uint64_t ns);
uint64_t hist_low(unsigned index);  /* smallest value of the bucket, ns */
uint64_t hist_high(unsigned index); /* largest, ns; UINT64_MAX of the last bucket */

/* Add count values of a bucket, as fio's json+ has them. The caller sets sum and extremes. */
void hist_add_bin(struct hist *h, uint64_t ns, uint64_t count);

/* Nearest-rank percentile (NIST handbook 7.2.6.2), p in thousandths of a per cent: 99900 is p99.9.
 * The midpoint of the bucket, within min_ns and max_ns where those are known; 0 of no values. */
uint64_t hist_percentile(const struct hist *h, uint32_t p_milli_pct);

#define SERIES_MAX 4096 /* intervals; the last takes whatever comes after it */

struct series {
	uint64_t interval_ns;
	uint64_t end_ns; /* of the last interval, since the start barrier */
	unsigned nr;     /* intervals that had begun by then; 0: none were kept */
	unsigned room;
	uint64_t *ops; /* operations completed in each; owned */
};

void series_init(struct series *s, uint64_t interval_ns, unsigned room);
void series_release(struct series *s);
void series_merge(struct series *into, const struct series *from); /* of the same shape */
/* The run ended end_ns after the start barrier: sets end_ns and nr. */
void series_finish(struct series *s, uint64_t end_ns);

/* The place that counts one thread's next completion. */
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
