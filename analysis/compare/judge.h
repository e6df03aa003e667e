/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h: a comparison judged by families (stats.h) and rules (verdict.h); docs/statistics.md.
 *
 * A family: all deciding rows (primary metrics; each role of a mix, else the whole workload) of
 * contrasts that share no variant. Those that share one are families of their own, and p is
 * multiplied by their number (Bonferroni). Other rows are families that decide nothing.
 *
 * Every number of blocks at which a verdict was shown is a look, and looks share the 5 %.
 *   planned: run.json has "looks": [{"blocks": 8, "alpha": 0.01}, ...]. Rows are judged at each
 *   look that was reached, and the first verdict stands.
 *   unplanned: the first look, at n blocks, may spend JUDGE_FIRST of the 5 %. Where blocks were
 *   added after it, every number from n on is taken for a look, and by m blocks 1 - n / 5 m of
 *   the 5 % may be spent (Proschan 1992).
 * `same` is tested at four fifths of 5 % at the first unplanned look, at a tenth at the next,
 * at half of that at the one after it; at a planned look's own alpha.
 */
#ifndef FSDUEL_ANALYSIS_JUDGE_H
#define FSDUEL_ANALYSIS_JUDGE_H

#include "analysis/compare/compare.h"

struct judge_look {
	unsigned blocks;
	double alpha; /* that this look may spend */
};

#define JUDGE_FIRST 0.8 /* of VERDICT_ALPHA for a first look: 2 / 2^6 is below that */

/* The looks of an adaptive run of at most max blocks: at 40, 60, 80 and 100 % of max; below 20
 * blocks those of 8, 12, 16 that fit, and max. Returns their number. */
#define JUDGE_LOOKS_MAX 4
#define JUDGE_LOOK_FIRST 8 /* 2^(1 - 8) is the first below .01 */
size_t judge_looks(unsigned max, struct judge_look out[JUDGE_LOOKS_MAX]);

struct judge_opts {
	double margin;       /* for every metric; 0: the suite's, else the mode's default */
	const json_t *floor; /* of this machine; NULL: none is known */
};

/* Judge the deciding rows of c (compare_results, nothing selected yet), its cells, and sum up. */
void comparison_judge(struct comparison *c, const struct results *r, const struct judge_opts *o);

/* The blocks at which c was judged, to be kept before the verdict is shown; 0: planned. */
unsigned comparison_look(const struct comparison *c);

/* Judge the other rows that are to be shown, after comparison_select. c must have been judged. */
void comparison_judge_rest(struct comparison *c, const struct results *r);

/* Cells with that verdict, over all contrasts; those with one that is a loss (exit code 1). */
unsigned comparison_count(const struct comparison *c, enum verdict v);
unsigned comparison_losses(const struct comparison *c);

/* How many families contrasts (pairs of variant numbers) make; family_of may be NULL. */
size_t judge_families(const unsigned (*contrast)[2], size_t nr, size_t *family_of);

/* Least blocks with which any row can be called slower or faster. */
unsigned judge_min_blocks(size_t families, bool exact_mode);

/* --- the floor: what a machine can see, by its calibration (floor.c) ---------------------- */

struct floor_family {
	const double *sd_log, *margin; /* of each cell; margin as in struct judgement */
	size_t cells, families;
	unsigned blocks;
};

/* The smallest change (0.02: 2 %) of each cell that a first look calls slower or faster with each
 * chance (0.8), by seeded simulation of duels with Gaussian noise: a quantile of the least change
 * found in each (the idea: Bloom 1995). out: nr_chances for each cell; negative: none is found. */
void floor_detectable(const struct floor_family *f, const double *chance, size_t nr_chances,
		      double *out);

/* The same of rows judged together, whose spread is sd_log; freed by the caller. */
double *floor_sees(const struct comparison *c, const struct comparison_row *const *rows, size_t nr,
		   const double *sd_log, const double *chance, size_t nr_chances);

/* The spread of each cell in an A/A comparison, to be kept: schema, machine, blocks, cells. */
json_t *floor_json(const struct comparison *c, const struct results *r);

/* The cell's sd_log in a floor, or a negative number. */
double floor_sd(const json_t *floor, const struct comparison_row *row);

/* The id of the machine of a results folder or of a floor; NULL: it has none. */
const char *floor_machine(const json_t *run);

#endif
