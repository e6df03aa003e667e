/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * costs_rows.c: profile.csv read row by row. Which functions are one is decided from the names
 * alone: an address differs from kernel to kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"
#include "analysis/results/rows.h"
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

/* "0xffffffff81000000", with or without 0x; "": 0. */
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

static bool is_user(const char *object)
{
	return !strcmp(subsystems[subsystem_of(object, "")].name, "user");
}

static void new_function(struct cost_data *d, uint32_t number, uint32_t object, uint32_t stem)
{
	const char *name = intern_str(&d->strings, stem);
	const char *where = intern_str(&d->strings, object);

	d->functions = intern_room(d->functions, number, sizeof(*d->functions));
	d->functions[number] = (struct cost_function){
		.object = object,
		.name = stem,
		.as = number,
		.same_name =
			!stem || is_user(where) ? INTERN_NONE : intern_add(&d->name_index, name),
		.subsystem = subsystem_of(where, name),
	};
}

static void find_function(struct cost_data *d, const char *function, struct cost_row *row)
{
	uint32_t key[2] = { row->object }, old = d->function_index.nr;
	enum piece piece;
	size_t len = function_stem(function, &piece);

	key[1] = intern_add_mem(&d->strings, function, len);
	row->piece = (uint8_t)piece;
	row->function = intern_add_mem(&d->function_index, key, sizeof(key));
	if (row->function == old)
		new_function(d, old, key[0], key[1]);
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
	find_function(d, rows->field[COL_FUNCTION], &row);
	row.run = (uint32_t)results_run_at(d->r, rows->cell, rows->variant, rows->block);
	d->rows = intern_room(d->rows, d->nr_rows, sizeof(*d->rows));
	d->rows[d->nr_rows++] = row;
	return 0;
}

static int compare_rows(const void *a, const void *b)
{
	const struct cost_row *x = a, *y = b;

	/* clang-format off */
	return ORDER(x->run, y->run) ?: ORDER(x->address, y->address) ?:
	       ORDER(x->function, y->function) ?: ORDER(x->full_name, y->full_name);
	/* clang-format on */
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
				       intern_str(&d->strings, d->functions[row->function].object));
	}
	return 0;
}

/* A function that is in a module here and built in there is one, if no cell run has both. */
static void join_names(struct cost_data *d)
{
	struct last {
		uint32_t run, function, first;
		bool several;
	} *last = xcalloc((size_t)d->name_index.nr + 1, sizeof(*last));

	for (uint32_t i = 0; i < d->name_index.nr; i++)
		last[i].run = last[i].first = INTERN_NONE;
	for (size_t i = 0; i < d->nr_rows; i++) {
		const struct cost_row *row = &d->rows[i];
		uint32_t name = d->functions[row->function].same_name;
		struct last *l = name == INTERN_NONE ? NULL : &last[name];

		if (!l)
			continue;
		l->several |= l->run == row->run && l->function != row->function;
		l->run = row->run;
		l->function = row->function;
		l->first = row->function < l->first ? row->function : l->first;
	}
	for (uint32_t i = 0; i < d->function_index.nr; i++) {
		uint32_t name = d->functions[i].same_name;

		/* Only those of rows that count have a first one. */
		if (name != INTERN_NONE && !last[name].several && last[name].first != INTERN_NONE)
			d->functions[i].as = last[name].first;
	}
	free(last);
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
			return err_add(e, EINVAL,
				       "%s has no rows of block %zu of %s of %s, which has samples "
				       "of the profile pass: one of the two is damaged",
				       path, i % r->blocks + 1,
				       r->cells[i / r->blocks / r->variant_index.nr].workload,
				       r->variants[i / r->blocks % r->variant_index.nr].name);
	return 0;
}

int costs_read_rows(struct cost_data *d, const char *path, const char *data, size_t len,
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
	join_names(d);
	index_runs(d);
	ret = check_twice(d, path, e);
	return ret ? ret : check_all(d, path, e);
}
