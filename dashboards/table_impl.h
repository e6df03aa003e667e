/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_impl.h: the pieces of the terminal report, for table.c (which puts them
 * together), table_rows.c (rows and columns) and table_text.c (the sentences).
 */
#ifndef FSDUEL_DASHBOARDS_TABLE_IMPL_H
#define FSDUEL_DASHBOARDS_TABLE_IMPL_H

#include "dashboards/table.h"

/* "randrw threads=8 bs=4k" from a workload and its varying parameters. */
void table_add_cell(struct buf *b, const char *workload, const char *varying);

/* Title, column heads and lines of these rows, which share contrast, pass and metric. */
void table_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr);

/* Which variants, which kernels, which mode: the lines above a contrast's tables. */
void table_add_heading(struct buf *out, const struct comparison_row *row, const json_t *run);

/* What is missing in this contrast and why, and options that had no effect. rows: all it shows. */
void table_add_missing(struct buf *out, const struct comparison *c,
		       const struct comparison_row *rows, size_t nr);
void table_add_effective(struct buf *out, const struct comparison_row *row, const json_t *run);

/* What holds for the whole run: how to read the table, what the mode cannot show, notes. */
void table_add_notes(struct buf *out, const json_t *run);

#endif
