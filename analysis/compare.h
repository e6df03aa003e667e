/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h: the two sides of a contrast put beside each other, cell by cell.
 * What is computed here is order statistics of paired blocks; verdicts belong
 * to a later room of analysis/.
 */
#ifndef FSDUEL_ANALYSIS_COMPARE_H
#define FSDUEL_ANALYSIS_COMPARE_H

#include "analysis/results.h"

enum mark {
	MARK_NONE,      /* no pair with two valid values */
	MARK_EQUAL,     /* every pair equal to the last digit */
	MARK_BETTER,    /* patched better in every pair */
	MARK_WORSE,     /* patched worse in every pair */
	MARK_MIXED,     /* neither, or a metric without a direction that differs */
};
extern const char *const mark_names[];    /* "", "equal", "better", "worse", "mixed" */

/* One cell, role and metric of one contrast. Strings are borrowed from the results. */
struct comparison_row {
	const char *contrast, *baseline, *patched; /* names; the latter two are variants */
	const char *workload, *params, *role, *metric, *detail, *unit, *better;
	const char *varying;         /* params that have several values in this workload */
	bool primary;
	unsigned pairs, planned;     /* blocks with two valid values, blocks planned */
	double baseline_median, patched_median;  /* only when pairs > 0 */
	double ratio_median, ratio_min, ratio_max; /* patched / baseline over pairs; only when has_ratio */
	bool has_ratio;              /* false when a baseline value is 0 or no pair */
	enum mark mark;
	const char *reason;          /* why pairs are missing: first reason found, or NULL */
};

struct comparison {
	struct comparison_row *rows;  /* contrast, then plan order of cells, role, metric */
	size_t nr_rows;
	unsigned unmeasured;          /* planned pairs without two valid primary values */
};

/*
 * Compare every contrast of run.json, or only the one named. -EINVAL: unknown contrast, two
 * units for one metric, the same sample twice, run.json and samples.csv that do not belong
 * together.
 */
int compare_results(struct comparison *c, const struct results *r, const char *contrast,
		    struct err *e);
void comparison_release(struct comparison *c);

#endif
