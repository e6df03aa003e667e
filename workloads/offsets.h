/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offsets.h: where the next operation goes. One stream a thread; it costs a
 * few instructions, for it runs inside the timed loop.
 */
#ifndef FSDUEL_WORKLOADS_OFFSETS_H
#define FSDUEL_WORKLOADS_OFFSETS_H

#include <stdint.h>

#include "lib/rng.h"
#include "workloads/param.h"
#include "workloads/zipf.h"

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

#endif
