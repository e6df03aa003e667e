/* SPDX-License-Identifier: GPL-2.0-or-later */
/* results.h: a results folder read back: samples.csv, grouped by what run.json says. */
#ifndef FSDUEL_ANALYSIS_RESULTS_H
#define FSDUEL_ANALYSIS_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct results; /* opaque: see tables.h */

/* Load DIR. A million rows in well under two seconds and 300 MB. */
int results_load(struct results **out, const char *dir, struct err *e);
void results_free(struct results *r);

/* Two folders as the two sides of one contrast, baseline first. */
struct results_two {
	const char *dir[2];
	const char *variant[2]; /* NULL: the folder's only one */
	bool force;             /* also where they differ in more than kernel and mount */
};

/* Load both into one, paired by block only in exact mode, where a seed decides a cell run. -EINVAL:
 * they differ in more than that, or there are several variants and none is chosen. */
int results_load_two(struct results **out, const struct results_two *how, struct err *e);

const json_t *results_run(const struct results *r); /* run.json, borrowed */
/* The object of that variant in it, borrowed, or NULL. */
const json_t *run_variant(const json_t *run, const char *name);

/* {"runs": valid cell runs, "marked": disturbed ones, "by_mark": {"steal": how many, ...}}, new. */
json_t *results_marks(const struct results *r);

/* Did a cell run of any variant and pass fail or come out invalid, or was none of them ok? */
bool results_unmeasured(const struct results *r);
bool results_has_contrasts(const struct results *r);

/* One planned cell run, by name; block from 1. */
struct results_run_key {
	const char *workload, *params, *variant, *pass;
	unsigned block;
};

/* Its samples say this of it. The strings live as long as the results. */
struct results_cell_run {
	unsigned cell, variant;     /* from 1, in the order of run.json, as parts/ counts them */
	unsigned position;          /* of the variant in its block, from 1; 0: not said */
	const char *status;         /* "ok", "skipped", "failed", "invalid"; NULL: it was not run */
	const char *reason, *marks; /* "" where there is none */
};

/* -ENOENT: run.json plans no such run. */
int results_cell_run(const struct results *r, const struct results_run_key *key,
		     struct results_cell_run *out);

#endif
