/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.c: order statistics; see stats.h for definitions and sources. */
#include "analysis/stats.h"

#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *v, size_t n)
{
	if (n > 1)
		qsort(v, n, sizeof(*v), compare_doubles);
}

double stats_quantile_sorted(const double *v, size_t n, double p)
{
	double h = (double)(n - 1) * p;
	size_t j = (size_t)h;
	double g = h - (double)j;
	double q;

	if (j >= n - 1)
		return v[n - 1];
	if (g <= 0 || v[j] == v[j + 1])
		return v[j];
	/* Weighted rather than v[j] + g * difference: the difference of huge values overflows. */
	q = (1 - g) * v[j] + g * v[j + 1];
	return fmin(fmax(q, v[j]), v[j + 1]);
}

double stats_median_sorted(const double *v, size_t n)
{
	return stats_quantile_sorted(v, n, 0.5);
}
