/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * figures.c: fields as CSV and as JSON, and their values; see formats.h. Numbers have the
 * shortest form that reads back exactly, in JSON 17 digits; a figure that does not exist is
 * an empty field, or null.
 */
#include <math.h>

#include "dashboards/export/formats.h"
#include "lib/clean.h"
#include "lib/csv.h"
#include "lib/num.h"

/* --- values ---------------------------------------------------------------------------------- */

json_t *field_text(const char *s)
{
	return s ? clean_text(s) : json_null();
}

json_t *field_texts(const struct strv *list)
{
	json_t *j = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(j, field_text(list->v[i]));
	return j;
}

json_t *field_whole(uint64_t v)
{
	return json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v);
}

json_t *field_real(bool there, double v)
{
	return FIELD_IF(there && isfinite(v), json_real(v));
}

/* --- CSV: a header, then a line a row -------------------------------------------------------- */

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

/* --- JSON: which measurement it is, what belongs to no row, then a row or cell a line --------- */

#define EXPORT_SCHEMA 1

/* Members of run.json that say which measurement it is. */
static const char *const identity[] = { "run",    "mode",      "machine", "kernels",
					"mounts", "effective", "notes" };

static int add_data(const char *data, size_t len, void *b)
{
	buf_add(b, data, len);
	return 0;
}

static void dump(struct buf *out, json_t *j, size_t flags)
{
	json_dump_callback(j, add_data, out, flags | JSON_REAL_PRECISION(17));
	json_decref(j);
}

/* Only one object, a row or a cell with its rows, is held as JSON at a time. */
struct objects {
	struct buf *out;
	const struct dataset *d;
	const void *cell;
	json_t *object, *rows;
};

static void add_fields(json_t *object, const struct dataset *d, size_t from, size_t to,
		       const void *row)
{
	for (size_t i = from; i < to; i++)
		json_object_set_new(object, d->fields[i].name, d->fields[i].get(row));
}

static void flush_object(struct objects *o)
{
	if (!o->object)
		return;
	buf_adds(o->out, o->out->data[o->out->len - 1] == '[' ? "\n" : ",\n");
	dump(o->out, o->object, 0);
	o->object = NULL;
}

static void add_row(void *arg, const void *cell, const void *row)
{
	struct objects *o = arg;
	const struct dataset *d = o->d;
	json_t *own;

	if (!cell || cell != o->cell) {
		flush_object(o);
		o->cell = cell;
		o->object = json_object();
		add_fields(o->object, d, 0, cell ? d->of_cell : d->of_row, row);
		add_fields(o->object, d, d->of_row, d->nr, row);
		if (cell)
			json_object_set_new(o->object, d->rows, o->rows = json_array());
		add_fields(o->object, d, d->nr, d->nr_json, row);
	}
	if (!cell)
		return;
	own = json_object();
	add_fields(own, d, d->of_cell, d->of_row, row);
	if (json_is_null(json_object_get(own, d->fields[d->of_cell].name)))
		json_decref(own);
	else
		json_array_append_new(o->rows, own);
}

static void json_write(struct buf *out, const struct dataset *d, const struct findings *f)
{
	json_t *head = json_pack("{s:i}", "schema", EXPORT_SCHEMA), *own = d->head(f);
	struct objects o = { .out = out, .d = d };

	for (size_t i = 0; i < sizeof(identity) / sizeof(identity[0]); i++) {
		json_t *value = json_object_get(results_run(f->r), identity[i]);

		if (value)
			json_object_set(head, identity[i], value);
	}
	json_object_update(head, own);
	json_decref(own);
	buf_addc(out, '{');
	dump(out, clean_json(head), JSON_EMBED | JSON_INDENT(1));
	while (out->data[out->len - 1] == '\n') /* jansson ends embedded members with one */
		out->data[--out->len] = '\0';
	buf_addf(out, ",\n \"%s\": [", d->list);
	d->each(f, add_row, &o);
	flush_object(&o);
	buf_adds(out, "\n ]\n}\n");
}

const struct format format_json = { .name = "json", .data = json_write };
