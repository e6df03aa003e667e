/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict.h: the rules by which a row gets its verdict, and a cell by its rows. Pure.
 *
 *   slower, faster  significant in its family, and the estimate is past the margin
 *   same            inside the margin, by two one-sided tests (Schuirmann 1987), which share 5 %
 *                   over all looks: at 4 % the 92 % interval lies inside
 *   unsure          anything else; never "no difference was found, so there is none"
 *   broken, repaired, mixed: see struct comparison_cell, verdict_combine
 *
 * In exact mode blocks are seeds, six at least; only where every sample of the cell and role is
 * equal is that called the same without a test. A figure that is known to its resolution only
 * (one operation of 482: 0.21 %) is the same at no margin below that, and slower or faster only
 * where the change is past the margin by more than it.
 */
#ifndef FSDUEL_ANALYSIS_VERDICT_H
#define FSDUEL_ANALYSIS_VERDICT_H

#include "analysis/stats/stats.h"

#define VERDICT_ALPHA 0.05         /* of a whole family */
#define VERDICT_MARGIN 0.02        /* where neither suite nor command line gives one */
#define VERDICT_MARGIN_EXACT 0.001 /* the same in exact mode */
#define VERDICT_SEEDS_MIN 6        /* exact mode: fewer seeds decide nothing */
#define VERDICT_MORE_MAX 1000      /* more further blocks than that are no plan */

/* In the order in which they are counted. MIXED is of a cell, never of a row. */
/* clang-format off */
enum verdict { VERDICT_NONE, VERDICT_BROKEN, VERDICT_SLOWER, VERDICT_MIXED, VERDICT_FASTER,
	       VERDICT_REPAIRED, VERDICT_SAME, VERDICT_UNSURE, NR_VERDICTS };
/* clang-format on */
#define VERDICT_FIRST VERDICT_BROKEN
extern const char *const verdict_names[NR_VERDICTS]; /* "", "broken", "slower", ... */

/* -1: a loss (broken, slower, mixed), 1: a gain (faster, repaired), 0: neither. */
int verdict_side(enum verdict v);

/* The first that some of nr[v] cells have: broken slower mixed unsure faster repaired same. */
enum verdict verdict_worst(const unsigned nr[NR_VERDICTS]);

/* A cell by its rows: mixed where one is slower, another faster and none broken; else worst. */
enum verdict verdict_combine(const unsigned nr[NR_VERDICTS]);

/* The input of the rules. Shift and limits are of log ratios patched / baseline. */
struct evidence {
	bool exact_mode;
	int better;             /* 1: higher is, -1: lower is, 0: neither */
	unsigned n;             /* pairs */
	bool identical;         /* every sample of the cell and role, in every pair; n > 0 */
	double resolution;      /* 0.002: it is known to 0.2 % only; 0: finer than anybody asks */
	double shift, sd;       /* Hodges-Lehmann estimate, standard deviation; n > 0 */
	struct interval inside; /* of the level 1 - 2 alpha, for "same" */
	double p_family;
	double alpha;         /* that p_family must not exceed */
	double alpha_next;    /* the rest, for a look when more blocks are there */
	double alpha_same;    /* of "same" then */
	unsigned min_blocks;  /* below which it cannot, family_min_blocks */
	size_t cells;         /* in the family, times the number of families */
	double margin;        /* 0.02: ratios from 0.98 to 1.02 are inside */
	const char *no_ratio; /* why there is no shift though n > 0, or NULL */
};

struct ruling {
	enum verdict verdict; /* NONE: not shown to be inside, and neither way is better */
	bool significant;     /* p_family <= alpha, whatever the size */
	bool fact;            /* exact mode: identical; read off, not tested */
	bool coarse;          /* unsure because of the resolution */
	const char *why;      /* of unsure and NONE: a clause; else NULL */
	unsigned more_blocks; /* of unsure: about as many more settle it; 0: not known */
};

struct ruling verdict_rule(const struct evidence *e);

/* About how many blocks more settle an unsure cell of this estimate and spread, with a chance of
 * four in five: Student's quantiles, Bonferroni's bound (Dunn 1961). 0: too many, or not known. */
unsigned verdict_more_blocks(const struct evidence *e);

#endif
