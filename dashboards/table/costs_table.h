/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * costs_table.h: what an operation costs, by function and subsystem, as plain text for
 * a terminal, at most TABLE_WIDTH columns, and for other tools. It draws what
 * analysis/costs/costs.h found.
 */
#ifndef FSDUEL_DASHBOARDS_COSTS_TABLE_H
#define FSDUEL_DASHBOARDS_COSTS_TABLE_H

#include "analysis/costs/costs.h"
#include "lib/buf.h"

/* What is to be shown. */
struct costs_view {
	const char *contrast, *workload; /* NULL: all */
	size_t top;                      /* functions a cell, largest change first; 0: all */
	int side;                        /* of folded stacks: 0 baseline, 1 patched */
};

/* Does the view show the cell? */
bool costs_shown(const struct costs_view *v, const struct cost_cell *c);

/* Each cell with its totals, functions and subsystems. */
void costs_table(struct buf *out, const struct costs *c, const struct results *r,
		 const struct costs_view *v);

/* A header, then a row for the whole, for each subsystem and each function of each cell. */
void costs_csv(struct buf *out, const struct costs *c, const struct results *r,
	       const struct costs_view *v);

/* The same as one object. */
void costs_json(struct buf *out, const struct costs *c, const struct results *r,
		const struct costs_view *v);

/*
 * "CELL;SUBSYSTEM;FUNCTION INSTRUCTIONS" a line, of one side, summed over pairs: what
 * tools that draw flame graphs read. Two levels only, as the profile is flat.
 */
void costs_folded(struct buf *out, const struct costs *c, const struct results *r,
		  const struct costs_view *v);

#endif
