/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checks.c: what can be odd about a series of values; see stats.h for sources. */
#include "analysis/stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/rng.h"

#define SPLIT_MIN 8
#define SPLIT_DRAWS 20000
#define SPLIT_TAIL 400 /* the quantile of a smaller p is extrapolated from these */

double check_apart(const double *v, size_t n, size_t at)
{
	double *rest = xcalloc(n + 1, sizeof(*rest));
	double sd, t = 0, m = (double)n - 1;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (i != at)
			rest[k++] = v[i];
	sd = stats_sd(rest, k);
	if (sd > 0)
		t = (v[at] - stats_mean(rest, k)) / (sd * sqrt(1 + 1 / m));
	free(rest);
	return n < 4 ? 1 : fmin(1, 2 * dist_t_cdf(-fabs(t), m - 1));
}

double check_split(const double *v, size_t n)
{
	double *x = xcalloc(n + 1, sizeof(*x));
	double mean, total = 0, left = 0, best = 0;
	size_t least = (n + 3) / 4;

	if (n >= SPLIT_MIN) {
		memcpy(x, v, n * sizeof(*x));
		stats_sort(x, n);
		mean = stats_mean(x, n);
		for (size_t i = 0; i < n; i++) {
			x[i] -= mean;
			total += x[i] * x[i];
		}
		for (size_t i = 0; i + least < n; i++) {
			double a = (double)i + 1, b = (double)n - a;

			left += x[i]; /* the right sum is its negative */
			if (i + 1 >= least)
				best = fmax(best, left * left / a + left * left / b);
		}
	}
	free(x);
	return total > 0 ? fmax(0, 1 - best / total) : 1;
}

/* Of sorted values: log p against log value is taken for straight below the last of the tail. */
static double tail_limit(const double *split, double p)
{
	double edge = split[SPLIT_TAIL], sum = 0, slope;

	for (size_t k = 0; k < SPLIT_TAIL; k++)
		sum += log(edge / split[k]);
	slope = SPLIT_TAIL / sum * (1 - dist_normal_quantile(0.95) / sqrt(SPLIT_TAIL));
	return edge * pow(p * SPLIT_DRAWS / SPLIT_TAIL, 1 / slope);
}

double check_split_limit(size_t n, double p, uint64_t seed)
{
	double *split = xcalloc(SPLIT_DRAWS, sizeof(*split));
	double *v = xcalloc(n + 1, sizeof(*v));
	struct rng rng = { rng_mix(seed, n) };
	double limit;

	for (size_t k = 0; k < SPLIT_DRAWS; k++) {
		for (size_t i = 0; i < n; i++)
			v[i] = (double)(rng_next(&rng) >> 11);
		split[k] = check_split(v, n);
	}
	stats_sort(split, SPLIT_DRAWS);
	limit = n < SPLIT_MIN                  ? 1
		: p * SPLIT_DRAWS < SPLIT_TAIL ? tail_limit(split, p)
					       : stats_quantile_sorted(split, SPLIT_DRAWS, p);
	free(split);
	free(v);
	return limit;
}
