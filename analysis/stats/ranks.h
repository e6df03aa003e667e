/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ranks.h: where the middle of differences lies and how sure that is, for pairs and for two
 * groups that are no pairs. Nothing here looks at more than one cell: that is family.h.
 *
 * Pairs: the differences are log ratios patched / baseline, one a block, all finite. The
 * coin that fsduel throws for the order within each block makes these exact: if the patch
 * changes nothing, each difference is as likely to have the other sign, whatever the noise
 * is distributed like, drifts like or depends on (docs/statistics.md).
 *
 * Two groups: results of older runs, or of other tools, where nobody threw a coin. This
 * holds only if the groups differ in nothing but the thing compared: with drift between them
 * it does not, and no statistic can tell. All functions are pure and thread-safe.
 */
#ifndef FSDUEL_ANALYSIS_RANKS_H
#define FSDUEL_ANALYSIS_RANKS_H

#include "analysis/stats/stats.h"

/* Up to so many differences the signed-rank distribution is counted, beyond it is approximated. */
#define PAIRED_EXACT_MAX 50

/*
 * Two-sided p of the signed-rank test (Wilcoxon 1945). Zeros are dropped first, equal sizes
 * share their mean rank. Up to PAIRED_EXACT_MAX differences that are not zero the
 * distribution over all sign flips is counted, ties included (Streitberg and Roehmel 1986);
 * beyond, normal with correction for ties and continuity (Hollander and Wolfe 1999, 3.1).
 * 1 where all are zero.
 */
double paired_signed_rank_p(const double *d, size_t n);

/*
 * The Hodges-Lehmann estimate, n > 0: the median of all (d[i] + d[j]) / 2, i <= j, and for
 * each level in levels (0.95) the interval of the shifts that the signed-rank test does not
 * reject, which ends at the k-th smallest and k-th largest of the same values (Hollander and
 * Wolfe 1999, 3.3); k is exact for n up to PAIRED_EXACT_MAX, else from the normal
 * approximation. Ties can only make its coverage larger.
 */
double paired_estimate(const double *d, size_t n, const double *levels, struct interval *out,
		       size_t nr_levels);

/* Up to so many values in both groups together the distribution is counted. */
#define RANK_EXACT_MAX 50

/*
 * Two-sided p of the rank-sum test (Mann and Whitney 1947), m, n > 0. Equal values share
 * their mean rank. Up to RANK_EXACT_MAX values the distribution over all choices of the
 * second group is counted, ties included: p is the share at least as far from the middle;
 * beyond, normal with correction for ties and continuity (Hollander and Wolfe 1999, 4.1).
 */
double rank_sum_p(const double *x, size_t m, const double *y, size_t n);

/*
 * The Hodges-Lehmann estimate of how far y lies above x: the median of all y[j] - x[i], with
 * an interval for each level from the k-th smallest to the k-th largest of them (Hollander
 * and Wolfe 1999, 4.3); k is exact where the distribution is counted.
 */
double rank_estimate(const double *x, size_t m, const double *y, size_t n, const double *levels,
		     struct interval *out, size_t nr_levels);

#endif
