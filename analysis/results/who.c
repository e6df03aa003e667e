/* SPDX-License-Identifier: GPL-2.0-or-later */
/* who.c: whose row it is; see who.h. */
#include "analysis/results/who.h"

#include <errno.h>
#include <string.h>

#include "lib/num.h"

/* clang-format off */
enum { COL_RUN, COL_VARIANT, COL_KERNEL, COL_MODE, COL_FS, COL_MOUNT, COL_WORKLOAD, COL_PARAMS,
       COL_BLOCK, COL_SEED, COL_POSITION, COL_ATTEMPT, COL_PASS, NR_WHO };
/* clang-format on */
_Static_assert(NR_WHO == SCHEMA_WHO_N, "columns of lib/schema.h");

int who_bad(const struct who *w, unsigned column, const char *what)
{
	return err_add(w->e, EINVAL, "%s:%lu: %s '%.64s' %s", w->path, w->row->line,
		       w->columns[column], w->row->field[column], what);
}

int who_number(const struct who *w, unsigned column, uint64_t max, uint64_t *out)
{
	*out = 0;
	if (num_parse(w->row->field[column], NUM_COUNT, out, NULL) || *out > max)
		return who_bad(w, column, "is not a number, or too large");
	return 0;
}

static bool changed(struct who *w)
{
	bool any = !w->any;

	for (unsigned c = 0; c < NR_WHO; c++) {
		if (w->any && !strcmp(buf_str(&w->last[c]), w->row->field[c]))
			continue;
		any = true;
		buf_reset(&w->last[c]);
		buf_adds(&w->last[c], w->row->field[c]);
	}
	w->any = true;
	return any;
}

static int read_run(struct who *w)
{
	static const char no_run[] = "is not that of a cell run in samples.csv: are the two files "
				     "of the same run?";
	const struct results *r = w->r;
	const char *const *field = w->row->field;
	const struct unit *u;
	uint64_t block, attempt;

	w->variant = intern_find(&r->variant_index, field[COL_VARIANT]);
	w->cell = results_find_cell(r, field[COL_WORKLOAD], field[COL_PARAMS]);
	if (strcmp(field[COL_RUN], r->run_id))
		return who_bad(w, COL_RUN, no_run);
	if (w->variant == INTERN_NONE)
		return who_bad(w, COL_VARIANT, "is not in run.json");
	if (w->cell == INTERN_NONE)
		return who_bad(w, COL_WORKLOAD, "is, with these params, no cell of run.json");
	if (intern_find(&r->pass_index, field[COL_PASS]) != w->pass)
		return who_bad(w, COL_PASS, "is not the one that this file is of");
	if (who_number(w, COL_BLOCK, r->blocks, &block) || !block)
		return who_bad(w, COL_BLOCK, "is no block of run.json");
	if (who_number(w, COL_ATTEMPT, UINT32_MAX - 1, &attempt))
		return -EINVAL;
	w->block = (uint32_t)block;
	u = results_unit(r, w->cell, w->variant, w->block, w->pass);
	if (attempt + 1 > u->seen)
		return who_bad(w, COL_ATTEMPT, no_run);
	w->wanted = attempt + 1 == u->seen && u->status == SAMPLE_OK;
	return 0;
}

int who_read(struct who *w, const struct csv_row *row, struct err *e)
{
	w->row = row;
	w->e = e;
	return changed(w) ? read_run(w) : 0;
}

void who_release(struct who *w)
{
	for (unsigned c = 0; c < NR_WHO; c++)
		buf_release(&w->last[c]);
}
