/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watched.h: a pass that watches the work (locks, profile): figures of its cell runs from
 * samples.csv, and its own file of rows.
 */
#ifndef FSDUEL_ANALYSIS_WATCHED_H
#define FSDUEL_ANALYSIS_WATCHED_H

#include "analysis/results/rows.h"

/* A metric of the whole workload, and the double in the struct of a cell run that it fills. */
struct watched_figure {
	const char *metric; /* "": the first primary one */
	bool unwatched;     /* of the first pass, else of this one */
	size_t offset;
};

/* runs: results_nr_runs structs of size bytes. Metrics without a value leave them as they are. */
void watched_figures(const struct results *r, uint32_t pass, const struct watched_figure *figures,
		     size_t nr, void *runs, size_t size);

/*
 * rows_read; where the file is not there: 0 if no cell run of the pass is ok, else -ENOENT.
 */
int watched_read(struct rows *rows, uint32_t pass, const char *data, size_t len, struct err *e);

#endif
