/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offsets.h: where the next operation goes, and when that of a thread with a rate is due. One
 * stream and one pace a thread; each costs a few instructions, because it runs in the timed loop.
 */
#ifndef FSDUEL_WORKLOADS_OFFSETS_H
#define FSDUEL_WORKLOADS_OFFSETS_H

#include <stdint.h>

#include "lib/rng.h"
#include "workloads/param.h"

/* --- which rank ---------------------------------------------------------------------- */

/*
 * Ranks that are drawn with probability proportional to rank^-theta, as of popular blocks (Gray
 * et al., "Quickly Generating Billion-Record Synthetic Databases", SIGMOD 1994, section 3.2).
 * Their way and rejection-inversion (Hoermann and Derflinger, ACM TOMACS 6(3), 1996) need pow()
 * for each draw. Here ranks are put into bands as hist.h puts latencies into buckets, each with
 * its exact share of the probability, and drawn in two integer steps: the band by a guide table
 * (Chen and Asau, CACM 1974), then a rank of it uniformly. Below 128 each rank is a band of its
 * own; above, one rank's probability is off by less than theta x 0.8 %, a band's by nothing.
 */
#define ZIPF_GUIDE_BITS 11

struct zipf_band {
	uint64_t below;     /* 2^63 x probability of this band and all before it */
	uint64_t first, nr; /* ranks from 0 */
};

/* Read-only once made: the threads of a role share one. */
struct zipf {
	struct zipf_band *band;
	unsigned nr;
	uint16_t guide[1 << ZIPF_GUIDE_BITS]; /* band that holds the first value of each slice */
};

/* n ranks, 0 < n <= 2^60; theta in thousandths of a per cent (99000 is 0.99), at most 10. */
void zipf_init(struct zipf *z, uint64_t n, uint64_t theta_milli_pct);
void zipf_release(struct zipf *z);

/* A rank from 0, the likeliest first; no floating point. */
static inline uint64_t zipf_next(const struct zipf *z, struct rng *rng)
{
	uint64_t u = rng_next(rng) >> 1;
	const struct zipf_band *b = &z->band[z->guide[u >> (63 - ZIPF_GUIDE_BITS)]];

	while (u >= b->below)
		b++;
	return b->nr == 1 ? b->first : b->first + rng_below(rng, b->nr);
}

/* --- which block ----------------------------------------------------------------------- */

/*
 * A seeded permutation of 0 .. n-1 without a table: rounds of multiply, add and
 * xor-shift are each a bijection of the 2^k values that hold n, and a value
 * outside is sent round again until it falls inside, less than twice on average.
 * Kensler, "Correlated Multi-Jittered Sampling", Pixar technical memo 13-01,
 * 2013, section 5; an affine step alone would visit the file in constant strides.
 */
#define PERM_ROUNDS 3

struct perm {
	uint64_t n, mask;
	uint64_t mul[PERM_ROUNDS], add[PERM_ROUNDS];
	unsigned shift;
};

void perm_init(struct perm *p, uint64_t n, uint64_t seed); /* n > 0 */

/* i < n */
static inline uint64_t perm_at(const struct perm *p, uint64_t i)
{
	do {
		for (int r = 0; r < PERM_ROUNDS; r++) {
			i = (i * p->mul[r] + p->add[r]) & p->mask;
			i ^= i >> p->shift;
		}
	} while (i >= p->n);
	return i;
}

/* The blocks of a region: where each begins. They overlap where bs is larger than step. */
struct offset_blocks {
	uint64_t start, step, nr; /* bytes, bytes, blocks; nr > 0 */
};

struct offset_stream {
	enum offsets kind;
	struct offset_blocks blocks;
	uint64_t next, step;     /* sequential: blocks; once: indices of the permutation */
	struct perm perm;        /* once: the order; zipf: which block has which rank */
	const struct zipf *zipf; /* borrowed */
};

/*
 * The stream of thread index of the nr of a role; seed is the role's, the same
 * for all of them. once: thread i visits the indices i, i + nr, ... of one
 * permutation, so that any number of operations of all threads together is the
 * start of that permutation. zipf is of blocks->nr ranks, for OFFSETS_ZIPF only.
 */
void offset_stream_init(struct offset_stream *s, enum offsets kind,
			const struct offset_blocks *blocks, const struct zipf *zipf, unsigned index,
			unsigned nr, uint64_t seed);

static inline uint64_t offset_next(struct offset_stream *s, struct rng *rng)
{
	uint64_t block;

	if (s->kind == OFFSETS_UNIFORM) {
		block = rng_below(rng, s->blocks.nr);
	} else if (s->kind == OFFSETS_ZIPF) {
		block = perm_at(&s->perm, zipf_next(s->zipf, rng));
	} else {
		block = s->next;
		s->next += s->step;
		if (s->next >= s->blocks.nr)
			s->next -= s->blocks.nr;
		if (s->kind == OFFSETS_ONCE)
			block = perm_at(&s->perm, block);
	}
	return s->blocks.start + block * s->blocks.step;
}

/* --- when ------------------------------------------------------------------------------ */

/*
 * An absolute schedule, so that a late operation does not move those after it. Integers only; the
 * fraction of a nanosecond is carried, so that the rate holds over any time.
 *
 * Latency counts from the time at which an operation was due: a stall of 100 ms at 1000 a second is
 * a hundred slow operations and not one. To count only that one is "coordinated omission" (G. Tene,
 * "How NOT to Measure Latency", 2013). For the same reason operations that were due and never
 * started are counted, too (worker_count_missed).
 */
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
