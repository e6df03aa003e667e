/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * formats.h: the output formats. Each is a file with its `const struct format format_<name>`
 * and a row F(<name>) in one of the lists below; make finds the file, and --format, the help
 * and the man pages of compare, locks, profile, guard and truth have it.
 */
#ifndef FSDUEL_DASHBOARDS_FORMATS_H
#define FSDUEL_DASHBOARDS_FORMATS_H

#include <jansson.h>

#include "dashboards/table/table.h"
#include "lib/err.h"

/* Formats of rows of fields, whatever they are about; of comparisons only; of profiles only. */
#define FORMATS_DATA(F) F(csv) F(json)
#define FORMATS_COMPARISON(F) F(junit) F(ktap)
#define FORMATS_COSTS(F) F(folded)

/* All formats of a subject as they are written in a help text; the first is the default. */
#define FORMAT_WORD(name) "|" #name
#define FORMATS_OF_COMPARISON "table" FORMATS_DATA(FORMAT_WORD) FORMATS_COMPARISON(FORMAT_WORD)
#define FORMATS_OF_LOCKS "table" FORMATS_DATA(FORMAT_WORD)
#define FORMATS_OF_COSTS "table" FORMATS_DATA(FORMAT_WORD) FORMATS_COSTS(FORMAT_WORD)
#define FORMATS_OF_GUARD "table" FORMATS_DATA(FORMAT_WORD)
#define FORMATS_OF_TRUTH "table" FORMATS_DATA(FORMAT_WORD)

/* clang-format off */
enum subject { SUBJECT_COMPARISON, SUBJECT_LOCKS, SUBJECT_COSTS, SUBJECT_GUARD, SUBJECT_TRUTH,
	       NR_SUBJECTS };
/* clang-format on */

struct dataset;
struct format {
	const char *name;
	/* Append the subject's report. NULL: data is called if there is one, else it has none. */
	void (*show[NR_SUBJECTS])(struct buf *out, const struct findings *f);
	/* Append the rows of any subject as a list of fields. */
	void (*data)(struct buf *out, const struct dataset *d, const struct findings *f);
	bool tests; /* lists all cells that decide as tests, and nothing else */
};

#define FORMAT_DECLARE(name) extern const struct format format_##name;
FORMAT_DECLARE(table)
FORMATS_DATA(FORMAT_DECLARE)
FORMATS_COMPARISON(FORMAT_DECLARE)
FORMATS_COSTS(FORMAT_DECLARE)

/* The one at that place in FORMATS_OF_..., from 0; NULL: there are fewer. */
const struct format *format_at(unsigned place, enum subject subject);

void format_write(struct buf *out, const struct format *format, enum subject subject,
		  const struct findings *f);

/* --- figures as fields ------------------------------------------------------------------------ */

/* Each subject is a list of {name, get} fields and a walker over its rows, which every format of
 * figures walks. A figure that does not exist is null; docs/results.md explains the fields. */
typedef void field_row_fn(void *arg, const void *cell, const void *row);

struct field {
	const char *name;
	json_t *(*get)(const void *row); /* a new reference */
};

/* Rows that belong to a cell begin with its fields: in JSON an object with its rows as a list. A
 * cell without figures has one row, in which the first field of its own is null. */
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

extern const struct dataset comparison_data, locks_data, costs_data, guard_data, truth_data;

/* --- for the files that define them ----------------------------------------------------------- */

/* A list of fields is a macro FIELDS(F) of F(name, value) items, in which x is the row, of the type
 * FIELD_OF. FIELD_GET makes each a function, FIELD_ROW a row of the table. */
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
