/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * made_up.h: what the two simulations share: random numbers, rows to be judged, and a share
 * held against a limit as TAP.
 */
#ifndef FSDUEL_TESTS_ORACLE_MADE_UP_H
#define FSDUEL_TESTS_ORACLE_MADE_UP_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/compare/judge_impl.h"
#include "analysis/stats/stats.h"
#include "lib/rng.h"

static unsigned tests, failures;

static inline double uniform(struct rng *r)
{
	return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

static inline double normal(struct rng *r)
{
	return dist_normal_quantile(uniform(r));
}

/* A cell of a duel, before it is judged. */
static inline struct comparison_row made_up_row(struct comparison_pair *pair, unsigned blocks)
{
	return (struct comparison_row){
		.contrast = "c",
		.workload = "w",
		.varying = "",
		.metric = "ops_per_s",
		.better = "higher",
		.primary = true,
		.whole = true,
		.pairs = blocks,
		.planned = blocks,
		.pair = pair,
		.role_threads = 8,
		.j.decides = true,
	};
}

static inline struct comparison_pair made_up_pair(unsigned block, double baseline, double patched)
{
	return (struct comparison_pair){ .block = block,
					 .has_baseline = true,
					 .has_patched = true,
					 .baseline = baseline,
					 .patched = patched };
}

static inline bool called(const struct comparison_row *row)
{
	return row->j.r.verdict == VERDICT_SLOWER || row->j.r.verdict == VERDICT_FASTER;
}

static inline void report(bool ok, const char *what, unsigned k, unsigned n)
{
	struct interval i = stats_wilson(k, n, 0.98);

	tests++;
	failures += !ok;
	printf("%s %u - %s: %.2f %% of %u (99 %% bounds %.2f, %.2f)\n", ok ? "ok" : "not ok", tests,
	       what, 100.0 * k / n, n, 100 * i.low, 100 * i.high);
	fflush(stdout);
}

/* The share is not above the limit: its lower bound, 99.9 % as there are many, is not. */
static inline void at_most(double limit, const char *what, unsigned k, unsigned n)
{
	report(stats_wilson(k, n, 0.998).low <= limit, what, k, n);
}

static inline void at_least(double limit, const char *what, unsigned k, unsigned n)
{
	report((double)k / n >= limit, what, k, n);
}

#endif
