/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holm.c: what bounds say of many cells without their flips; see family.h. */
#include <math.h>
#include <stdlib.h>

#include "analysis/stats/family.h"
#include "lib/buf.h"

struct place {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

void family_holm(const double *p, size_t n, double *adjusted)
{
	struct place *place = xcalloc(n + 1, sizeof(*place));
	double before = 0;

	for (size_t i = 0; i < n; i++)
		place[i] = (struct place){ p[i], i };
	qsort(place, n, sizeof(*place), by_p);
	for (size_t k = 0; k < n; k++) {
		before = fmax(before, fmin(1, (double)(n - k) * place[k].p));
		adjusted[place[k].at] = before;
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
