/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flips.h: the statistics of a family under flips of whole blocks. Only family.c uses it. */
#ifndef FSDUEL_ANALYSIS_FLIPS_H
#define FSDUEL_ANALYSIS_FLIPS_H

#include "analysis/stats/stats.h"

/* Some cells of a family; arrays by look or block, then cell, in the order given. */
struct flips {
	size_t cells, nr_looks;
	unsigned blocks;      /* in which some cell of the family has a difference */
	double *d;            /* of these blocks; 0 where there is none */
	unsigned *upto;       /* of each look: how many of these blocks it has */
	double *scale, *gate; /* of each look: factor of the sum, and the sum at the margin */
	double *seen;         /* of each look: the statistics of the data as they are */
};

/* which: numbers of the cells in f, nr of them. */
void flips_init(struct flips *x, const struct family *f, const size_t *which, size_t nr);
void flips_release(struct flips *x);

/* Statistics that differ by so little are equal: sums in another order round otherwise. */
#define FLIPS_EQUAL 1e-9

/* Of a cell at a look, by its sum of differences; up to 1, or 2 to 3 past the margin. */
static inline double flips_statistic(const struct flips *x, size_t at, double sum)
{
	double size = sum < 0 ? -sum : sum;

	return size * x->scale[at] + (size >= x->gate[at] ? 2 : 0);
}

/* A set of flips of the first blocks; number 0 is the data as they are. */
struct flips_set {
	bool exact; /* all that differ in more than all signs at once */
	unsigned blocks;
	uint64_t nr, seed;
};

struct flips_set flips_all(unsigned blocks);
struct flips_set flips_drawn(unsigned blocks, uint64_t nr, uint64_t seed);

/* A flip at a look: sum of each cell, or NULL where it is that of the flip before. */
typedef void flips_visit(void *arg, size_t look, uint64_t flip, const double *sum);

/* Go through the set in order, each flip at each of the first nr_looks looks in turn. */
void flips_walk(const struct flips *x, const struct flips_set *set, size_t nr_looks,
		flips_visit *visit, void *arg);

#endif
