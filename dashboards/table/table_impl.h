/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_impl.h: the pieces of the terminal report, for table.c (which puts them
 * together), table_rows.c (rows and columns), table_words.c (what stands in them),
 * table_verdict.c (what was found), locks_table.c (waits for locks) and table_text.c
 * (the other sentences); and for who writes the same words elsewhere.
 */
#ifndef FSDUEL_DASHBOARDS_TABLE_IMPL_H
#define FSDUEL_DASHBOARDS_TABLE_IMPL_H

#include "dashboards/table/table.h"

/* "randrw threads=8 bs=4k" from a workload and its varying parameters. */
void table_add_cell(struct buf *b, const char *workload, const char *varying);

/* "-3.1" and, if asked, " %"; "x1234" where that reads better. */
void table_add_change(struct buf *b, double ratio, bool unit);

/*
 * table_words.c: one place of a row: a median, "-3.1 %" or what stands for it, the 95 %
 * interval or the range over blocks (the other of which is "-"), "unsure (+3)" or "failed".
 */
void table_add_number(struct buf *b, const struct comparison_row *row, double v);
void table_add_estimate(struct buf *b, const struct comparison_row *row);
void table_add_interval(struct buf *b, const struct comparison_row *row);
void table_add_range(struct buf *b, const struct comparison_row *row);
void table_add_ruling(struct buf *b, const struct comparison_row *row);

/*
 * table_lines.c: rows as the lines of a table. Where several roles decide, a line of their
 * cell stands above them, with its name and verdict and no figures; what else there is of
 * the cell (the total, roles in the background) comes below and decides nothing.
 */
struct table_line {
	const struct comparison_row *row;
	bool head;   /* of a cell whose roles follow; row is one of them */
	bool inside; /* of a role or a total: the cell's name stands above */
};
/* Room for 2 * nr lines. Returns how many there are. */
size_t table_lines(struct table_line *out, const struct comparison_row *const *rows, size_t nr);
void table_add_line_name(struct buf *b, const struct table_line *l);
void table_add_line_verdict(struct buf *b, const struct table_line *l);

/*
 * What is to be said of whole cells: "randrw threads=8: dio_read +3.1 %, dio_overwrite
 * -2.0 %" of the mixed ones; "randrw threads=8, in 2 of 6 blocks: " and the kernel's line
 * of those where it broke on one side.
 */
void table_list_mixed(struct strv *lines, const struct comparison *c, const char *contrast);
void table_list_ended(struct strv *lines, const struct comparison *c, const char *contrast,
		      enum cell_end end);

/* "randrw threads=8 dio_read -3.1 %" */
void table_add_extreme(struct buf *b, const struct headline_cell *cell);
/* What the mean leaves out, a clause, or nothing. */
void table_add_left_out(struct buf *b, const struct headline *h);

/* "-3.1 % (-3.9..-2.3)": estimate and 95 % interval, or "[range over blocks]", if there is one. */
void table_add_change_within(struct buf *b, const struct comparison_row *row);

/* "slower in 2 of 6 cells, unsure in 4; geometric mean -9.8 % (...)": a contrast in one clause. */
void table_add_summary(struct buf *b, const struct comparison *c, const struct headline *h);

/* " (2 not measured)", where cells of the contrast have no pair at all: they count as unsure. */
void table_add_empty(struct buf *b, const struct comparison *c, const char *contrast);

/* A contrast's headline, or NULL. */
const struct headline *table_headline(const struct comparison *c, const char *contrast);

/* What a terminal is told before and after a word to show it in its verdict's colour; may be "". */
struct ink {
	const char *begin, *end;
};
struct ink table_ink(enum verdict v, bool colour);

/* table_verdict.c: the line for scripts, a contrast in three lines, what is odd, how to read it. */
void table_add_verdict(struct buf *out, const struct comparison *c, bool colour);
void table_add_headline(struct buf *out, const struct comparison *c, const char *contrast);
void table_add_warnings(struct buf *out, const struct comparison *c);
void table_add_legend(struct buf *out, const struct comparison *c);

/* table.c: where the rows of a contrast end; add for each metric and pass among nr of them. */
size_t table_contrast_end(const struct comparison *c, size_t from);
void table_each_group(const struct comparison_row *rows, size_t nr,
		      void (*add)(struct buf *, const struct comparison_row *const *, size_t),
		      struct buf *out);

/* "ops_per_s in 1/s, higher is better" */
void table_add_title(struct buf *b, const struct comparison_row *row);

/* Title, column heads and lines of these rows, which share contrast, pass and metric. */
void table_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr,
		    bool colour);

/* locks_table.c: waits for locks of each deciding row that was watched, what they explain. */
void table_add_locks(struct buf *out, const struct comparison_row *rows, size_t nr);
/* "in part because: ", as far as the row's sentence is one about that. */
void table_add_because(struct buf *b, const struct comparison_row *row);
void table_add_lock_notes(struct buf *out, const struct comparison *c);

/* What was found, which variants, kernels and mode: the lines above a contrast's tables. */
void table_add_heading(struct buf *out, const struct comparison *c,
		       const struct comparison_row *row, const json_t *run);

/* "6.12.0, image 3f2a9c81d0ab, ext4 mount default" of a variant. */
void table_add_variant(struct buf *b, const json_t *run, const char *variant);

/* What is missing in this contrast and why, and options that had no effect. rows: all it shows. */
void table_add_missing(struct buf *out, const struct comparison *c,
		       const struct comparison_row *rows, size_t nr);
/*
 * The same sentences one by one: the gaps of row's contrast, one a cell and reason; and why
 * else a place of rows is "-". The former returns the number of gaps.
 */
size_t table_list_gaps(struct strv *lines, const struct comparison *c,
		       const struct comparison_row *row);
void table_list_rest(struct strv *rest, const struct strv *gaps, const struct comparison_row *rows,
		     size_t nr);
void table_add_effective(struct buf *out, const struct comparison_row *row, const json_t *run);

/* How many cell runs something disturbed, if any: they are in the tables. */
void table_add_marks(struct buf *out, const struct results *r);

/* What holds for the whole run: what the mode cannot show, notes. */
void table_add_notes(struct buf *out, const json_t *run);

#endif
