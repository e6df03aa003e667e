/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * family.h: many cells at once, looked at once or several times. Twenty cells tested at 5 %
 * each raise a false alarm in most comparisons; here the chance of one or more among all
 * cells and all looks stays at the level. Pure and thread-safe.
 *
 * The coin of a block is shared by all its cells, so under "the patch changes nothing" all
 * differences of a block may take the other sign together: the flips of whole blocks are the
 * reference set. The statistic of a cell after n blocks is |sum of d| / sqrt(sum of d^2 +
 * n m^2), m being its margin as a log ratio (Tusher 2001); a flip in which the mean of d is
 * past the margin ranks above every flip in which it is not. docs/statistics.md has the
 * reasons and the sources.
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
 * One look: p is the step-down max-t adjusted p (Westfall and Young 1993; by flips, Romano
 * and Wolf 2005): with cells by falling statistic, the share of flips in which the largest
 * statistic among this cell and those after it reaches this cell's, and at least the p of
 * the cell before. p_alone: Fisher 1935. Drawn flips count the data as one of them (Phipson
 * and Smyth 2010).
 *
 * Several looks: flips give the joint law of the statistics at all looks (Mehta 1994). At
 * each look the limit is the least value with which the share of flips that reach the limit
 * of this look or of one before is at most alpha (Lan and DeMets 1983). Cells that were
 * rejected leave, and the limits of all looks are found again for the others (closed
 * testing: Marcus 1976). With several looks this holds by simulation only
 * (tests/oracle/simulate.c, mixed families).
 */
struct family_how family_test(const struct family *f, struct family_cell *out);

/* Adjusted p of Holm 1979; R calls it p.adjust "holm". */
void family_holm(const double *p, size_t n, double *adjusted);

/* The least blocks b at which 2^(1 - b), the least p of a flip, is below alpha / families. */
unsigned family_min_blocks(double alpha, size_t families);

#endif
