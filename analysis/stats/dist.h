/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dist.h: the normal and Student's distribution, for approximations and for
 * planning. No verdict rests on them: verdicts rest on counted sign flips and on
 * ranks (family.h, paired.h). Pure and thread-safe.
 */
#ifndef FSDUEL_ANALYSIS_DIST_H
#define FSDUEL_ANALYSIS_DIST_H

/* P(Z <= z), by the C library's erfc. */
double dist_normal_cdf(double z);

/*
 * The z with P(Z <= z) = p, 0 < p < 1: Wichura, "Algorithm AS 241: The percentage
 * points of the normal distribution", Applied Statistics 37 (1988), PPND16;
 * relative accuracy about 1e-16.
 */
double dist_normal_quantile(double p);

/*
 * P(T <= t) of Student's t with df > 0 degrees of freedom: the incomplete beta
 * function, Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964),
 * 26.7.1 and 26.5.8 (the continued fraction), evaluated by Lentz's method.
 */
double dist_t_cdf(double t, double df);

/* The t with P(T <= t) = p, 0 < p < 1: Newton's method on dist_t_cdf, kept between bounds. */
double dist_t_quantile(double p, double df);

#endif
