/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h: the findings about a results folder as plain text for a terminal, in lines of at
 * most TABLE_WIDTH columns. It draws the results of analysis and computes nothing. A number
 * that does not exist is "-", and the reason stands under the table.
 */
#ifndef FSDUEL_DASHBOARDS_TABLE_H
#define FSDUEL_DASHBOARDS_TABLE_H

#include "analysis/costs/costs.h"
#include "analysis/guard/guard.h"
#include "analysis/locks/locks.h"
#include "lib/buf.h"

#define TABLE_WIDTH 80

/* The part of a profile that is to be shown. */
struct costs_view {
	const char *contrast, *workload; /* NULL: all */
	size_t top; /* functions a cell, largest change first; 0: 10 in a table, else all */
	int side;   /* of folded stacks: 0 baseline, 1 patched */
};

/* Does the view show the cell? */
bool costs_shown(const struct costs_view *v, const struct cost_cell *c);

/* A results folder, what analysis found of it, and how it is to be shown. */
struct findings {
	const struct results *r;
	const struct comparison *c; /* one of these four: the one that is asked for */
	const struct locks *locks;
	const struct costs *costs;
	const struct guard *guard;
	struct costs_view view;
	bool strict; /* an unsure cell is a failed test */
	bool colour; /* the terminal shows verdicts in colours */
};

/* Each contrast with a table a metric, the reasons for missing numbers, the notes. */
void table_comparison(struct buf *out, const struct findings *f);
/* Each cell and variant with its classes of locks and the waiters; the cost of watching. */
void table_locks(struct buf *out, const struct findings *f);
/* Each cell with its totals, functions and subsystems. */
void table_costs(struct buf *out, const struct findings *f);
/* Each variant's reads and verdict, the first stale read, the counts by cell. */
void table_guard(struct buf *out, const struct findings *f);

/*
 * A comparison in one line, without its end: counts of verdicts, and of all contrasts the
 * cells with the largest change for the worse and for the better.
 */
void table_summary(struct buf *out, const struct comparison *c);
/* "guard: 1 stale, 3 clean, 0 unsure; 1 of 1 control hit" */
void table_guard_summary(struct buf *out, const struct guard *g);

#endif
