/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offsets.h: the offset of a thread's next operation, and the time at which one with a rate begins
 * it. Both run in the timed loop, so they cost a few instructions.
 */
#ifndef FSDUEL_WORKLOADS_OFFSETS_H
#define FSDUEL_WORKLOADS_OFFSETS_H

#include <stdint.h>

#include "lib/rng.h"
#include "workloads/param.h"

/*
 * Ranks drawn with probability proportional to rank^-theta (Gray et al., SIGMOD 1994, section 3.2),
 * without pow(): ranks form bands, as hist.h's buckets, each with its exact share. One draw takes a
 * band by a guide table (Chen and Asau, CACM 1974), a second a rank of it. Below 128 each rank is a
 * band; above, a rank's probability is off by less than theta x 0.8 %.
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

/* A seeded permutation of 0 .. n-1 without a table (Kensler, "Correlated Multi-Jittered Sampling",
 * Pixar technical memo 13-01, 2013, section 5). Rounds of multiply, add and xor-shift are
 * bijections of 2^k values; one outside n goes round again, less than twice on average. */
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

/* The stream of thread index of the nr of a role; seed is the role's. once: thread i visits the
 * indices i, i + nr, ... of one permutation. zipf has blocks->nr ranks, for OFFSETS_ZIPF only. */
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

/*
 * An absolute schedule, so that a late operation does not move those after it, with the fraction of
 * a nanosecond. Latency counts from the time at which an operation was due: a stall of 100 ms at
 * 1000 a second is a hundred slow operations (G. Tene, "How NOT to Measure Latency", 2013).
 * worker_count_missed adds those that were due and never started.
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
