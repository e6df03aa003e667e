/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * family.h: many cells at once. Twenty cells tested at 5 % each raise a false
 * alarm in most comparisons; here the chance of one or more among all cells stays
 * at the level. Pure and thread-safe.
 *
 * The reference set is that of the experiment: the coin of a block is shared by
 * all its cells, so under "the patch changes nothing" all differences of a block
 * may take the other sign together. All 2^blocks flips of whole blocks keep what
 * cells have in common (a slow minute hits all of them), which Bonferroni's and
 * Holm's bounds cannot use.
 */
#ifndef FSDUEL_ANALYSIS_FAMILY_H
#define FSDUEL_ANALYSIS_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Up to so many blocks all flips are gone through, beyond it flips are drawn. */
#define FAMILY_EXACT_MAX 16

struct family_how {
	bool exact;               /* all flips, not draws */
	uint64_t flips;           /* gone through or drawn, the data as they are among them */
	unsigned blocks;          /* in which some cell has a difference */
};

/*
 * d: cells rows of blocks differences each, 0 where a cell has none in a block.
 * The statistic of a cell is |sum of d| / sqrt(sum of d^2): under flips a
 * monotone function of |Student's t|.
 *
 * p_family[c]: step-down max-t adjusted p: Westfall and Young, "Resampling-Based
 * Multiple Testing" (1993), chapter 4 (free step-down): with cells by falling
 * statistic, the share of flips in which the largest statistic among this cell and
 * those after it reaches this cell's, and at least the p of the cell before. That
 * flips instead of a bootstrap make the control exact: Romano and Wolf, "Exact and
 * approximate stepdown methods for multiple hypothesis testing", JASA 100 (2005).
 * p_flip[c]: the cell's own, unadjusted sign-flip p: Fisher, "The Design of
 * Experiments" (1935), section 21; may be NULL. Drawn flips count the data as one
 * of them: Phipson and Smyth, "Permutation p-values should never be zero", SAGMB
 * 9 (2010): p = (b + 1) / (m + 1). draws 0: as many as take a moment, at least 9999.
 */
struct family_how family_max_t(const double *d, size_t cells, unsigned blocks, uint64_t draws,
			       uint64_t seed, double *p_flip, double *p_family);

/*
 * Adjusted p of Holm, "A simple sequentially rejective multiple test procedure",
 * Scandinavian Journal of Statistics 6 (1979); what R calls p.adjust "holm".
 */
void family_holm(const double *p, size_t n, double *adjusted);

/*
 * The least number of blocks at which a family can reach the level at all: with b
 * blocks no flip p is below 2^(1 - b), and that of each of several families must
 * be below alpha / families.
 */
unsigned family_min_blocks(double alpha, size_t families);

#endif
