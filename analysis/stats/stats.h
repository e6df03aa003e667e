/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.h: order statistics of small sets of finite numbers, and the normal and Student's
 * distribution, for approximations and for planning: verdicts rest on counted flips and
 * ranks (family.h, ranks.h). All functions are pure and thread-safe; a NaN or an infinity in
 * the input is the caller's mistake.
 */
#ifndef FSDUEL_ANALYSIS_STATS_H
#define FSDUEL_ANALYSIS_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct interval {
	bool exists;      /* false: so few values cannot give an interval of that level */
	double low, high; /* closed; only where it exists */
};

/* Sort v ascending in place. */
void stats_sort(double *v, size_t n);

/*
 * Quantile p in [0, 1] of v, sorted ascending, n > 0: definition 7 of Hyndman and Fan 1996
 * (R's default): with h = (n - 1) p, linear between the order statistics floor(h) and
 * floor(h) + 1. It lies between those two and is exactly their value where they are equal.
 */
double stats_quantile_sorted(const double *v, size_t n, double p);

/* stats_quantile_sorted at one half: the middle value, or the mean of the two middle ones. */
double stats_median_sorted(const double *v, size_t n);

/* Mean, and standard deviation with n - 1 (0 for n < 2); n > 0. */
double stats_mean(const double *v, size_t n);
double stats_sd(const double *v, size_t n);

/* The interval of a proportion of which k out of n > 0 were seen (Wilson 1927). */
struct interval stats_wilson(size_t k, size_t n, double level);

/* --- distributions ------------------------------------------------------------------------ */

/* P(Z <= z), by the C library's erfc. */
double dist_normal_cdf(double z);

/* The z with P(Z <= z) = p, 0 < p < 1 (Wichura 1988, PPND16); relative accuracy about 1e-16. */
double dist_normal_quantile(double p);

/*
 * P(T <= t) of Student's t with df > 0 degrees of freedom: the incomplete beta function
 * (Abramowitz and Stegun 1964, 26.7.1 and 26.5.8), evaluated by Lentz's method.
 */
double dist_t_cdf(double t, double df);

/* The t with P(T <= t) = p, 0 < p < 1: Newton's method on dist_t_cdf, kept between bounds. */
double dist_t_quantile(double p, double df);

#endif
