/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats.h: every statistic that a verdict or a warning rests on. Pure and thread-safe; a NaN or
 * an infinity in the input is the caller's mistake where nothing else is said.
 * docs/statistics.md has the reasons and the titles of sources.
 */
#ifndef FSDUEL_ANALYSIS_STATS_H
#define FSDUEL_ANALYSIS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
	bool exists;      /* false: so few values cannot give an interval of that level */
	double low, high; /* closed; only where it exists */
};

/* Sort v ascending in place. */
void stats_sort(double *v, size_t n);

/* Quantile p in [0, 1] of sorted v, n > 0: definition 7 of Hyndman and Fan 1996 (R's default). */
double stats_quantile_sorted(const double *v, size_t n, double p);
double stats_median_sorted(const double *v, size_t n);

/* Mean, and standard deviation with n - 1 (0 for n < 2); n > 0. */
double stats_mean(const double *v, size_t n);
double stats_sd(const double *v, size_t n);

/* The interval of a proportion of which k out of n > 0 were seen (Wilson 1927). */
struct interval stats_wilson(size_t k, size_t n, double level);

/* --- distributions ------------------------------------------------------------------------ */

double dist_normal_cdf(double z);

/* The z with P(Z <= z) = p, 0 < p < 1, by Newton's method. */
double dist_normal_quantile(double p);

/* P(T <= t) of Student's t, df > 0: Abramowitz and Stegun 1964, 26.7.1 and 26.5.8. */
double dist_t_cdf(double t, double df);

/* The t with P(T <= t) = p, likewise. */
double dist_t_quantile(double p, double df);

/* --- ranks of pairs: d are log ratios patched / baseline, one a block --------------------- */

/* Up to so many values a rank test's distribution is counted, beyond it is approximated. */
#define RANK_EXACT_MAX 50

/* Two-sided p of the signed-rank test (Wilcoxon 1945). Zeros are dropped, equal sizes share their
 * mean rank. Counted over all sign flips (Streitberg and Roehmel 1986), else normal with correction
 * for ties and continuity (Hollander and Wolfe 1999, 3.1). 1 where all are zero. */
double paired_signed_rank_p(const double *d, size_t n);

/* The Hodges-Lehmann estimate, n > 0: the median of all (d[i] + d[j]) / 2, i <= j. For each level
 * (0.95) the interval of the shifts that the signed-rank test does not reject (Hollander and Wolfe
 * 1999, 3.3). Ties can only make its coverage larger. */
double paired_estimate(const double *d, size_t n, const double *levels, struct interval *out,
		       size_t nr_levels);

/* --- ranks of two groups that differ in nothing but the thing compared -------------------- */

/* Two-sided p of the rank-sum test (Mann and Whitney 1947), m, n > 0, likewise: counted over all
 * choices of the second group, else normal (Hollander and Wolfe 1999, 4.1). */
double rank_sum_p(const double *x, size_t m, const double *y, size_t n);

/* How far y lies above x: the median of all y[j] - x[i], with intervals likewise (there, 4.3). */
double rank_estimate(const double *x, size_t m, const double *y, size_t n, const double *levels,
		     struct interval *out, size_t nr_levels);

/* --- a family: many cells at once, looked at once or several times ------------------------ */

/*
 * The coin of a block is shared by all its cells, so flips of whole blocks are the reference
 * set: all of them up to FAMILY_EXACT_MAX blocks, else drawn ones. The statistic of a cell after
 * n blocks is |sum of d| / sqrt(sum of d^2 + n m^2), m being its margin as a log ratio (Tusher
 * 2001); a flip in which the mean of d is past the margin ranks above every other.
 */
#define FAMILY_EXACT_MAX 16

/* The cells are looked at after so many blocks; alpha: what may be spent by then, in all. */
struct family_look {
	unsigned blocks;
	double alpha;
};

struct family {
	const double *d;      /* cells rows of blocks differences each; NAN: there is none */
	const double *margin; /* of each cell, 0 or more */
	size_t cells;
	unsigned blocks;
	const struct family_look *looks; /* blocks and alpha grow; the last look has all blocks */
	size_t nr_looks;                 /* 1 or more */
	uint64_t draws, seed;            /* draws 0: as many as take a moment, at least 9999 */
};

struct family_cell {
	double p_alone; /* of this cell by itself, at the last look */
	double p;       /* of the family: at most the alpha of the look that rejected it */
	size_t look;    /* the first look that rejected it; nr_looks: none did */
};

struct family_how {
	bool exact;      /* all flips at every look, no draws */
	uint64_t flips;  /* gone through or drawn, the data as they are among them */
	unsigned blocks; /* in which some cell has a difference */
};

/*
 * One look: p is the step-down max-t adjusted p (Westfall and Young 1993; by flips, Romano and
 * Wolf 2005). p_alone: Fisher 1935. Drawn flips count the data as one (Phipson and Smyth 2010).
 *
 * Several looks: flips give the joint law of the statistics at all looks (Mehta 1994). A look's
 * limit is the least with which the share of flips that reach it, or the limit of a look before,
 * is at most alpha (Lan and DeMets 1983). Cells that were rejected leave, and all limits are
 * found again for the others (closed testing: Marcus 1976); that this holds is shown by
 * simulation only (tests/oracle/simulate.c, mixed families).
 */
struct family_how family_test(const struct family *f, struct family_cell *out);

/* Adjusted p of Holm 1979; R calls it p.adjust "holm". */
void family_holm(const double *p, size_t n, double *adjusted);

/* The least blocks b at which 2^(1 - b), the least p of a flip, is below alpha / families. */
unsigned family_min_blocks(double alpha, size_t families);

/* --- checks of a series of values: p under "nothing is odd" -------------------------------- */

/* v[at] apart from the rest: the externally studentised residual (Cook and Weisberg 1982). */
double check_apart(const double *v, size_t n, size_t at);

/* Two humps (Engelman and Hartigan 1969): the sum of squares left within the best two groups of the
 * sorted values, a quarter at least, as a share of the whole. Small: two humps. 1 for n < 8. */
double check_split(const double *v, size_t n);

/* The value that check_split of n uniform values, of all single humps the nearest to two (Hartigan
 * and Hartigan 1985), is below with probability p: by seeded simulation (Hope 1968), below p = 0.02
 * by the lower 95 % limit of the tail's power (Hill 1975). */
double check_split_limit(size_t n, double p, uint64_t seed);

#endif
