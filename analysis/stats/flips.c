/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * flips.c: see flips.h. Flips are gone through like a counter whose highest digit is the first
 * block: sums of the blocks that stay are kept, so a flip costs two additions a cell.
 */
#include "analysis/stats/flips.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/rng.h"

static bool used(const struct family *f, unsigned block)
{
	for (const double *d = f->d + block; d < f->d + f->cells * f->blocks; d += f->blocks)
		if (!isnan(*d) && *d != 0)
			return true;
	return false;
}

/* Blocks in which no cell has a difference cannot be flipped: they are left out. */
static void take_blocks(struct flips *x, const struct family *f, const size_t *which)
{
	for (unsigned b = 0; b < f->blocks; b++) {
		if (!used(f, b))
			continue;
		for (size_t k = 0; k < x->cells; k++) {
			double d = f->d[which[k] * f->blocks + b];

			x->d[x->blocks * x->cells + k] = isnan(d) ? 0 : d;
		}
		x->blocks++;
		for (size_t l = 0; l < x->nr_looks; l++)
			x->upto[l] += b < f->looks[l].blocks;
	}
}

/* sqrt(sum of d^2 + n m^2); *n: how many there are. */
static double scale_of(const double *d, unsigned blocks, double m, unsigned *n)
{
	double sum = 0;

	*n = 0;
	for (unsigned b = 0; b < blocks; b++) {
		if (isnan(d[b]))
			continue;
		sum += d[b] * d[b] + m * m;
		++*n;
	}
	return sqrt(sum);
}

static void take_look(struct flips *x, const struct family *f, const size_t *which, size_t l)
{
	unsigned blocks = f->looks[l].blocks;

	for (size_t k = 0; k < x->cells; k++) {
		size_t at = l * x->cells + k;
		const double *d = f->d + which[k] * f->blocks;
		double m = f->margin[which[k]], sum = 0, scale;
		unsigned n;

		scale = scale_of(d, blocks, m, &n);
		for (unsigned b = 0; b < x->upto[l]; b++)
			sum += x->d[b * x->cells + k];
		x->scale[at] = scale > 0 ? 1 / (scale * sqrt(blocks)) : 0;
		/* The data must be past the margin, a flip only nearly. */
		x->gate[at] = n * m * (1 + FLIPS_EQUAL);
		x->seen[at] = flips_statistic(x, at, sum);
		x->gate[at] = n * m * (1 - FLIPS_EQUAL);
	}
}

void flips_init(struct flips *x, const struct family *f, const size_t *which, size_t nr)
{
	size_t at = f->nr_looks * nr + 1;

	*x = (struct flips){ .cells = nr, .nr_looks = f->nr_looks };
	x->d = xcalloc(nr * f->blocks + 3 * at, sizeof(*x->d));
	x->upto = xcalloc(f->nr_looks, sizeof(*x->upto));
	x->scale = x->d + nr * f->blocks;
	x->gate = x->scale + at;
	x->seen = x->gate + at;
	take_blocks(x, f, which);
	for (size_t l = 0; l < f->nr_looks; l++)
		take_look(x, f, which, l);
}

void flips_release(struct flips *x)
{
	free(x->d);
	free(x->upto);
}

/* The first block keeps its sign: a flip and its mirror image have the same statistics. */
struct flips_set flips_all(unsigned blocks)
{
	return (struct flips_set){ true, blocks, 1ull << (blocks ? blocks - 1 : 0), 0 };
}

struct flips_set flips_drawn(unsigned blocks, uint64_t nr, uint64_t seed)
{
	return (struct flips_set){ false, blocks, nr, seed };
}

/* Signs of the flip, and the first block whose sign is not that of the flip before. */
static unsigned next_flip(const struct flips_set *set, uint64_t flip, bool *minus)
{
	struct rng rng = { rng_mix(set->seed, flip) };
	uint64_t bits = 0;

	if (!flip) {
		memset(minus, 0, set->blocks * sizeof(*minus));
		return 0;
	}
	if (set->exact) {
		unsigned from = set->blocks - 1 - (unsigned)__builtin_ctzll(flip);

		for (unsigned b = from; b < set->blocks; b++)
			minus[b] = flip >> (set->blocks - 1 - b) & 1;
		return from;
	}
	/* A draw has the same signs for its first blocks, however many follow. */
	for (unsigned b = 0; b < set->blocks; b++, bits >>= 1) {
		if (b % 64 == 0)
			bits = rng_next(&rng);
		minus[b] = b && (bits & 1);
	}
	return 1;
}

static void add_block(const struct flips *x, unsigned block, bool minus, double *sum)
{
	const double *d = x->d + block * x->cells, *before = sum + block * x->cells;
	double *after = sum + (block + 1) * x->cells, sign = minus ? -1 : 1;

	for (size_t k = 0; k < x->cells; k++)
		after[k] = before[k] + sign * d[k];
}

void flips_walk(const struct flips *x, const struct flips_set *set, size_t nr_looks,
		flips_visit *visit, void *arg)
{
	double *sum = xcalloc((set->blocks + 1) * x->cells + 1, sizeof(*sum));
	bool *minus = xcalloc(set->blocks + 1, sizeof(*minus));

	for (uint64_t i = 0; i < set->nr; i++) {
		unsigned from = next_flip(set, i, minus);

		for (unsigned b = from; b < set->blocks; b++)
			add_block(x, b, minus[b], sum);
		for (size_t l = 0; l < nr_looks; l++)
			visit(arg, l, i,
			      !i || x->upto[l] > from ? sum + x->upto[l] * x->cells : NULL);
	}
	free(sum);
	free(minus);
}
