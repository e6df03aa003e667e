/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.c: figures as one JSON object: which measurement it is, what belongs to no row, and
 * the list of rows or cells, each in a line. Numbers have 17 digits; a figure that does not
 * exist is null.
 */
#include "dashboards/export/formats.h"
#include "lib/clean.h"

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

/* Only one object at a time is held as JSON. */
static void add_object(void *arg, json_t *object)
{
	struct buf *out = arg;

	buf_adds(out, out->data[out->len - 1] == '[' ? "\n" : ",\n");
	dump(out, object, 0);
}

static void json_write(struct buf *out, const struct dataset *d, const struct findings *f)
{
	json_t *head = json_pack("{s:i}", "schema", EXPORT_SCHEMA), *own = d->head(f);

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
	d->objects(f, add_object, out);
	buf_adds(out, "\n ]\n}\n");
}

const struct format format_json = { .name = "json", .data = json_write };
