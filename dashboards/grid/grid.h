/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * grid.h: a small table of texts for a terminal: columns as wide as their widest
 * text, folded where the line would be too long. What the texts are is the caller's.
 */
#ifndef FSDUEL_DASHBOARDS_GRID_H
#define FSDUEL_DASHBOARDS_GRID_H

#include <stddef.h>

#include "lib/buf.h"

#define GRID_COLUMNS_MAX 10

struct grid_column {
	const char *title;
	int right;
	size_t fold; /* it may be folded down to that width; 0: never */
};

struct grid {
	const struct grid_column *columns;
	size_t nr_columns;
	unsigned early;    /* bit i: column i folds before the others, but no word is cut */
	struct strv texts; /* row by row, the titles first */
};

/* columns: borrowed, up to GRID_COLUMNS_MAX. */
void grid_init(struct grid *g, const struct grid_column *columns, size_t nr);
/* The text of the next place, from left to right, row by row. */
void grid_add(struct grid *g, const char *text);
/* Append all rows, each line after indent blanks and, if folding can do it, within width. */
void grid_write(struct buf *out, const struct grid *g, size_t indent, size_t width);
void grid_release(struct grid *g);

#endif
