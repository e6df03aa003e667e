/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * costs.c: the life of a struct costs, and looking things up in one: what samples.csv
 * says of each profiled cell run, then the rows (costs_rows.c), then a sum for each
 * contrast and cell (costs_sum.c). See costs.h.
 */
#include "analysis/costs/costs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"
#include "lib/fs.h"
#include "lib/schema.h"

/* --- what samples.csv says of a cell run ---------------------------------------------------- */

static void take_samples(struct cost_data *d)
{
	const struct results *r = d->r;

	for (size_t i = 0; i < r->nr_samples; i++) {
		const struct sample *s = &r->samples[i];
		const struct measure *m = &r->measures[s->measure];
		struct cost_figures *run = &d->runs[cost_run_of(r, s->cell, s->variant, s->block)];
		const char *metric = r->metrics[m->metric].name;

		if (m->pass != d->pass || m->role != STRING_ALL || m->detail != STRING_EMPTY ||
		    !s->has_value)
			continue;
		if (!strcmp(metric, "counted_ops"))
			run->operations = s->value;
		else if (!strcmp(metric, "counted_time"))
			run->elapsed_ns = s->value;
	}
}

static const char *kept(struct cost_data *d, struct buf *b)
{
	uint32_t n = intern_add(&d->reasons, buf_str(b));

	buf_release(b);
	return intern_str(&d->reasons, n);
}

const char *costs_missing(struct cost_data *d, uint32_t cell, uint32_t variant, uint32_t block)
{
	const struct unit *u = results_unit(d->r, cell, variant, block, d->pass);
	const struct cost_figures *run = &d->runs[cost_run_of(d->r, cell, variant, block)];
	struct buf b = BUF_INIT;

	if (!u->seen)
		return ""; /* nothing to be said: it was not run */
	if (u->status == SAMPLE_OK && run->operations > 0)
		return NULL;
	if (u->status == SAMPLE_OK)
		buf_adds(&b, "no operation was finished, so nothing can be said for each");
	else
		buf_addf(&b, "%s%s%s", sample_status_names[u->status],
			 u->reason == STRING_EMPTY ? "" : ": ",
			 intern_str(&d->r->strings, u->reason));
	return kept(d, &b);
}

/* --- cells and notes ------------------------------------------------------------------------ */

static const char *rate_metric(const struct results *r)
{
	for (uint32_t m = 0; m < r->metric_index.nr; m++)
		if (r->metrics[m].primary)
			return r->metrics[m].name;
	return ""; /* run.json was refused if there is none */
}

static void make_cells(struct costs *c)
{
	const struct results *r = c->data->r;

	c->cells = xcalloc(r->nr_contrasts * r->cell_index.nr + 1, sizeof(*c->cells));
	for (size_t i = 0; i < r->nr_contrasts; i++) {
		for (uint32_t k = 0; k < r->cell_index.nr; k++) {
			struct cost_cell *cell = &c->cells[c->nr_cells++];

			*cell = (struct cost_cell){
				.contrast = r->contrasts[i].name,
				.baseline = r->variants[r->contrasts[i].baseline].name,
				.patched = r->variants[r->contrasts[i].patched].name,
				.workload = r->cells[k].workload,
				.params = r->cells[k].params,
				.varying = r->cells[k].varying,
			};
			costs_sum(cell, c->data, k, &r->contrasts[i]);
		}
	}
}

/* One reason, and the cell where it first holds. */
static void note_reasons(struct costs *c)
{
	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct cost_cell *cell = &c->cells[i];
		unsigned missing = 0;
		bool said = false;

		for (size_t k = 0; k < i && cell->reason; k++)
			said |= c->cells[k].reason && !strcmp(c->cells[k].reason, cell->reason);
		for (size_t k = i; k < c->nr_cells && cell->reason && !said; k++)
			if (c->cells[k].reason && !strcmp(c->cells[k].reason, cell->reason))
				missing += c->cells[k].planned - c->cells[k].pairs;
		if (missing)
			strv_addf(&c->notes,
				  "the profile pass has no figures of %u pair%s, from "
				  "%s%s%s on: %s",
				  missing, missing == 1 ? "" : "s", cell->workload,
				  *cell->varying ? " " : "", cell->varying, cell->reason);
	}
}

/* The kernel's instructions without a name: a share that hides something is said. */
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
			  "%.2g %% of all instructions are the kernel's and at addresses "
			  "that no symbol tells: they stand under " COSTS_UNKNOWN,
			  100 * nameless / all);
}

/* --- loading -------------------------------------------------------------------------------- */

/* A cell run that is fine in samples.csv executed instructions, and they must be here. */
static int check_rows(const struct cost_data *d, const char *name, struct err *e)
{
	const struct results *r = d->r;

	for (uint32_t c = 0; c < r->cell_index.nr; c++)
		for (uint32_t v = 0; v < r->variant_index.nr; v++)
			for (uint32_t b = 1; b <= r->blocks; b++) {
				const struct unit *u = results_unit(r, c, v, b, d->pass);
				const struct cost_figures *run = &d->runs[cost_run_of(r, c, v, b)];

				if (u->seen && u->status == SAMPLE_OK && run->from == run->to)
					return err_add(e, EINVAL,
						       "%s has no rows of block %u of %s "
						       "of %s, which has samples of the profile "
						       "pass: one of the two is damaged",
						       name, b, r->cells[c].workload,
						       r->variants[v].name);
			}
	return 0;
}

static bool any_measured(const struct cost_data *d)
{
	const struct results *r = d->r;
	bool any = false;

	for (uint32_t c = 0; c < r->cell_index.nr; c++)
		for (uint32_t v = 0; v < r->variant_index.nr; v++)
			for (uint32_t b = 1; b <= r->blocks; b++) {
				const struct unit *u = results_unit(r, c, v, b, d->pass);

				any |= u->seen && u->status == SAMPLE_OK;
			}
	return any;
}

static int read_file(struct cost_data *d, const char *name, const char *data, size_t len,
		     struct err *e)
{
	int ret;

	if (!data && !fs_exists(name))
		return any_measured(d) ? err_add(e, ENOENT,
						 "%s is not there, though a cell run of "
						 "the profile pass is",
						 name)
				       : 0;
	ret = costs_read_rows(d, name, data, len, e);
	return ret ? ret : check_rows(d, name, e);
}

static int load(struct costs **out, const struct results *r, const char *name, const char *data,
		size_t len, struct err *e)
{
	uint32_t pass = intern_find(&r->pass_index, COSTS_PASS);
	struct costs *c;
	int ret;

	*out = NULL;
	if (pass == INTERN_NONE)
		return 0;
	c = xcalloc(1, sizeof(*c));
	c->data = xcalloc(1, sizeof(*c->data));
	*c->data = (struct cost_data){ .r = r, .pass = pass };
	c->data->runs = xcalloc(cost_run_of(r, r->cell_index.nr, 0, 1), sizeof(*c->data->runs));
	intern_add(&c->data->strings, "");
	take_samples(c->data);
	ret = read_file(c->data, name, data, len, e);
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		costs_free(c);
		return ret;
	}
	c->rate = rate_metric(r);
	make_cells(c);
	note_reasons(c);
	note_nameless(c);
	*out = c;
	return 0;
}

int costs_load_mem(struct costs **out, const struct results *r, const char *name, const char *data,
		   size_t len, struct err *e)
{
	return load(out, r, name, data, len, e);
}

int costs_load(struct costs **out, const struct results *r, const char *dir, struct err *e)
{
	char *path = xasprintf("%s/" PROFILE_CSV, dir);
	int ret = load(out, r, path, NULL, 0, e);

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
	intern_release(&c->data->reasons);
	free(c->data->functions);
	free(c->data->rows);
	free(c->data->runs);
	free(c->data);
	free(c);
}
