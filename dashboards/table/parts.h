/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h: the parts of a report about a comparison that a terminal, a letter and Markdown
 * have in common: its rows as a table, in groups of one metric, and the notes below.
 */
#ifndef FSDUEL_DASHBOARDS_TABLE_PARTS_H
#define FSDUEL_DASHBOARDS_TABLE_PARTS_H

#include "dashboards/table/table.h"

enum table_form { TABLE_PLAIN, TABLE_COLOURED, TABLE_LETTER, TABLE_MARKDOWN };

#define TABLE_LETTER_WIDTH 72

/*
 * Append rows of one metric and pass as a table. Where several roles decide, a line with
 * their cell's name and verdict stands above them; the total and roles in the background
 * come below them. In Markdown each row names its cell.
 */
void table_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr,
		enum table_form form);

/* The line "verdict: slower (3 cells: ...)", which scripts may read; nothing if none was judged. */
void table_verdict(struct buf *out, const struct comparison *c, bool colour);

/* Where the rows of the contrast of row from end. */
size_t table_contrast_end(const struct comparison *c, size_t from);

/*
 * The rows of one contrast (decides: only those that decide) by metric and pass, so that
 * the numbers of one column have one unit. *rows is freed by the caller. Returns their
 * number. table_group_end: where the group of row from ends.
 */
size_t table_groups(const struct comparison_row *of, size_t nr, bool decides,
		    const struct comparison_row ***rows);
size_t table_group_end(const struct comparison_row *const *rows, size_t nr, size_t from);

/* Append b, if it has text, in lines of at most TABLE_WIDTH, and release it. */
void table_say(struct buf *out, const char *first, struct buf *b);
/* A line for each sentence, folded, each with first before it. */
void table_sentences(struct buf *out, const char *first, const struct strv *list);
/* The notes of run.json: the limits of the mode, then the others. */
void table_notes(struct buf *out, const json_t *run);
/* Under a contrast's tables: waits for locks of its rows, and sentences that explain a change. */
void table_row_locks(struct buf *out, const struct comparison_row *rows, size_t nr);

#endif
