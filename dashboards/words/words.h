/* SPDX-License-Identifier: GPL-2.0-or-later */
/* words.h: equal words in all dashboards, appended to b or lines. A missing number is "-". */
#ifndef FSDUEL_DASHBOARDS_WORDS_H
#define FSDUEL_DASHBOARDS_WORDS_H

#include "analysis/compare/compare.h"
#include "lib/buf.h"

/* --- one place: words.c ---------------------------------------------------------------------- */

/* "randrw threads=8 bs=4k" from a workload and its varying parameters. */
void words_cell(struct buf *b, const char *workload, const char *varying);
/* The same of a row, and the role where it is not of the whole workload, or "path". */
void words_cell_role(struct buf *b, const struct comparison_row *row);
/* "10.71k"; of the unit ns "1.25 ms". */
void words_value(struct buf *b, const char *unit, double v);
/* "-3.1" and, if asked, " %"; "x1234" where that reads better. */
void words_change(struct buf *b, double ratio, bool unit);
/* "-3.9..-2.3" and, if asked, " %" */
void words_limits(struct buf *b, double low, double high, bool unit);

/* Of a row: a median of a side. */
void words_median(struct buf *b, const struct comparison_row *row, bool patched);
/* "-3.1 % (-3.9..-2.3)": the change that was judged, else the median of ratios; its 95 % interval
 * or, in brackets, the range over blocks, if there is one. */
void words_change_within(struct buf *b, const struct comparison_row *row);
/* "unsure (+3)", "(slower)" of a row that decides nothing, "failed" without any pair. */
void words_ruling(struct buf *b, const struct comparison_row *row);
/* "ops_per_s in 1/s, higher is better": the title above rows of one metric. */
void words_title(struct buf *b, const struct comparison_row *row);
/* "in part because: ", as far as the row's sentence explains its change. */
void words_because(struct buf *b, const struct comparison_row *row);

/* A terminal's escape sequence for the colour of a verdict; "": it has none. */
const char *words_colour(enum verdict v);

/* Texts of run.json: object[key], or NULL; run[list][name], or NULL. */
const char *words_text(const json_t *object, const char *key);
const json_t *words_entry(const json_t *run, const char *list, const char *name);

#define WORDS_SHA 12 /* characters of a checksum that are shown */
/* ", image 3f2a9c81d0ab", or by its build id; false and nothing where neither is known. */
bool words_image(struct buf *b, const json_t *kernel);
/* "6.12.0, image 3f2a9c81d0ab, ext4 mount default" of a variant. */
void words_variant(struct buf *b, const json_t *run, const char *variant);

/* --- whole cells and contrasts: sentences.c --------------------------------------------------- */

/* "2 slower, 4 unsure"; returns their sum. */
unsigned words_counts(struct buf *b, const unsigned nr[NR_VERDICTS]);
/* "randrw threads=8 dio_read -3.1 %" */
void words_extreme(struct buf *b, const struct headline_cell *cell);
/* The clause about deciding rows that the mean leaves out, or nothing. */
void words_left_out(struct buf *b, const struct headline_mean *m);
/* "geometric mean +0.2 %, of the paths -0.1 %, + is better", with limits behind that text; or
 * nothing. A path that got shorter is +. */
void words_mean(struct buf *b, const struct headline *h, const char *before_limits);
/* " (2 not measured)", where cells of the contrast have no pair at all: they count as unsure. */
void words_empty(struct buf *b, const struct comparison *c, const char *contrast);
/* "slower in 2 of 6 cells, unsure in 4; geometric mean -9.8 % (...)": a contrast in one clause. */
void words_summary(struct buf *b, const struct comparison *c, const struct headline *h);

/* A contrast's headline, or NULL. */
const struct headline *words_headline(const struct comparison *c, const char *contrast);

/* A line for each cell of that verdict: "randrw threads=8: dio_read +3.1 %, dio_overwrite -2.0 %",
 * or, of a broken or repaired one, "randrw threads=8, in 2 of 6 blocks: " and the kernel's line. */
void words_cells(struct strv *lines, const struct comparison *c, const char *contrast,
		 enum verdict v);
/* Those three, in the order in which they are shown; ends with NONE. */
extern const enum verdict words_cells_shown[];

/* Why numbers are missing, a line a cell and reason. Returns the gaps of row's contrast. */
size_t words_gaps(struct strv *lines, const struct comparison *c, const struct comparison_row *row);

#endif
