/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fields.h: the figures of a results folder for other tools: each subject is a list of
 * {name, get} fields and a walker over its rows. Every format that lists figures walks
 * them, so that CSV, JSON and formats to come have the same fields in the same order.
 * A figure that does not exist is null. docs/results.md explains the fields.
 */
#ifndef FSDUEL_DASHBOARDS_FIELDS_H
#define FSDUEL_DASHBOARDS_FIELDS_H

#include <jansson.h>

#include "dashboards/table/table.h"

typedef void field_row_fn(void *arg, const void *cell, const void *row);

struct field {
	const char *name;
	json_t *(*get)(
		const void *row); /* a new reference: a text, number, boolean, null or list */
};

/*
 * Rows that belong to a cell begin with its fields. In JSON a cell is then an object with
 * these fields and its rows as a list; CSV repeats them in each row. A cell without figures
 * has one row, in which the first field of its own is null.
 */
struct dataset {
	const struct field *fields;
	size_t of_cell; /* fields before this one are of the cell; 0: rows have no cell */
	size_t of_row;  /* those before this one are the row's; then others of the cell follow */
	size_t nr;      /* up to FIELDS_MAX; later ones are lists, for JSON only */
	size_t nr_json;
	const char *list, *rows; /* names of the lists in JSON: of cells, of a cell's rows */
	/* Call fn for each row, in order; cell: of the row, or NULL. */
	void (*each)(const struct findings *f, field_row_fn *fn, void *arg);
	/* A new object with the members of JSON that belong to no row. */
	json_t *(*head)(const struct findings *f);
};
#define FIELDS_MAX 64

extern const struct dataset comparison_data, locks_data, costs_data, guard_data;

/* --- for the files that define them ------------------------------------------------------------
 */

/*
 * A list of fields is a macro FIELDS(F) of F(name, value) items, in which x is the row, of
 * the type FIELD_OF. FIELD_GET makes each a function, FIELD_ROW a row of the table.
 */
#define FIELD_GET(name, value)                                                                     \
	static json_t *get_##name(const void *row)                                                 \
	{                                                                                          \
		const FIELD_OF *x = row;                                                           \
		return value;                                                                      \
	}
#define FIELD_ROW(name, value) { #name, get_##name },

/* Values: text is cleaned and may be NULL; a number that is not there is null. */
json_t *field_text(const char *s);
json_t *field_texts(const struct strv *list);
json_t *field_whole(uint64_t v);
json_t *field_real(bool there, double v);
#define FIELD_IF(there, value) (there) ? (value) : json_null()

#endif
