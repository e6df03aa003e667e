/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checks.h: what can be odd about a series of values in the order in which they were
 * measured. Each gives a p value under "nothing is odd"; none changes a value or a verdict.
 * Pure and thread-safe. Sources: docs/statistics.md.
 */
#ifndef FSDUEL_ANALYSIS_CHECKS_H
#define FSDUEL_ANALYSIS_CHECKS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A trend (Mann 1945): Kendall's S against time, two-sided, all orders counted up to 50
 * values, beyond normal with variance n (n - 1) (2 n + 5) / 18 and continuity.
 */
double check_trend(const double *v, size_t n);

/*
 * One value apart from the rest, v[at]: its distance from the mean of the others over their
 * deviation times sqrt(1 + 1 / (n - 1)), against Student's t with n - 2 degrees of freedom
 * (Cook and Weisberg 1982). 1 for n < 4.
 */
double check_apart(const double *v, size_t n, size_t at);

/*
 * Neighbours alike or alternating (Bartels 1982): the sum of squared steps of the ranks over
 * their sum of squares, normal with mean 2 and variance 4 (n - 2) (5 n^2 - 2 n - 9) /
 * (5 n (n + 1) (n - 1)^2). 1 for n < 10.
 */
double check_neighbours(const double *v, size_t n);

/*
 * Two humps (Engelman and Hartigan 1969): the sum of squares left within two groups, for the
 * best split of the sorted values into two of a quarter at least, as a share of the whole.
 * Small means two humps. 1 for n < 8.
 */
double check_split(const double *v, size_t n);

/*
 * The value that check_split of n uniform values is below with probability p: of all shapes
 * with one hump the uniform one comes closest to two (Hartigan and Hartigan 1985). By seeded
 * simulation (Hope 1968). Below p = 0.02 the tail is extrapolated by the lower 95 % limit of
 * its power (Hill 1975): the true chance is below p, by down to a fifth at p = 1e-5.
 */
double check_split_limit(size_t n, double p, uint64_t seed);

#endif
