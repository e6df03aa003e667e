/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results.h: a results folder read back: samples grouped so that a contrast can
 * be judged. Reads samples.csv and run.json only.
 */
#ifndef FSDUEL_ANALYSIS_RESULTS_H
#define FSDUEL_ANALYSIS_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

struct results;   /* opaque: columns of samples, strings interned */

/*
 * Load DIR. -EINVAL/-ENOENT with a sentence (path:line for a bad row). A
 * million rows in well under two seconds and 300 MB.
 */
int results_load(struct results **out, const char *dir, struct err *e);
void results_free(struct results *r);

const json_t *results_run(const struct results *r);   /* run.json, borrowed */

/*
 * {"runs": valid cell runs, "marked": those that something disturbed, "by_mark":
 * {"steal": how many, ...}}; a run with two marks counts under both. A new reference.
 */
json_t *results_marks(const struct results *r);

#endif
