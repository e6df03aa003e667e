/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h: a comparison judged: estimates and intervals of each row (paired.h,
 * or rank.h where run.json says "paired": false), the family (family.h), the
 * rules (verdict.h), the headline and the checks of the data.
 *
 * A family: all deciding rows (primary metrics; each role of a mix, else the whole
 * workload) of the contrasts that share no variant. Within it one set of joint flips is exact;
 * contrasts that share a variant are families of their own, and p is multiplied
 * by the number of families (Bonferroni), so that the chance of any false alarm
 * in the exit code stays at 5 %. What is shown beyond the deciding rows (totals,
 * other metrics) is a second set of families by the same rule, at a level of its
 * own: it decides nothing.
 *
 * An adaptive run carries its looks in run.json ("looks": [{"blocks": 8, "alpha":
 * 0.01}, ...]): each row is judged on the first blocks of each look in turn at the
 * look's alpha, and the first verdict stands: the chance of a false alarm over the
 * whole sequence is at most the sum of the alphas (Bonferroni; Lan and DeMets,
 * "Discrete sequential boundaries for clinical trials", Biometrika 70 (1983), for
 * the idea of spending alpha).
 */
#ifndef FSDUEL_ANALYSIS_JUDGE_H
#define FSDUEL_ANALYSIS_JUDGE_H

#include "analysis/compare.h"

struct judge_look {
	unsigned blocks;
	double alpha;
};

/*
 * The looks of an adaptive run of at most max blocks, from JUDGE_LOOK_FIRST on: four
 * at 40, 60, 80 and 100 % of max with alphas .01 .01 .01 .02; below 20 blocks those
 * of 8, 12, 16 that fit, and what is left of .05 at max. Returns their number.
 */
#define JUDGE_LOOKS_MAX 4
#define JUDGE_LOOK_FIRST 8     /* 2^(1 - 8) is the first below .01 */
size_t judge_looks(unsigned max, struct judge_look out[JUDGE_LOOKS_MAX]);

struct judge_opts {
	double margin;            /* for every metric; 0: the suite's, else the mode's default */
	const json_t *floor;      /* floor.h, of this machine; NULL: none is known */
};

/* Judge the deciding rows of c (compare_results, nothing selected yet), its cells, and sum up. */
void comparison_judge(struct comparison *c, const struct results *r, const struct judge_opts *o);

/* Judge what is left to be shown, after comparison_select. c must have been judged. */
void comparison_judge_rest(struct comparison *c, const struct results *r);

/* Cells with that verdict, over all contrasts. */
unsigned comparison_count(const struct comparison *c, enum verdict v);

/*
 * How many families contrasts make: pairs of variant numbers, those that share
 * one apart (greedily, in order). family_of[i] may be NULL.
 */
size_t judge_families(const unsigned (*contrast)[2], size_t nr, size_t *family_of);

/* Least blocks with which any row can be called slower or faster. */
unsigned judge_min_blocks(size_t families, bool exact_mode);

#endif
