/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * costs.c: the life of a struct costs, and looking things up in one. samples.csv is read first,
 * then the rows (costs_rows.c), then a sum is made for each contrast and cell (costs_sum.c).
 */
#include "analysis/costs/costs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"
#include "analysis/results/rows.h"
#include "lib/near.h"

static const struct watched_figure figures[] = {
	{ "counted_ops", false, offsetof(struct cost_figures, operations) },
	{ "counted_time", false, offsetof(struct cost_figures, elapsed_ns) },
};

static void make_cells(struct costs *c)
{
	const struct results *r = c->data->r;

	c->nr_cells = r->nr_contrasts * r->cell_index.nr;
	c->cells = xcalloc(c->nr_cells + 1, sizeof(*c->cells));
	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct results_contrast *t = &r->contrasts[i / r->cell_index.nr];
		uint32_t cell = (uint32_t)(i % r->cell_index.nr);

		c->cells[i] = (struct cost_cell){
			.contrast = t->name,
			.baseline = r->variants[t->baseline].name,
			.patched = r->variants[t->patched].name,
			CELL_NAMES(&r->cells[cell]),
		};
		costs_sum(&c->cells[i], c->data, cell, t);
	}
}

static void note_nameless(struct costs *c)
{
	double nameless = 0, all = 0;

	for (size_t i = 0; i < c->data->nr_rows; i++) {
		const struct cost_row *row = &c->data->rows[i];
		const struct cost_function *f = &c->data->functions[row->function];

		if (strcmp(subsystems[f->subsystem].name, "user"))
			nameless += f->name ? 0 : (double)row->instructions;
		all += (double)row->instructions;
	}
	if (nameless > 0)
		strv_addf(&c->notes,
			  "%.2g %% of all instructions are the kernel's, but of no symbol: "
			  "see " COSTS_UNKNOWN,
			  100 * nameless / all);
}

int costs_load_mem(struct costs **out, const struct results *r, const char *name, const char *data,
		   size_t len, struct err *e)
{
	uint32_t pass = intern_find(&r->pass_index, COSTS_PASS);
	struct cost_data *d;
	struct costs *c;
	int ret;

	*out = NULL;
	if (pass == INTERN_NONE)
		return 0;
	c = xcalloc(1, sizeof(*c));
	d = c->data = xcalloc(1, sizeof(*d));
	*d = (struct cost_data){ .r = r, .pass = pass };
	d->runs = xcalloc(results_nr_runs(r), sizeof(*d->runs));
	intern_add(&d->strings, "");
	watched_figures(r, pass, figures, sizeof(figures) / sizeof(figures[0]), d->runs,
			sizeof(*d->runs));
	ret = costs_read_rows(d, name, data, len, e);
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		costs_free(c);
		return ret;
	}
	c->rate = results_rate(r);
	c->blocks = r->blocks;
	make_cells(c);
	for (size_t i = 0; i < c->nr_cells; i++)
		watched_note(&c->notes, COSTS_PASS, c->cells[i].reason);
	note_nameless(c);
	*out = c;
	return 0;
}

int costs_load(struct costs **out, const struct results *r, const char *dir, struct err *e)
{
	char *path = xasprintf("%s/" PROFILE_CSV, dir);
	int ret = costs_load_mem(out, r, path, NULL, 0, e);

	free(path);
	return ret;
}

void costs_free(struct costs *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nr_cells; i++)
		free(c->cells[i].lines);
	free(c->cells);
	strv_release(&c->notes);
	intern_release(&c->data->strings);
	intern_release(&c->data->function_index);
	intern_release(&c->data->name_index);
	free(c->data->functions);
	free(c->data->rows);
	free(c->data->runs);
	free(c->data);
	free(c);
}

/* --- looking things up -------------------------------------------------------------------- */

int costs_check(const struct costs *c, const char *contrast, const char *workload, struct err *e)
{
	const size_t size = sizeof(*c->cells);
	int ret = 0;

	if (contrast)
		ret = near_check("contrast", contrast, c->cells, c->nr_cells, size,
				 offsetof(struct cost_cell, contrast), e);
	if (!ret && workload)
		ret = near_check("workload", workload, c->cells, c->nr_cells, size,
				 offsetof(struct cost_cell, workload), e);
	return ret;
}

const struct cost_line *costs_find(const struct cost_cell *c, const char *function)
{
	size_t len = function_stem(function, NULL);

	for (size_t i = 0; i < c->nr_lines; i++)
		if (strlen(c->lines[i].name) == len && !memcmp(c->lines[i].name, function, len))
			return &c->lines[i];
	return NULL;
}

size_t costs_pieces(const struct costs *c, uint32_t cell, uint32_t variant, unsigned block,
		    const char *function, struct cost_piece **out)
{
	const struct cost_data *d = c->data;
	const struct cost_figures *run = &d->runs[results_run_at(d->r, cell, variant, block)];
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

bool costs_run(const struct costs *c, const struct cost_cell *cell, unsigned block,
	       struct cost_run *out)
{
	struct cost_data *d = c->data;
	uint32_t at = (uint32_t)(cell - c->cells), nr = d->r->cell_index.nr;
	const struct results_contrast *t = &d->r->contrasts[at / nr];

	*out = (struct cost_run){ .cell = at % nr, .variant = { t->baseline, t->patched } };
	for (int i = 0; i < 2; i++) {
		if (block < 1 || block > c->blocks ||
		    costs_missing(d, out->cell, out->variant[i], block))
			return false;
		out->operations[i] =
			d->runs[results_run_at(d->r, out->cell, out->variant[i], block)].operations;
	}
	return true;
}
