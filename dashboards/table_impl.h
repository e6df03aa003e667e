/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_impl.h: the pieces of the terminal report, for table.c (which puts them
 * together), table_rows.c (rows and columns), table_verdict.c (what was found),
 * locks_table.c (waits for locks) and table_text.c (the other sentences).
 */
#ifndef FSDUEL_DASHBOARDS_TABLE_IMPL_H
#define FSDUEL_DASHBOARDS_TABLE_IMPL_H

#include "dashboards/table.h"

/* "randrw threads=8 bs=4k" from a workload and its varying parameters. */
void table_add_cell(struct buf *b, const char *workload, const char *varying);

/* "-3.1" and, if asked, " %"; "x1234" where that reads better. */
void table_add_change(struct buf *b, double ratio, bool unit);

/* table_verdict.c: the line for scripts, a contrast in three lines, what is odd, how to read it. */
void table_add_verdict(struct buf *out, const struct comparison *c);
void table_add_headline(struct buf *out, const struct comparison *c, const char *contrast);
void table_add_warnings(struct buf *out, const struct comparison *c);
void table_add_legend(struct buf *out, const struct comparison *c);

/* Title, column heads and lines of these rows, which share contrast, pass and metric. */
void table_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr);

/* locks_table.c: waits for locks of each deciding row that was watched, what they explain. */
void table_add_locks(struct buf *out, const struct comparison_row *rows, size_t nr);
void table_add_lock_notes(struct buf *out, const struct comparison *c);

/* What was found, which variants, kernels and mode: the lines above a contrast's tables. */
void table_add_heading(struct buf *out, const struct comparison *c,
		       const struct comparison_row *row, const json_t *run);

/* What is missing in this contrast and why, and options that had no effect. rows: all it shows. */
void table_add_missing(struct buf *out, const struct comparison *c,
		       const struct comparison_row *rows, size_t nr);
void table_add_effective(struct buf *out, const struct comparison_row *row, const json_t *run);

/* How many cell runs something disturbed, if any: they are in the tables. */
void table_add_marks(struct buf *out, const struct results *r);

/* What holds for the whole run: what the mode cannot show, notes. */
void table_add_notes(struct buf *out, const json_t *run);

#endif
