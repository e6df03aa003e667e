/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.c: order statistics, distributions and checks; see stats.h for definitions and sources. */
#include "analysis/stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/rng.h"

#define STEPS_MAX 1000 /* of Newton's method; a tail of 1e-300 takes 700 */
#define SPLIT_MIN 8
#define SPLIT_DRAWS 20000
#define SPLIT_TAIL 400 /* the quantile of a smaller p is extrapolated from these */

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

double dist_normal_cdf(double z)
{
	return 0.5 * erfc(-z * M_SQRT1_2);
}

/* The C library's lgamma writes a global. */
static double log_gamma(double x)
{
	int sign;

	return lgamma_r(x, &sign);
}

/* The even and the odd numerators of 26.5.8 in turn. */
static double beta_term(double a, double b, double x, unsigned step)
{
	double m = step / 2;

	if (step % 2 == 0)
		return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
	return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
}

static double away_from_zero(double v)
{
	return fabs(v) < 1e-300 ? 1e-300 : v;
}

/* 1 + d1 / (1 + d2 / (1 + ...)), for x below (a + 1) / (a + b + 2), where it converges quickly. */
static double beta_fraction(double a, double b, double x)
{
	double f = 1, c = 1, d = 0;

	for (unsigned step = 1; step <= 1000; step++) {
		double term = beta_term(a, b, x, step);

		d = 1 / away_from_zero(1 + term * d);
		c = away_from_zero(1 + term / c);
		f *= c * d;
		if (fabs(c * d - 1) < 1e-16)
			break;
	}
	return f;
}

static double beta_inc(double a, double b, double x)
{
	double front;

	if (x <= 0)
		return 0;
	if (x >= 1)
		return 1;
	if (x > (a + 1) / (a + b + 2))
		return 1 - beta_inc(b, a, 1 - x);
	front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) + b * log1p(-x)) /
		a;
	return front / beta_fraction(a, b, x);
}

double dist_t_cdf(double t, double df)
{
	double half = 0.5 * beta_inc(df / 2, 0.5, df / (df + t * t));

	return t < 0 ? half : 1 - half;
}

static double t_density(double t, double df)
{
	return exp(log_gamma((df + 1) / 2) - log_gamma(df / 2) - (df + 1) / 2 * log1p(t * t / df)) /
	       sqrt(df * M_PI);
}

/*
 * df 0: of the normal distribution. The lower half is convex, so from 0 Newton's steps only lower
 * t, until the last digits of the sum make one that does not.
 */
static double quantile(double p, double df)
{
	bool upper = p > 0.5;
	double q = upper ? 1 - p : p, t = 0, step = 1; /* the lower tail keeps its digits */

	for (int i = 0; i < STEPS_MAX && step > 1e-15 * fabs(t); i++) {
		double below = df > 0 ? dist_t_cdf(t, df) : dist_normal_cdf(t);
		double density = df > 0 ? t_density(t, df) : exp(-t * t / 2) / sqrt(2 * M_PI);

		step = (below - q) / density;
		t -= step;
	}
	return upper ? -t : t;
}

double dist_normal_quantile(double p)
{
	return quantile(p, 0);
}

double dist_t_quantile(double p, double df)
{
	return quantile(p, df);
}

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
