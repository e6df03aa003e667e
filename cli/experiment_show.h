/* SPDX-License-Identifier: GPL-2.0-or-later */
/* experiment_show.h: the list of experiments, and the results of one, printed and written. */
#ifndef FSDUEL_CLI_EXPERIMENT_SHOW_H
#define FSDUEL_CLI_EXPERIMENT_SHOW_H

#include "lib/buf.h"
#include "tracking/experiment.h"

/*
 * Print each with its question, what was published, its kernels and how long measuring
 * takes with so many guests (0: one a core). Returns an exit code: that of a suite that
 * cannot be read, with its sentences.
 */
int experiments_print_list(const struct experiments *x, bool unscaled, unsigned guests,
			   struct err *e);

/* What it asks, above its results. */
void experiment_print_head(const struct experiment *x, const struct suite *s);

/*
 * Compare the folder and print the table; write comparison.csv, letter.txt, plots/ and
 * report.html. summary gets it in a line. Returns an exit code, FSDUEL_OK also where cells
 * are slower.
 */
int experiment_print_results(const char *folder, struct buf *summary, struct err *e);

/* Has anything been measured into that folder? */
bool experiment_is_begun(const char *folder);

#endif
