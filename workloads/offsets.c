/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offsets.c: setting up offset streams; see offsets.h. */
#include "workloads/offsets.h"

void perm_init(struct perm *p, uint64_t n, uint64_t seed)
{
	unsigned bits = n > 1 ? 64u - (unsigned)__builtin_clzll(n - 1) : 0;
	struct rng rng = { seed };

	p->n = n;
	p->mask = bits ? UINT64_MAX >> (64 - bits) : 0;
	p->shift = bits > 1 ? (bits + 1) / 2 : 1;
	for (int r = 0; r < PERM_ROUNDS; r++) {
		p->mul[r] = rng_next(&rng) | 1; /* odd: has an inverse modulo 2^k */
		p->add[r] = rng_next(&rng);
	}
}

void offset_stream_init(struct offset_stream *s, enum offsets kind,
			const struct offset_blocks *blocks, const struct zipf *zipf, unsigned index,
			unsigned nr, uint64_t seed)
{
	*s = (struct offset_stream){ .kind = kind, .blocks = *blocks, .zipf = zipf };
	if (kind == OFFSETS_ONCE || kind == OFFSETS_ZIPF)
		perm_init(&s->perm, blocks->nr, seed);
	if (kind == OFFSETS_ONCE) {
		s->next = index % blocks->nr;
		s->step = nr;
	} else if (kind == OFFSETS_SEQUENTIAL) {
		s->next = (uint64_t)((unsigned __int128)blocks->nr * index / nr);
		s->step = 1;
	}
}
