/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h: findings as plain text. A missing number is "-"; the reason stands under the table. */
#ifndef FSDUEL_DASHBOARDS_TABLE_H
#define FSDUEL_DASHBOARDS_TABLE_H

#include "analysis/costs/costs.h"
#include "analysis/guard/guard.h"
#include "analysis/locks/locks.h"
#include "analysis/truth/truth.h"
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
	const struct comparison *c; /* one of these five: the one that is asked for */
	const struct locks *locks;
	const struct costs *costs;
	const struct guard *guard;
	const struct truth *truth;
	struct costs_view view;
	bool strict; /* an unsure cell is a failed test */
	bool colour; /* the terminal shows verdicts in colours */
};

/* Each contrast with a table a metric, the reasons for missing numbers, the notes. */
void table_comparison(struct buf *out, const struct findings *f);
/* Each cell and variant with its classes of locks, the waiters and the cost of watching. */
void table_locks(struct buf *out, const struct findings *f);
/* Each cell with its totals, functions and subsystems. */
void table_costs(struct buf *out, const struct findings *f);
/* Each variant's reads and verdict, the first stale read, the counts by cell. */
void table_guard(struct buf *out, const struct findings *f);
/* Each pair of folders: both changes of each contrast and cell, and whether they agree. */
void table_truth(struct buf *out, const struct findings *f);

/* In one line, without its end: counts of verdicts. */
void table_summary(struct buf *out, const struct comparison *c);
/* "guard: 1 stale, 3 clean, 0 unsure; 1 of 1 control hit" */
void table_guard_summary(struct buf *out, const struct guard *g);
/* "inside 38 of 44, direction same in 20, opposite in 0, open in 24" */
void table_truth_summary(struct buf *out, const struct truth *t);

/* --- parts of a report that a terminal, a letter and Markdown share ----------------------------
 */

enum table_form { TABLE_PLAIN, TABLE_COLOURED, TABLE_LETTER, TABLE_MARKDOWN };

#define TABLE_LETTER_WIDTH 72

/*
 * Append a title and a table for each metric and pass among rows of one contrast, so that the
 * numbers of one column have one unit; in a letter and in Markdown only of the rows that
 * decide. Where several roles decide, a line with their cell's name and verdict stands above
 * them, the total below them. In Markdown each row names its cell.
 */
void table_metrics(struct buf *out, const struct comparison_row *rows, size_t nr,
		   enum table_form form);

/* Where the rows of the contrast of row from end. */
size_t table_contrast_end(const struct comparison *c, size_t from);

/* Append b, if it has text, in lines of at most TABLE_WIDTH, and release it. */
void table_say(struct buf *out, const char *first, struct buf *b);
/* A line for each sentence, folded, each with first before it. */
void table_sentences(struct buf *out, const char *first, const struct strv *list);
/* The notes of run.json: the limits of the mode, then the others. */
void table_notes(struct buf *out, const json_t *run);
/* Under a contrast's tables: waits for locks of its rows, and sentences that explain a change. */
void table_row_locks(struct buf *out, const struct comparison_row *rows, size_t nr);

#endif
