/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checks.h: what can be odd about a series of values in the order in which they
 * were measured. Each gives a p value under "nothing is odd"; none changes a
 * value or a verdict. Pure and thread-safe.
 */
#ifndef FSDUEL_ANALYSIS_CHECKS_H
#define FSDUEL_ANALYSIS_CHECKS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A trend: Mann, "Nonparametric tests against trend", Econometrica 13 (1945):
 * Kendall's S against time, two-sided, all orders counted up to 50 values (Kendall,
 * "Rank Correlation Methods" (1948)), beyond normal with variance n (n - 1) (2 n +
 * 5) / 18 and continuity.
 */
double check_trend(const double *v, size_t n);

/*
 * One value apart from the rest, v[at]: its distance from the mean of the others
 * over their deviation times sqrt(1 + 1 / (n - 1)), against Student's t with n - 2
 * degrees of freedom: the externally studentised residual of Cook and Weisberg,
 * "Residuals and Influence in Regression" (1982). 1 for n < 4.
 */
double check_apart(const double *v, size_t n, size_t at);

/*
 * Neighbours alike or alternating: Bartels, "The rank version of von Neumann's
 * ratio test for randomness", JASA 77 (1982): the sum of squared steps of the ranks
 * over their sum of squares, normal with mean 2 and variance 4 (n - 2) (5 n^2 - 2 n -
 * 9) / (5 n (n + 1) (n - 1)^2). 1 for n < 10.
 */
double check_neighbours(const double *v, size_t n);

/*
 * Two humps: the sum of squares left within two groups, for the best split of the
 * sorted values into two of a quarter at least, as a share of the whole. Small
 * means two humps; Engelman and Hartigan, "Percentage points of a test for
 * clusters", JASA 64 (1969). 1 for n < 8.
 */
double check_split(const double *v, size_t n);

/*
 * The value that check_split of n uniform values is below with probability p: of all
 * shapes with one hump the uniform one comes closest to two (Hartigan and Hartigan,
 * "The dip test of unimodality", Annals of Statistics 13 (1985)). By simulation,
 * seeded (Hope, "A simplified Monte Carlo significance test procedure", JRSS B 30
 * (1968)). Below p = 0.02 the tail is extrapolated: the chance falls with a power of
 * the value, (n - 2) / 2 near 0 as n - 2 distances must be small at once, and less
 * before that. The power is found by Hill, "A simple general approach to inference about
 * the tail of a distribution", Annals of Statistics 3 (1975), and its lower 95 % limit
 * is taken: the true chance is below p, by down to a fifth at p = 1e-5, rather than above it.
 */
double check_split_limit(size_t n, double p, uint64_t seed);

#endif
