/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * costs_rows.c: profile.csv read row by row; see costs_impl.h. Which functions are
 * one is decided here, from the names alone: an address differs from kernel to kernel.
 */
#include "analysis/costs/costs_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/who.h"
#include "lib/num.h"

/* clang-format off */
enum { COL_OBJECT = SCHEMA_WHO_N, COL_FUNCTION, COL_ADDRESS, COL_INSTRUCTIONS, COL_CALLS,
       NR_COLUMNS };
/* clang-format on */

static const char *const columns[NR_COLUMNS + 1] = { PROFILE_COLUMNS, NULL };
_Static_assert(NR_COLUMNS == PROFILE_COLUMNS_N, "columns of lib/schema.h");

struct reader {
	struct cost_data *d;
	struct who who;
};

static const char *field(const struct reader *rd, unsigned column)
{
	return rd->who.row->field[column];
}

static int intern_utf8(struct reader *rd, unsigned column, uint32_t *out)
{
	struct intern *strings = &rd->d->strings;
	uint32_t old = strings->nr;

	*out = intern_add(strings, field(rd, column));
	if (*out == old) {
		json_t *utf8 = json_string(field(rd, column));

		if (!utf8)
			return who_bad(&rd->who, column, "is not UTF-8");
		json_decref(utf8);
	}
	return 0;
}

/* "0xffffffff81000000", with or without 0x; "": 0. */
static int read_address(const struct reader *rd, uint64_t *out)
{
	const char *s = field(rd, COL_ADDRESS);
	size_t n;

	*out = 0;
	if (!*s)
		return 0;
	s += !strncmp(s, "0x", 2) ? 2 : 0;
	n = num_hex(s, out);
	return n && !s[n] ? 0 : who_bad(&rd->who, COL_ADDRESS, "is no address");
}

static bool is_user(const char *object)
{
	return !strcmp(subsystems[subsystem_of(object, "")].name, "user");
}

static void new_function(struct cost_data *d, uint32_t number, uint32_t object, uint32_t stem)
{
	const char *name = intern_str(&d->strings, stem);
	const char *where = intern_str(&d->strings, object);

	/* Doubled when the number is a power of two: the capacity is implied by it. */
	if ((number & (number - 1)) == 0)
		d->functions = xrealloc(d->functions, number ? 2 * (size_t)number : 1,
					sizeof(*d->functions));
	d->functions[number] = (struct cost_function){
		.object = object,
		.name = stem,
		.as = number,
		.same_name =
			!stem || is_user(where) ? INTERN_NONE : intern_add(&d->name_index, name),
		.subsystem = subsystem_of(where, name),
	};
}

static int read_function(struct reader *rd, struct cost_row *row)
{
	struct cost_data *d = rd->d;
	const char *function = field(rd, COL_FUNCTION);
	uint32_t key[2], old = d->function_index.nr;
	enum piece piece;
	size_t len = function_stem(function, &piece);

	if (!*field(rd, COL_OBJECT))
		return who_bad(&rd->who, COL_OBJECT, "is empty: in what was it executed?");
	if (intern_utf8(rd, COL_OBJECT, &key[0]) || intern_utf8(rd, COL_FUNCTION, &row->full_name))
		return -EINVAL;
	key[1] = intern_add_mem(&d->strings, function, len);
	row->piece = (uint8_t)piece;
	row->function = intern_add_mem(&d->function_index, key, sizeof(key));
	if (row->function == old)
		new_function(d, row->function, key[0], key[1]);
	return 0;
}

static int read_cost(struct reader *rd, struct cost_row *row)
{
	int ret = read_function(rd, row);

	if (!ret)
		ret = read_address(rd, &row->address);
	if (!ret)
		ret = who_number(&rd->who, COL_INSTRUCTIONS, UINT64_MAX, &row->instructions);
	if (!ret && *field(rd, COL_CALLS)) /* empty where the first instruction is not known */
		ret = who_number(&rd->who, COL_CALLS, UINT64_MAX, &row->calls);
	if (!ret && !row->instructions)
		ret = who_bad(&rd->who, COL_INSTRUCTIONS, "is no number of instructions executed");
	if (!ret && row->calls > row->instructions)
		ret = who_bad(&rd->who, COL_CALLS, "is more than the instructions executed");
	return ret;
}

static int on_row(void *arg, const struct csv_row *csv, struct err *e)
{
	struct reader *rd = arg;
	struct cost_data *d = rd->d;
	struct cost_row row = { 0 };
	int ret = who_read(&rd->who, csv, e);

	if (!ret)
		ret = read_cost(rd, &row);
	if (ret || !rd->who.wanted)
		return ret;
	row.run = (uint32_t)cost_run_of(d->r, rd->who.cell, rd->who.variant, rd->who.block);
	if (d->nr_rows == d->rows_cap) {
		d->rows_cap = d->rows_cap ? 2 * d->rows_cap : 1024;
		d->rows = xrealloc(d->rows, d->rows_cap, sizeof(*d->rows));
	}
	d->rows[d->nr_rows++] = row;
	return 0;
}

/* --- after the last row ----------------------------------------------------------------------- */

static int compare_rows(const void *a, const void *b)
{
	const struct cost_row *x = a, *y = b;

	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->function != y->function)
		return x->function < y->function ? -1 : 1;
	return x->full_name < y->full_name ? -1 : x->full_name > y->full_name;
}

/* Two rows for one function of one cell run: some of its instructions would count twice. */
static int check_twice(const struct cost_data *d, const char *path, struct err *e)
{
	for (size_t i = 1; i < d->nr_rows; i++) {
		const struct cost_row *row = &d->rows[i];
		const char *name = intern_str(&d->strings, row->full_name);

		if (!compare_rows(row, row - 1))
			return err_add(e, EINVAL,
				       "%s has %.64s of %.64s at one address twice in "
				       "a cell run",
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

int costs_read_rows(struct cost_data *d, const char *path, const char *data, size_t len,
		    struct err *e)
{
	struct reader rd = {
		.d = d,
		.who = { .r = d->r, .pass = d->pass, .path = path, .columns = columns },
	};
	int ret;

	if (data)
		ret = csv_read_mem(path, data, len, columns, on_row, &rd, e);
	else
		ret = csv_read(path, columns, on_row, &rd, e);
	who_release(&rd.who);
	if (ret)
		return ret;
	if (d->nr_rows)
		qsort(d->rows, d->nr_rows, sizeof(*d->rows), compare_rows);
	join_names(d);
	index_runs(d);
	return check_twice(d, path, e);
}
