/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runs.c: one planned cell run as the samples tell of it; see results.h. */
#include <errno.h>

#include "analysis/results/results_impl.h"

int results_cell_run(const struct results *r, const struct results_run_key *key,
		     struct results_cell_run *out)
{
	uint32_t cell = results_find_cell(r, key->workload, key->params);
	uint32_t variant = intern_find(&r->variant_index, key->variant);
	uint32_t pass = intern_find(&r->pass_index, key->pass);
	const struct unit *u;

	if (cell == INTERN_NONE || variant == INTERN_NONE || pass == INTERN_NONE || !key->block ||
	    key->block > r->blocks)
		return -ENOENT;
	u = results_unit(r, cell, variant, key->block, pass);
	*out = (struct results_cell_run){
		.cell = cell + 1,
		.variant = variant + 1,
		.position = u->position,
		.status = u->seen ? sample_status_names[u->status] : NULL,
		.reason = intern_str(&r->strings, u->reason),
		.marks = intern_str(&r->strings, u->marks),
	};
	return 0;
}
