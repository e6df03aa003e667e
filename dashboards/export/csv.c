/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv.c: figures as CSV: a header, then a line a row. Numbers have the shortest form that
 * reads back exactly; a figure that does not exist is an empty field.
 */
#include "lib/csv.h"

#include "dashboards/export/formats.h"
#include "lib/num.h"

static const char *text_of(const json_t *value, char number[32])
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_string_value(value);
	case JSON_INTEGER:
		return num_format(number, (uint64_t)json_integer_value(value), NUM_COUNT);
	case JSON_REAL:
		return num_format_double(number, json_real_value(value));
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return NULL;
	}
}

struct lines {
	struct buf *out;
	const struct dataset *d;
};

static void add_line(void *arg, const void *cell, const void *row)
{
	const struct lines *l = arg;
	json_t *value[FIELDS_MAX] = { NULL };
	const char *text[FIELDS_MAX];
	char number[FIELDS_MAX][32];

	(void)cell;
	for (size_t i = 0; i < l->d->nr; i++) {
		value[i] = l->d->fields[i].get(row);
		text[i] = text_of(value[i], number[i]);
	}
	csv_add_row(l->out, text, l->d->nr);
	for (size_t i = 0; i < l->d->nr; i++)
		json_decref(value[i]);
}

static void csv_write(struct buf *out, const struct dataset *d, const struct findings *f)
{
	const char *names[FIELDS_MAX];

	for (size_t i = 0; i < d->nr; i++)
		names[i] = d->fields[i].name;
	csv_add_row(out, names, d->nr);
	d->each(f, add_line, &(struct lines){ out, d });
}

const struct format format_csv = { .name = "csv", .data = csv_write };
