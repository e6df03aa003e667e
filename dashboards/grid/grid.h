/* SPDX-License-Identifier: GPL-2.0-or-later */
/* grid.h: the table engine for terminal, mail and Markdown, after perf's builtin-lock.c. */
#ifndef FSDUEL_DASHBOARDS_GRID_H
#define FSDUEL_DASHBOARDS_GRID_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/compare/verdict.h"
#include "lib/buf.h"

#define GRID_COLUMNS_MAX 10

struct grid_column {
	const char *title;
	void (*get)(struct buf *b, const void *row); /* append the text; see GRID_GET */
	bool right;
	bool early;                      /* it folds before the others, but no word is cut */
	size_t fold;                     /* it may be folded down to that width; 0: never */
	bool (*needed)(const void *row); /* by any row; NULL: the column is always there */
};

/* A get function that appends a text about x, a TYPE. */
#define GRID_GET(name, type, append)                                                               \
	static void name(struct buf *b, const void *row)                                           \
	{                                                                                          \
		const type *x = row;                                                               \
		append;                                                                            \
	}

struct grid {
	const struct grid_column *columns;
	size_t nr_columns; /* up to GRID_COLUMNS_MAX */
	const void *rows;  /* an array, as qsort takes it */
	size_t nr_rows, row_size;
	size_t indent, width; /* of all lines in a text; they fit where folding can */
	/* The last column is shown in the colour, or as strong, of this verdict; NULL: plain. */
	enum verdict (*verdict)(const void *row);
};

/* Members of a grid for an array of columns and an array of rows. */
#define GRID_COLUMNS(array) .columns = (array), .nr_columns = sizeof(array) / sizeof((array)[0])
#define GRID_ROWS(array, nr) .rows = (array), .nr_rows = (nr), .row_size = sizeof((array)[0])

/* Append the table as plain text. */
void grid_text(struct buf *out, const struct grid *g);

/* The same as Markdown: no column folds. */
void grid_markdown(struct buf *out, const struct grid *g);

/* Append text on one line, with what Markdown or HTML would obey made plain. */
void grid_markdown_escape(struct buf *out, const char *text);

#endif
