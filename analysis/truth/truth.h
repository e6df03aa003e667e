/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * truth.h: the changes that exact mode gives, held against those that a clock on the wall gives.
 * Both folders have one suite and one kernel a side at most, so each row is one change (a mount
 * against another, or a parameter's value against its first one) seen twice. Nothing is judged
 * again: changes and intervals of mounts are those of compare.h, those of parameters are found
 * here by the same statistic (stats.h).
 */
#ifndef FSDUEL_ANALYSIS_TRUTH_H
#define FSDUEL_ANALYSIS_TRUTH_H

#include "analysis/compare/compare.h"

enum truth_side_name { TRUTH_EXACT, TRUTH_HOST, NR_TRUTH_SIDES };

/* Ratios, 0.97 is -3 %; over blocks. */
struct truth_side {
	bool there; /* else only reason is set */
	double change;
	struct interval i95; /* of the change, for this row alone */
	double min, max;     /* over blocks */
	unsigned pairs;
	const char *reason; /* why it is not there, or NULL */
};

/* Is exact mode's change within the host's interval? Not known without one. */
enum truth_inside { TRUTH_UNKNOWN, TRUTH_INSIDE, TRUTH_OUTSIDE, NR_TRUTH_INSIDE };
extern const char *const truth_inside_names[NR_TRUTH_INSIDE]; /* "-", "yes", "no" */

/* Of the two changes. Open: one of the intervals has no change in it, or is not there. */
enum truth_direction { TRUTH_OPEN, TRUTH_SAME, TRUTH_OPPOSITE, NR_TRUTH_DIRECTION };
extern const char *const truth_direction_names[NR_TRUTH_DIRECTION]; /* "open", "same", ... */

struct truth_row {
	size_t pair;                    /* number of its pair */
	const char *suite;              /* the name of that pair's suite */
	const char *contrast;           /* or "threads 1 to 2" */
	const char *baseline, *patched; /* variants; a parameter's has the same twice */
	const char *workload, *varying; /* the parameter that is contrasted left out */
	const char *role, *metric;
	bool whole;
	struct truth_side side[NR_TRUTH_SIDES];
	enum truth_inside inside;
	enum truth_direction direction;
	bool has_apart;
	double apart; /* exact / host: 1.02 where exact mode's ratio is 2 % larger */
};

/* A pair of folders, borrowed; they must outlive the truth. */
struct truth_pair {
	const struct results *r[NR_TRUTH_SIDES];
	const struct comparison *c[NR_TRUTH_SIDES]; /* judged, nothing selected */
};

struct truth {
	struct truth_row *rows; /* by pair, then contrasts in their order, then parameters */
	size_t nr_rows;
	struct truth_pair *pairs;
	size_t nr_pairs;
	struct strv texts; /* private */

	/* Filled by truth_sum. */
	unsigned inside[NR_TRUTH_INSIDE], direction[NR_TRUTH_DIRECTION];
	unsigned none_inside; /* rows whose host interval has no change in it */
	bool has_reach;
	double reach_median; /* of the host's intervals, from the middle to an end: 1.05 is 5 % */
	bool has_apart;
	double apart_median;           /* of the sizes of apart: 1.02 is 2 % */
	const struct truth_row *worst; /* the one farthest apart; NULL: none */
};

/* Add the rows of a pair. -EINVAL: the first is not of exact mode or the second is, or they were
 * measured by two suites. t starts as { 0 }. */
int truth_add(struct truth *t, const struct truth_pair *pair, struct err *e);
void truth_sum(struct truth *t);
void truth_release(struct truth *t);

#endif
