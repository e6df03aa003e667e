/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers.h: how other suites call a cell changed, from their public sources, for
 * comparison only. a: baseline, b: patched, n of each, in order of measuring.
 */
#ifndef FSDUEL_TESTS_ORACLE_PEERS_H
#define FSDUEL_TESTS_ORACLE_PEERS_H

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "analysis/stats/stats.h"

/* fsperf, src/utils.py, check_regression: the latest sample against mean and 1.96 stdev. */
static inline bool peer_fsperf(const double *a, const double *b, size_t n)
{
	return fabs(b[n - 1] - stats_mean(a, n)) > 1.96 * stats_sd(a, n);
}

/* mmtests, MMTests/Stat.pm, sdiff: difference of means in pooled deviations, without n. */
static inline bool peer_mmtests(const double *a, const double *b, size_t n)
{
	double sd = hypot(stats_sd(a, n), stats_sd(b, n)) / sqrt(2);

	return fabs(stats_mean(b, n) - stats_mean(a, n)) > 1.96 * sd;
}

/* lkp-tests, lib/changed_stat.rb, change? without options; its mean is the upper median. */
static inline bool peer_lkp(const double *a, const double *b, size_t n)
{
	double x[64], y[64];

	memcpy(x, a, n * sizeof(*x));
	memcpy(y, b, n * sizeof(*y));
	stats_sort(x, n);
	stats_sort(y, n);
	return (y[0] > x[n / 2] && y[n / 2] > x[n - 1]) || (x[0] > y[n / 2] && x[n / 2] > y[n - 1]);
}

/* Welch's t test at 5 %, a cell at a time. */
static inline bool peer_welch(const double *a, const double *b, size_t n)
{
	double va = stats_sd(a, n) * stats_sd(a, n) / (double)n;
	double vb = stats_sd(b, n) * stats_sd(b, n) / (double)n;
	double df = (va + vb) * (va + vb) / ((va * va + vb * vb) / (double)(n - 1));
	double t = (stats_mean(b, n) - stats_mean(a, n)) / sqrt(va + vb);

	return 2 * dist_t_cdf(-fabs(t), df) <= 0.05;
}

/* Mann and Whitney's test at 5 %, a cell at a time. */
static inline bool peer_rank_sum(const double *a, const double *b, size_t n)
{
	return rank_sum_p(a, n, b, n) <= 0.05;
}

static const struct peer {
	const char *name;
	bool (*changed)(const double *a, const double *b, size_t n);
} peers[] = {
	{ "fsperf", peer_fsperf }, { "mmtests", peer_mmtests },   { "lkp", peer_lkp },
	{ "Welch", peer_welch },   { "rank sum", peer_rank_sum },
};
#define NR_PEERS (sizeof(peers) / sizeof(peers[0]))

#endif
