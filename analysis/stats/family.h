/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * family.h: many cells at once, looked at once or several times. Twenty cells
 * tested at 5 % each raise a false alarm in most comparisons; here the chance of
 * one or more among all cells and all looks stays at the level. Pure and thread-safe.
 *
 * The reference set is that of the experiment: the coin of a block is shared by
 * all its cells, so under "the patch changes nothing" all differences of a block
 * may take the other sign together. All 2^blocks flips of whole blocks keep what
 * cells have in common (a slow minute hits all of them), which Bonferroni's and
 * Holm's bounds cannot use.
 *
 * The statistic of a cell after n blocks is |sum of d| / sqrt(sum of d^2 + n m^2), m
 * the cell's margin as a log ratio. Flips leave the scale as it is, so the test stays
 * exact. m keeps a cell that only wobbles near its margin from reaching the largest
 * value there is in the one flip that aligns its signs (the constant of Tusher,
 * Tibshirani and Chu, "Significance analysis of microarrays", PNAS 98 (2001)). A
 * flip in which the mean of d is past the margin ranks above every flip in which it is
 * not, because a verdict asks for that too: noise inside the margin takes no power
 * from a cell outside it.
 */
#ifndef FSDUEL_ANALYSIS_FAMILY_H
#define FSDUEL_ANALYSIS_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Up to so many blocks all flips are gone through, beyond it flips are drawn. */
#define FAMILY_EXACT_MAX 16

/* The cells are looked at after so many blocks; alpha: what may be spent by then, in all. */
struct family_look {
	unsigned blocks;
	double alpha;
};

struct family {
	const double *d;      /* cells rows of blocks differences each; NAN: there is none */
	const double *margin; /* of each cell, 0 or more */
	size_t cells;
	unsigned blocks;
	const struct family_look *looks; /* blocks and alpha grow; the last look has all blocks */
	size_t nr_looks;                 /* 1 or more */
	uint64_t draws, seed;            /* draws 0: as many as take a moment, at least 9999 */
};

struct family_cell {
	double p_alone; /* of this cell by itself, at the last look */
	double p;       /* of the family: at most the alpha of the look that rejected it */
	size_t look;    /* the first look that rejected it; nr_looks: none did */
};

struct family_how {
	bool exact;      /* all flips at every look, no draws */
	uint64_t flips;  /* gone through or drawn, the data as they are among them */
	unsigned blocks; /* in which some cell has a difference */
};

/*
 * One look: p is the step-down max-t adjusted p: Westfall and Young, "Resampling-Based
 * Multiple Testing" (1993), chapter 4 (free step-down): with cells by falling
 * statistic, the share of flips in which the largest statistic among this cell and
 * those after it reaches this cell's, and at least the p of the cell before. That
 * flips instead of a bootstrap make the control exact: Romano and Wolf, "Exact and
 * approximate stepdown methods for multiple hypothesis testing", JASA 100 (2005).
 * p_alone: Fisher, "The Design of Experiments" (1935), section 21. Drawn flips count
 * the data as one of them: Phipson and Smyth, "Permutation p-values should never be
 * zero", SAGMB 9 (2010): p = (b + 1) / (m + 1).
 *
 * Several looks: a flip of all blocks is a flip of the first blocks too, so the flips
 * give the joint law of the statistics at all looks (Mehta, Patel, Senchaudhuri and
 * Tsiatis, "Exact permutational tests for group sequential clinical trials",
 * Biometrics 50 (1994)). At each look the limit is the least value with which the
 * share of flips that reach the limit of this look or of one before is at most alpha
 * (Lan and DeMets, "Discrete sequential boundaries for clinical trials", Biometrika 70
 * (1983)). Overlap, and the rest that the coarse p of few blocks leaves, are not lost, as they are
 * with Bonferroni's bound. Cells that were rejected leave, and the limits of all looks
 * are found again for the others: each set of cells that the step-down meets is
 * tested by a sequence of its own that holds its level (closed testing: Marcus, Peritz
 * and Gabriel, Biometrika 63 (1976)). With one look the limit of a set is never below
 * that of a part of it, so the tests of these sets imply those of all others. With
 * several looks a part can have spent more at an earlier look than the whole, so
 * this holds by simulation only (tests/oracle/simulate.c, mixed families).
 */
struct family_how family_test(const struct family *f, struct family_cell *out);

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
