/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor.h: what a machine can see: the spread of each cell's log ratios when a
 * variant is duelled against itself, as `fsduel calibrate` keeps it, and the
 * change that a number of blocks would have found in it.
 */
#ifndef FSDUEL_ANALYSIS_FLOOR_H
#define FSDUEL_ANALYSIS_FLOOR_H

#include "analysis/compare/compare.h"

/* A family of cells that was calibrated. */
struct floor_family {
	const double *sd_log, *margin; /* of each cell; margin as in struct judgement */
	size_t cells, families;
	unsigned blocks;
};

/*
 * The smallest change (0.02: 2 %) of each cell that a first look at so many blocks calls
 * slower or faster with each chance (0.8), by seeded simulation: duels in which one cell has
 * a change and the noise of all is Gaussian; the flips of family.h and the margin decide. Of
 * the least change found in each duel the quantile is taken (the idea: Bloom 1995). out:
 * nr_chances for each cell; negative: no change is found with so few blocks.
 */
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
