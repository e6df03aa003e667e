/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results_impl.h: how a struct results is filled, from one folder or two; private to the room. */
#ifndef FSDUEL_ANALYSIS_RESULTS_IMPL_H
#define FSDUEL_ANALYSIS_RESULTS_IMPL_H

#include "analysis/results/tables.h"

/* Check run.json and fill everything of r that follows from it alone. Takes over run. */
int results_take_run(struct results *r, const char *path, json_t *run, struct err *e);

/*
 * Read the rows of the file at path, or from data (path is then only its name), into units
 * and samples. Sort the samples, refuse duplicates, drop superseded attempts, index by cell.
 */
int results_take_samples(struct results *r, const char *path, const char *data, size_t len,
			 struct err *e);

/* Has the key the same value in both, or none? */
bool two_same_json(const json_t *a, const json_t *b, const char *key);

/* Has every block that both have one seed, as far as samples say it? */
bool two_same_seeds(const struct results *a, const struct results *b);

/*
 * In what the two differ that is neither a kernel nor a mount, "mode (exact, tcg), seeds"
 * (malloc'ed), or NULL: in nothing that matters. The suite's text is compared without its
 * kernels, mounts, contrasts and number of blocks.
 */
char *two_differ(const struct results *a, const char *dir_a, const struct results *b,
		 const char *dir_b);

#endif
