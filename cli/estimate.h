/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * estimate.h: what the cell runs of a plan say so far about each cell's change, for
 * the line that shows progress. No verdict: nobody may stop because of it.
 */
#ifndef FSDUEL_CLI_ESTIMATE_H
#define FSDUEL_CLI_ESTIMATE_H

#include <stdbool.h>

#include "runners/result/result.h"
#include "runners/suite/plan.h"

struct estimates {
	const struct plan *plan; /* borrowed; NULL before the first note */
	double *value;           /* cell, variant, block; NaN: not measured */
};

/* Take the primary value of a finished cell run of the first pass; others are passed over. */
void estimates_note(struct estimates *s, const struct plan *p, const struct plan_unit *u,
		    const struct result *r);

/* patched / baseline of a cell in one contrast, over the blocks that have both. */
struct estimate {
	const char *contrast;
	double change; /* Hodges-Lehmann, as compare's: 0.97 is -3 % */
	unsigned blocks;
};

/*
 * Of the unit's cell, in the first contrast that its variant is a side of; one where
 * this block has both sides goes before others. false: there is no pair yet.
 */
bool estimates_of(const struct estimates *s, const struct plan_unit *u, struct estimate *out);

void estimates_release(struct estimates *s);

#endif
