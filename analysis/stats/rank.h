/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rank.h: two groups of values that are no pairs: results of older runs, or of
 * other tools, where nobody threw a coin. What holds here holds only if the two
 * groups differ in nothing but what is compared: with drift between them it does
 * not, and no statistic can tell (docs/statistics.md). Pure and thread-safe.
 */
#ifndef FSDUEL_ANALYSIS_RANK_H
#define FSDUEL_ANALYSIS_RANK_H

#include "analysis/stats/paired.h"

/* Up to so many values in both groups together the distribution is counted. */
#define RANK_EXACT_MAX 50

/*
 * Two-sided p of the rank-sum test: Mann and Whitney, "On a test of whether one
 * of two random variables is stochastically larger than the other", Annals of
 * Mathematical Statistics 18 (1947). Equal values share their mean rank. Up to
 * RANK_EXACT_MAX values the distribution over all choices of the second group is
 * counted, ties included (Streitberg and Roehmel 1986): p is the share at least as
 * far from the middle; beyond, the normal approximation with correction for ties and
 * continuity: Hollander and Wolfe (1999), section 4.1: the rank sum of y has mean
 * n (m + n + 1) / 2 and variance m n / 12 (m + n + 1 - sum of t^3 - t / ((m + n)
 * (m + n - 1))). m, n > 0.
 */
double rank_sum_p(const double *x, size_t m, const double *y, size_t n);

/*
 * The Hodges-Lehmann estimate of how far y lies above x: the median of all
 * y[j] - x[i] (Hodges and Lehmann 1963), with an interval for each level from the
 * k-th smallest to the k-th largest of them: Hollander and Wolfe, section 4.3
 * (Moses' interval); k is exact where the distribution is counted.
 */
double rank_estimate(const double *x, size_t m, const double *y, size_t n, const double *levels,
		     struct interval *out, size_t nr_levels);

#endif
