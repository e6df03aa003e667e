/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offsets.c: the bands of a zipf distribution and their shares, and streams set up. */
#include "workloads/offsets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "workloads/hist.h"

#define EXACT 128 /* ranks below have a band each, as hist.h's values do */

/* The integral of x^-theta from a to b. */
static double integral(double a, double b, double theta)
{
	if (fabs(theta - 1) < 1e-9)
		return log(b / a);
	return (pow(b, 1 - theta) - pow(a, 1 - theta)) / (1 - theta);
}

/* By the midpoint rule where it has many ranks: off by theta (theta + 1) / 24 first^2 of it. */
static double weight(const struct zipf_band *b, double theta)
{
	double first = (double)b->first + 1; /* weights count ranks from 1 */

	if (b->nr == 1)
		return pow(first, -theta);
	return integral(first - 0.5, first + (double)b->nr - 0.5, theta);
}

static void make_bands(struct zipf *z, uint64_t n)
{
	unsigned per_octave = 1u << HIST_BITS;
	uint64_t first = 0;

	z->band = xcalloc(EXACT + 64 * per_octave, sizeof(*z->band));
	for (z->nr = 0; first < n; z->nr++) {
		/* hist.h's buckets: 64 to each power of two. */
		uint64_t nr = first < EXACT ? 1 : 1ull << (63 - __builtin_clzll(first) - HIST_BITS);

		if (nr > n - first)
			nr = n - first;
		z->band[z->nr].first = first;
		z->band[z->nr].nr = nr;
		first += nr;
	}
}

static void make_shares(struct zipf *z, double theta)
{
	const double one = 0x1p63;
	double sum = 0, below = 0;

	/* The small ones first, so that the sum does not lose them. */
	for (unsigned i = z->nr; i-- > 0;)
		sum += weight(&z->band[i], theta);
	for (unsigned i = 0; i < z->nr; i++) {
		below += weight(&z->band[i], theta) / sum;
		z->band[i].below = below < 1 ? (uint64_t)(below * one) : 1ull << 63;
	}
	z->band[z->nr - 1].below = 1ull << 63;
}

void zipf_init(struct zipf *z, uint64_t n, uint64_t theta_milli_pct)
{
	unsigned at = 0;

	memset(z, 0, sizeof(*z));
	make_bands(z, n);
	make_shares(z, (double)theta_milli_pct / 100000);
	for (uint64_t i = 0; i < 1u << ZIPF_GUIDE_BITS; i++) {
		while (z->band[at].below <= i << (63 - ZIPF_GUIDE_BITS))
			at++;
		z->guide[i] = (uint16_t)at;
	}
}

void zipf_release(struct zipf *z)
{
	free(z->band);
	z->band = NULL;
}

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
