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

struct field {
	const char *name;
	json_t *(*get)(const void *row); /* a new reference: a text, number, boolean or null */
};

struct dataset {
	const struct field *fields;
	size_t nr; /* up to FIELDS_MAX */
	/* Call fn for each row, in order. */
	void (*each)(const struct findings *f, void (*fn)(void *arg, const void *row), void *arg);

	/* For JSON: members that are no rows, and the list of objects, which fn is given. */
	json_t *(*head)(const struct findings *f);
	const char *list; /* its name: "rows", or "cells" that have rows in them */
	void (*objects)(const struct findings *f, void (*fn)(void *arg, json_t *object), void *arg);
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

/* The fields from..to of a row as an object. */
json_t *field_object(const struct field *fields, size_t from, size_t to, const void *row);

#endif
