/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor.h: what a machine can see: the spread of each cell's log ratios when a
 * variant is duelled against itself, as `fsduel calibrate` keeps it, and the
 * change that a number of blocks would have found in it.
 */
#ifndef FSDUEL_ANALYSIS_FLOOR_H
#define FSDUEL_ANALYSIS_FLOOR_H

#include "analysis/compare.h"

/*
 * The smallest change (0.02: 2 %, either way) that n blocks of this spread find
 * with that chance (0.8) in a family of cells: (t of 1 - alpha / 2 cells + t of the
 * chance) sd / sqrt(n), Student's with n - 1: Bloom, "Minimum detectable effects",
 * Evaluation Review 19 (1995), with Bonferroni's bound for the family, so rather
 * too large. 0 where sd is 0; negative: n < 2.
 */
double floor_detectable(double sd_log, unsigned n, size_t cells, double chance);

/* What judge.h found in an A/A comparison, to be kept: schema, machine, blocks, cells. */
json_t *floor_json(const struct comparison *c, const struct results *r);

/* The cell's sd_log in a floor, or a negative number. */
double floor_sd(const json_t *floor, const struct comparison_row *row);

/* The id of the machine of a results folder or of a floor; NULL: it has none. */
const char *floor_machine(const json_t *run);

#endif
