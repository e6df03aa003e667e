/* SPDX-License-Identifier: GPL-2.0-or-later */
/* two_differ.h: may two results folders be compared? Private to analysis/results/. */
#ifndef FSDUEL_ANALYSIS_TWO_DIFFER_H
#define FSDUEL_ANALYSIS_TWO_DIFFER_H

#include <stdbool.h>

#include "analysis/results/results.h"

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
