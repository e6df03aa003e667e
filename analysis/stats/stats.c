/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.c: order statistics; see stats.h for definitions and sources. */
#include "analysis/stats/stats.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/stats/dist.h"

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

double stats_mean(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i] / (double)n;
	return sum;
}

double stats_sd(const double *v, size_t n)
{
	double mean = n ? stats_mean(v, n) : 0, sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (v[i] - mean) * (v[i] - mean);
	return n > 1 ? sqrt(sum / (double)(n - 1)) : 0;
}

struct interval stats_wilson(size_t k, size_t n, double level)
{
	double z = dist_normal_quantile(0.5 + level / 2), count = (double)n;
	double p = (double)k / count, scale = 1 + z * z / count;
	double centre = (p + z * z / (2 * count)) / scale;
	double half = z / scale * sqrt(p * (1 - p) / count + z * z / (4 * count * count));

	return (struct interval){ true, k ? fmax(0, centre - half) : 0,
				  k < n ? fmin(1, centre + half) : 1 };
}
