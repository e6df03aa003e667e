/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * family.c: step-down max-t over joint sign flips; see family.h for sources. All
 * flips are gone through in Gray code, so that each differs from the one before
 * by one block: one addition a cell.
 */
#include "analysis/stats/family.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/rng.h"

/* Sums are updated up to 2^15 times: what rounding could have moved counts as equal. */
#define EQUAL 1e-9

#define DRAWS_MIN 9999u
#define DRAWS_MAX 65535u
#define DRAWS_WORK 400000000u  /* cells x blocks x draws that take well under a second */

/* The cells by their statistic, largest first; all arrays in that order. */
struct flipping {
	size_t cells;
	unsigned blocks;
	size_t *order;            /* number of the cell in d */
	double *d;                /* by block, then cell; each cell over its root of squares */
	double *limit;            /* the statistic to be reached */
	double *sum;              /* of the present flip */
	double *alone, *family;   /* flips that reached the limit */
};

/* A cell's statistic and its number, to be sorted. */
struct place {
	double t;
	size_t cell;
};

static int by_statistic(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->t != y->t)
		return x->t < y->t ? 1 : -1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

static double root_of_squares(const double *d, unsigned blocks)
{
	double scale = 0, sum = 0;

	for (unsigned b = 0; b < blocks; b++)
		scale = fmax(scale, fabs(d[b]));
	for (unsigned b = 0; b < blocks && scale > 0; b++)
		sum += d[b] / scale * (d[b] / scale);
	return scale * sqrt(sum);
}

static double statistic(const double *d, unsigned blocks, double root)
{
	double sum = 0;

	for (unsigned b = 0; b < blocks; b++)
		sum += root > 0 ? d[b] / root : 0;
	return fabs(sum);
}

/* Blocks in which no cell has a difference cannot be flipped: they are left out. */
static unsigned used_blocks(const double *d, size_t cells, unsigned blocks, unsigned *used)
{
	unsigned nr = 0;

	for (unsigned b = 0; b < blocks; b++) {
		bool any = false;

		for (size_t c = 0; c < cells && !any; c++)
			any = d[c * blocks + b] != 0;
		if (any)
			used[nr++] = b;
	}
	return nr;
}

static void prepare(struct flipping *f, const double *d, size_t cells, unsigned blocks)
{
	struct place *place = xcalloc(cells + 1, sizeof(*place));
	double *root = xcalloc(cells + 1, sizeof(*root));
	unsigned *used = xcalloc(blocks + 1, sizeof(*used));

	*f = (struct flipping){ .cells = cells, .blocks = used_blocks(d, cells, blocks, used) };
	f->order = xcalloc(cells + 1, sizeof(*f->order));
	f->d = xcalloc(cells * f->blocks + 1, sizeof(*f->d));
	f->limit = xcalloc(cells + 1, sizeof(*f->limit));
	f->sum = xcalloc(cells + 1, sizeof(*f->sum));
	f->alone = xcalloc(cells + 1, sizeof(*f->alone));
	f->family = xcalloc(cells + 1, sizeof(*f->family));
	for (size_t c = 0; c < cells; c++) {
		root[c] = root_of_squares(d + c * blocks, blocks);
		place[c] = (struct place){ statistic(d + c * blocks, blocks, root[c]), c };
	}
	qsort(place, cells, sizeof(*place), by_statistic);
	for (size_t k = 0; k < cells; k++) {
		size_t c = place[k].cell;

		f->order[k] = c;
		f->limit[k] = place[k].t * (1 - EQUAL) - EQUAL * 1e-3;
		for (unsigned b = 0; b < f->blocks && root[c] > 0; b++)
			f->d[b * cells + k] = d[c * blocks + used[b]] / root[c];
	}
	free(place);
	free(root);
	free(used);
}

static void release(struct flipping *f)
{
	free(f->order);
	free(f->d);
	free(f->limit);
	free(f->sum);
	free(f->alone);
	free(f->family);
}

/*
 * One flip more: from the smallest statistic up, the largest of those that are
 * not larger in the data is held against each limit (the step-down).
 */
static void count_flip(struct flipping *f)
{
	double largest = 0;

	for (size_t k = f->cells; k-- > 0;) {
		double t = fabs(f->sum[k]);

		largest = t > largest ? t : largest;
		f->alone[k] += t >= f->limit[k];
		f->family[k] += largest >= f->limit[k];
	}
}

static void add_block(struct flipping *f, unsigned block, double factor)
{
	const double *d = f->d + block * f->cells;

	for (size_t k = 0; k < f->cells; k++)
		f->sum[k] += factor * d[k];
}

/* The last block keeps its sign: a flip and its mirror image have the same statistics. */
static uint64_t all_flips(struct flipping *f)
{
	uint64_t flips = 1ull << (f->blocks ? f->blocks - 1 : 0);
	uint64_t minus = 0;

	for (unsigned b = 0; b < f->blocks; b++)
		add_block(f, b, 1);
	count_flip(f);
	for (uint64_t i = 1; i < flips; i++) {
		unsigned b = (unsigned)__builtin_ctzll(i);

		minus ^= 1ull << b;
		add_block(f, b, minus >> b & 1 ? -2 : 2);
		count_flip(f);
	}
	return flips;
}

static uint64_t drawn_flips(struct flipping *f, uint64_t draws, uint64_t seed)
{
	struct rng rng = { seed };
	uint64_t work = (uint64_t)f->cells * f->blocks + 1;

	if (!draws) {
		draws = DRAWS_WORK / work;
		draws = draws < DRAWS_MIN ? DRAWS_MIN : draws > DRAWS_MAX ? DRAWS_MAX : draws;
	}
	for (uint64_t i = 0; i <= draws; i++) { /* the first is the data as they are */
		uint64_t bits = 0;

		memset(f->sum, 0, f->cells * sizeof(*f->sum));
		for (unsigned b = 0; b < f->blocks; b++) {
			if (b % 64 == 0)
				bits = i ? rng_next(&rng) : 0;
			add_block(f, b, bits & 1 ? -1 : 1);
			bits >>= 1;
		}
		count_flip(f);
	}
	return draws + 1;
}

struct family_how family_max_t(const double *d, size_t cells, unsigned blocks, uint64_t draws,
			       uint64_t seed, double *p_flip, double *p_family)
{
	struct family_how how;
	struct flipping f;
	double before = 0;

	prepare(&f, d, cells, blocks);
	how.blocks = f.blocks;
	how.exact = f.blocks <= FAMILY_EXACT_MAX;
	how.flips = how.exact ? all_flips(&f) : drawn_flips(&f, draws, seed);
	for (size_t k = 0; k < cells; k++) {
		double p = f.family[k] / (double)how.flips;

		before = fmax(before, p);
		p_family[f.order[k]] = before;
		if (p_flip)
			p_flip[f.order[k]] = f.alone[k] / (double)how.flips;
	}
	how.flips = how.exact ? 1ull << how.blocks : how.flips;
	release(&f);
	return how;
}

static int by_p(const void *a, const void *b)
{
	return -by_statistic(a, b);
}

void family_holm(const double *p, size_t n, double *adjusted)
{
	struct place *place = xcalloc(n + 1, sizeof(*place));
	double before = 0;

	for (size_t i = 0; i < n; i++)
		place[i] = (struct place){ p[i], i };
	qsort(place, n, sizeof(*place), by_p);
	for (size_t k = 0; k < n; k++) {
		before = fmax(before, fmin(1, (double)(n - k) * place[k].t));
		adjusted[place[k].cell] = before;
	}
	free(place);
}

unsigned family_min_blocks(double alpha, size_t families)
{
	unsigned blocks = 1;

	while (blocks < 64 && ldexp((double)families, 1 - (int)blocks) > alpha)
		blocks++;
	return blocks;
}
