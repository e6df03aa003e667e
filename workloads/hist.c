/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hist.c: the bucket arithmetic is fio's (stat.c), so its json+ bins fall into the same buckets. */
#include "workloads/hist.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#define HIST_LINEAR (1u << HIST_BITS) /* buckets to a power of two */

void hist_init(struct hist *h)
{
	memset(h, 0, sizeof(*h));
}

unsigned hist_index(uint64_t ns)
{
	unsigned shift, index;

	if (ns < 2 * HIST_LINEAR)
		return (unsigned)ns;
	shift = 63u - (unsigned)__builtin_clzll(ns) - HIST_BITS;
	index = (shift << HIST_BITS) + (unsigned)(ns >> shift);
	return index < HIST_BUCKETS ? index : HIST_BUCKETS - 1;
}

/* The buckets of the first two groups hold one value each, those of group g 2^(g-1). */
static unsigned bucket_shift(unsigned index)
{
	unsigned group = index >> HIST_BITS;

	return group ? group - 1 : 0;
}

uint64_t hist_low(unsigned index)
{
	unsigned shift = bucket_shift(index);

	return (uint64_t)(index - (shift << HIST_BITS)) << shift;
}

uint64_t hist_high(unsigned index)
{
	if (index >= HIST_BUCKETS - 1)
		return UINT64_MAX;
	return hist_low(index) + (1ull << bucket_shift(index)) - 1;
}

void hist_add(struct hist *h, uint64_t ns)
{
	if (ns < h->min_ns || !h->count)
		h->min_ns = ns;
	if (ns > h->max_ns)
		h->max_ns = ns;
	h->count++;
	h->sum_ns += ns;
	h->bucket[hist_index(ns)]++;
}

void hist_add_bin(struct hist *h, uint64_t ns, uint64_t count)
{
	h->count += count;
	h->bucket[hist_index(ns)] += count;
}

void hist_merge(struct hist *into, const struct hist *from)
{
	if (!from->count)
		return;
	if (!into->count || from->min_ns < into->min_ns)
		into->min_ns = from->min_ns;
	if (from->max_ns > into->max_ns)
		into->max_ns = from->max_ns;
	into->count += from->count;
	into->sum_ns += from->sum_ns;
	for (unsigned i = 0; i < HIST_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
}

/* max_ns is 0 where only bins are known. */
static uint64_t midpoint(const struct hist *h, unsigned index)
{
	uint64_t ns = hist_low(index) + ((1ull << bucket_shift(index)) >> 1);

	if (h->max_ns && ns > h->max_ns)
		ns = h->max_ns;
	return ns < h->min_ns ? h->min_ns : ns;
}

uint64_t hist_percentile(const struct hist *h, uint32_t p_milli_pct)
{
	unsigned __int128 product = (unsigned __int128)h->count * p_milli_pct;
	uint64_t rank = (uint64_t)((product + 99999) / 100000), seen = 0;

	if (!h->count)
		return 0;
	if (!rank)
		rank = 1;
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		seen += h->bucket[i];
		if (seen >= rank)
			return midpoint(h, i);
	}
	return h->max_ns; /* a percentage above 100 */
}

/* --- series ---------------------------------------------------------------- */

void series_init(struct series *s, uint64_t interval_ns, unsigned room)
{
	*s = (struct series){ .interval_ns = interval_ns, .room = room };
	if (room)
		s->ops = xcalloc(room, sizeof(*s->ops));
}

void series_release(struct series *s)
{
	free(s->ops);
	memset(s, 0, sizeof(*s));
}

void series_merge(struct series *into, const struct series *from)
{
	for (unsigned i = 0; i < into->room; i++)
		into->ops[i] += from->ops[i];
}

void series_finish(struct series *s, uint64_t end_ns)
{
	uint64_t begun;

	if (!s->room || !end_ns)
		return;
	begun = (end_ns - 1) / s->interval_ns + 1;
	s->nr = begun < s->room ? (unsigned)begun : s->room;
	/* What ended exactly on a boundary was counted after it. */
	if (s->nr < s->room) {
		s->ops[s->nr - 1] += s->ops[s->nr];
		s->ops[s->nr] = 0;
	}
	s->end_ns = end_ns;
}

void series_begin(struct series_cursor *c, const struct series *s, uint64_t start_ns)
{
	c->interval_ns = s->interval_ns;
	c->at = s->room ? s->ops : &c->none;
	c->last = s->room ? s->ops + s->room - 1 : c->at;
	c->boundary_ns = c->at == c->last ? UINT64_MAX : start_ns + s->interval_ns;
}
