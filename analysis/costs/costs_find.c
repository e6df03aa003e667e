/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_find.c: looking things up in a struct costs, down to where a function lies; see costs.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"
#include "lib/near.h"

/* The member at that offset of a cell is to be name in one of them. */
static int check_name(const struct costs *c, const char *what, const char *name, size_t offset,
		      struct err *e)
{
	const char **names = xcalloc(c->nr_cells + 1, sizeof(*names));
	struct buf hint = BUF_INIT;
	size_t n = 0, k;
	int ret = 0;

	for (size_t i = 0; i < c->nr_cells; i++) {
		const char *have;

		memcpy(&have, (const char *)&c->cells[i] + offset, sizeof(have));
		for (k = 0; k < n && strcmp(names[k], have); k++)
			;
		if (k == n)
			names[n++] = have;
	}
	for (k = 0; name && k < n && strcmp(names[k], name); k++)
		;
	if (name && k == n) {
		near_hint(&hint, name, names);
		ret = err_add(e, EINVAL, "unknown %s '%.64s'%s", what, name, buf_str(&hint));
	}
	buf_release(&hint);
	free(names);
	return ret;
}

int costs_check(const struct costs *c, const char *contrast, const char *workload, struct err *e)
{
	int ret = check_name(c, "contrast", contrast, offsetof(struct cost_cell, contrast), e);

	return ret ? ret
		   : check_name(c, "workload", workload, offsetof(struct cost_cell, workload), e);
}

const struct cost_line *costs_find(const struct cost_cell *c, const char *function)
{
	size_t len = function_stem(function, NULL);

	for (size_t i = 0; i < c->nr_lines; i++)
		if (strlen(c->lines[i].name) == len && !memcmp(c->lines[i].name, function, len))
			return &c->lines[i];
	return NULL;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **costs_names(const struct costs *c)
{
	const struct cost_data *d = c->data;
	const char **names = xcalloc((size_t)d->function_index.nr + 1, sizeof(*names));
	size_t nr = 0, kept = 0;

	for (uint32_t i = 0; i < d->function_index.nr; i++)
		if (d->functions[i].name)
			names[nr++] = intern_str(&d->strings, d->functions[i].name);
	if (nr)
		qsort(names, nr, sizeof(*names), compare_names);
	for (size_t i = 0; i < nr; i++)
		if (!kept || strcmp(names[i], names[kept - 1]))
			names[kept++] = names[i];
	names[kept] = NULL;
	return names;
}

size_t costs_pieces(const struct costs *c, uint32_t cell, uint32_t variant, unsigned block,
		    const char *function, struct cost_piece **out)
{
	const struct cost_data *d = c->data;
	const struct cost_figures *run = &d->runs[cost_run_of(d->r, cell, variant, block)];
	uint32_t name = intern_find_mem(&d->strings, function, function_stem(function, NULL));
	size_t nr = 0;

	*out = xcalloc(run->to - run->from + 1, sizeof(**out));
	for (size_t i = run->from; i < run->to && name != INTERN_NONE && name; i++) {
		const struct cost_row *row = &d->rows[i];
		const struct cost_function *f = &d->functions[row->function];

		if (f->name != name)
			continue;
		(*out)[nr++] = (struct cost_piece){
			.object = intern_str(&d->strings, f->object),
			.function = intern_str(&d->strings, row->full_name),
			.address = row->address,
			.end = i + 1 < run->to ? d->rows[i + 1].address : UINT64_MAX,
			.instructions = row->instructions,
			.calls = row->calls,
		};
	}
	return nr;
}

static uint32_t variant_of(const struct results *r, const char *name)
{
	return intern_find(&r->variant_index, name);
}

bool costs_block(const struct costs *c, unsigned block)
{
	return block >= 1 && block <= c->data->r->blocks;
}

bool costs_run(const struct costs *c, const struct cost_cell *cell, unsigned block,
	       struct cost_run *out)
{
	struct cost_data *d = c->data;

	*out = (struct cost_run){
		.cell = results_find_cell(d->r, cell->workload, cell->params),
		.variant = { variant_of(d->r, cell->baseline), variant_of(d->r, cell->patched) },
	};
	if (!costs_block(c, block))
		return false;
	for (int i = 0; i < 2; i++) {
		if (costs_missing(d, out->cell, out->variant[i], block))
			return false;
		out->operations[i] =
			d->runs[cost_run_of(d->r, out->cell, out->variant[i], block)].operations;
	}
	return true;
}
