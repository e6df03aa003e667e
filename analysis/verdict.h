/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict.h: the rules by which a cell is called slower, faster, same or unsure,
 * on figures that others computed. Pure; docs/statistics.md has them in words.
 *
 *   slower, faster  significant in its family, and the estimate is past the margin
 *   same            shown to lie inside the margin, by two one-sided tests at 5 %:
 *                   Schuirmann, "A comparison of the two one-sided tests procedure
 *                   and the power approach", J. Pharmacokin. Biopharm. 15 (1987);
 *                   that is, the 90 % interval lies inside
 *   unsure          anything else; never "no difference was found, so there is none"
 *
 * In exact mode, what is equal for every seed is the same; with one role thread a
 * block is a fact, not a sample; else blocks are seeds, of which six at least must
 * be there.
 */
#ifndef FSDUEL_ANALYSIS_VERDICT_H
#define FSDUEL_ANALYSIS_VERDICT_H

#include "analysis/stats/stats.h"

#define VERDICT_ALPHA 0.05             /* of a whole family */
#define VERDICT_MARGIN 0.02            /* where neither suite nor command line gives one */
#define VERDICT_MARGIN_EXACT 0.001     /* the same in exact mode */
#define VERDICT_SEEDS_MIN 6            /* exact mode, more than one role thread */
#define VERDICT_MORE_MAX 1000          /* more further blocks than that are no plan */

enum verdict { VERDICT_NONE, VERDICT_SLOWER, VERDICT_FASTER, VERDICT_SAME, VERDICT_UNSURE,
	       NR_VERDICTS };
extern const char *const verdict_names[NR_VERDICTS]; /* "", "slower", "faster", "same", "unsure" */

/* What the rules look at. Shift, limits and margin of log ratios patched / baseline. */
struct evidence {
	bool exact_mode;
	unsigned role_threads;    /* 0: not known */
	int better;               /* 1: higher is, -1: lower is, 0: neither */
	unsigned n;               /* pairs */
	bool identical;           /* every pair, to the last digit; n > 0 */
	double shift, sd;         /* Hodges-Lehmann estimate, standard deviation; n > 0 */
	double low, high;         /* smallest and largest log ratio; n > 0 */
	struct interval inside;   /* of the level 1 - 2 alpha, for "same" */
	double p_family;
	double alpha;             /* that p_family must not exceed */
	double alpha_same;        /* of "same" when more blocks are there */
	unsigned min_blocks;      /* below which it cannot, family_min_blocks */
	size_t cells;             /* in the family */
	double margin;            /* 0.02: ratios from 0.98 to 1.02 are inside */
	const char *no_ratio;     /* why there is no shift though n > 0, or NULL */
};

struct ruling {
	enum verdict verdict;     /* NONE: not shown to be inside, and neither way is better */
	bool significant;         /* p_family <= alpha, whatever the size */
	bool fact;                /* exact mode: read off, not tested */
	const char *why;          /* of unsure and NONE: a clause; else NULL */
	unsigned more_blocks;     /* of unsure: about as many more settle it; 0: not known */
};

struct ruling verdict_rule(const struct evidence *e);

/*
 * About how many blocks more settle an unsure cell if its estimate and spread
 * stay what they are, with a chance of four in five: normal theory with Student's
 * quantiles, and for a difference past the margin Bonferroni's bound on the level
 * (Dunn, "Multiple comparisons among means", JASA 56 (1961)), so rather too many
 * than too few. 0: more than VERDICT_MORE_MAX, or nothing to reckon from.
 */
unsigned verdict_more_blocks(const struct evidence *e);

#endif
