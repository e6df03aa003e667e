/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs.c: profile.csv read and looked up. Names say which functions are one: addresses differ. */
#include "analysis/costs/costs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"
#include "analysis/results/rows.h"
#include "lib/near.h"
#include "lib/num.h"

/* clang-format off */
enum { COL_OBJECT = NR_WHO, COL_FUNCTION, COL_ADDRESS, COL_INSTRUCTIONS, COL_CALLS, NR_COLUMNS };
/* clang-format on */

static const char *const columns[NR_COLUMNS + 1] = { PROFILE_COLUMNS, NULL };
_Static_assert(NR_COLUMNS == PROFILE_COLUMNS_N, "columns of lib/schema.h");

/* No calls where the first instruction is not known. */
static const struct row_column plain[] = {
	{ COL_OBJECT, ROW_TEXT, offsetof(struct cost_row, object) },
	{ COL_FUNCTION, ROW_TEXT, offsetof(struct cost_row, full_name) },
	{ COL_INSTRUCTIONS, ROW_NUMBER, offsetof(struct cost_row, instructions) },
	{ COL_CALLS, ROW_NUMBER_OR_EMPTY, offsetof(struct cost_row, calls) },
};

static int read_address(const struct rows *rows, uint64_t *out)
{
	const char *s = rows->field[COL_ADDRESS];
	size_t n;

	*out = 0;
	s += !strncmp(s, "0x", 2) ? 2 : 0;
	n = num_hex(s, out);
	return !*rows->field[COL_ADDRESS] || (n && !s[n])
		       ? 0
		       : rows_bad(rows, COL_ADDRESS, "is no address");
}

/* Each name in an object is looked up once. */
static void find_function(struct cost_data *d, const struct rows *rows, struct cost_row *row)
{
	const char *function = rows->field[COL_FUNCTION];
	uint32_t key[] = { row->object, row->full_name }, old = d->name_index.nr;
	uint32_t n = intern_add_mem(&d->name_index, key, sizeof(key));
	struct cost_function f;

	if (n == old) {
		d->names = intern_room(d->names, n, sizeof(*d->names));
		f.name = intern_add_mem(&d->strings, function,
					function_stem(function, &d->names[n].piece));
		f.subsystem =
			subsystem_of(rows->field[COL_OBJECT], intern_str(&d->strings, f.name));
		d->names[n].function = intern_add_mem(&d->function_index, &f, sizeof(f));
		d->functions = xrealloc(d->functions, d->function_index.nr, sizeof(f));
		d->functions[d->names[n].function] = f;
	}
	row->function = d->names[n].function;
	row->piece = (uint8_t)d->names[n].piece;
}

static int on_row(struct rows *rows)
{
	struct cost_data *d = rows->arg;
	struct cost_row row = { 0 };
	bool wanted = false;

	if (rows_wanted(rows, d->pass, &wanted) ||
	    rows_fill(rows, plain, sizeof(plain) / sizeof(plain[0]), &row) ||
	    read_address(rows, &row.address))
		return -EINVAL;
	if (!row.object)
		return rows_bad(rows, COL_OBJECT, "is empty: in what was it executed?");
	if (!row.instructions)
		return rows_bad(rows, COL_INSTRUCTIONS, "is no number of instructions executed");
	if (row.calls > row.instructions)
		return rows_bad(rows, COL_CALLS, "is more than the instructions executed");
	if (!wanted)
		return 0;
	find_function(d, rows, &row);
	row.run = (uint32_t)results_run_at(d->r, rows->cell, rows->variant, rows->block);
	d->rows = intern_room(d->rows, d->nr_rows, sizeof(*d->rows));
	d->rows[d->nr_rows++] = row;
	return 0;
}

static int compare_rows(const void *a, const void *b)
{
	const struct cost_row *x = a, *y = b;

	return ORDER(x->run, y->run) ?: ORDER(x->address, y->address) ?:
	       ORDER(x->object, y->object) ?: ORDER(x->full_name, y->full_name);
}

/* Two rows for one function of one cell run: some of its instructions would count twice. */
static int check_twice(const struct cost_data *d, const char *path, struct err *e)
{
	for (size_t i = 1; i < d->nr_rows; i++) {
		const struct cost_row *row = &d->rows[i];
		const char *name = intern_str(&d->strings, row->full_name);

		if (!compare_rows(row, row - 1))
			return err_add(e, EINVAL,
				       "%s has %.64s of %.64s at one address twice in a cell run",
				       path, *name ? name : "what has no name",
				       intern_str(&d->strings, row->object));
	}
	return 0;
}

static void index_runs(struct cost_data *d)
{
	for (size_t i = 0, end; i < d->nr_rows; i = end) {
		for (end = i; end < d->nr_rows && d->rows[end].run == d->rows[i].run; end++)
			;
		d->runs[d->rows[i].run].from = i;
		d->runs[d->rows[i].run].to = end;
	}
}

/* A cell run that is fine in samples.csv executed instructions, and they must be here. */
static int check_all(const struct cost_data *d, const char *path, struct err *e)
{
	const struct results *r = d->r;

	for (size_t i = 0; i < results_nr_runs(r); i++)
		if (unit_ok(&r->units[i * r->pass_index.nr + d->pass]) &&
		    d->runs[i].from == d->runs[i].to)
			return err_add(
				e, EINVAL,
				"%s has no rows of block %zu of %s of %s, though it has samples",
				path, i % r->blocks + 1,
				r->cells[i / r->blocks / r->variant_index.nr].workload,
				r->variants[i / r->blocks % r->variant_index.nr].name);
	return 0;
}

static int read_rows(struct cost_data *d, const char *path, const char *data, size_t len,
		     struct err *e)
{
	struct rows rows = { .r = d->r,
			     .path = path,
			     .columns = columns,
			     .strings = &d->strings,
			     .fn = on_row,
			     .arg = d };
	int ret = watched_read(&rows, d->pass, data, len, e);

	if (ret)
		return ret;
	if (d->nr_rows)
		qsort(d->rows, d->nr_rows, sizeof(*d->rows), compare_rows);
	index_runs(d);
	ret = check_twice(d, path, e);
	return ret ? ret : check_all(d, path, e);
}

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
	ret = read_rows(d, name, data, len, e);
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
	free(c->data->names);
	free(c->data->functions);
	free(c->data->rows);
	free(c->data->runs);
	free(c->data);
	free(c);
}

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

		if (d->functions[row->function].name != name)
			continue;
		(*out)[nr++] = (struct cost_piece){
			.object = intern_str(&d->strings, row->object),
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
