/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_impl.h: the pieces of the page. report.c puts them together: report_head.c (what was
 * found), report_table.c (the table), report_about.c (what was run on what), report_data.c and
 * report_series.c (the JSON for the script). report_words.c stands below them.
 */
#ifndef FSDUEL_DASHBOARDS_REPORT_IMPL_H
#define FSDUEL_DASHBOARDS_REPORT_IMPL_H

#include "dashboards/report/html.h"
#include "dashboards/report/report.h"

/* The state of a row: its verdict or, where nothing was measured, the reason. */
struct report_state {
	const char *name; /* "slower", "failed" */
	const char *key;  /* in classes and data: one word */
	const char *sign; /* beside the word; so it is not told by colour alone */
	const char *help;
};
#define NR_REPORT_STATES 12u
#define REPORT_NONE 7u /* no verdict */
extern const struct report_state report_states[NR_REPORT_STATES];
unsigned report_state_of_verdict(enum verdict v);
unsigned report_state_of(const struct comparison_row *row);
/* Of the row's cell: its roles together. */
unsigned report_state_of_cell(const struct comparison_row *row);

struct page {
	const struct report *in;
	const json_t *run;                  /* run.json */
	const struct comparison_row **rows; /* of the table: those that decide */
	size_t nr_rows;
	bool contrasts, metrics; /* several of them among the rows */
	bool limits;             /* some row has an interval or a range */
};

/* Its sign and its word. */
void report_add_state(struct buf *b, const struct report_state *s);
/* As words_change, with a true minus and a blank that does not break; "-18.2 to -17.1 %". */
void report_add_change(struct buf *b, double ratio, bool unit);
void report_add_interval(struct buf *b, double low, double high);
/* "randrw" and, apart, "threads=8 bs=4k"; role: "" of the whole workload. */
void report_add_cell(struct buf *b, const char *workload, const char *varying, const char *role);

/* The interval to be shown, or the range over blocks where there is none; 0: neither. */
enum report_limits { LIMITS_NONE, LIMITS_RANGE, LIMITS_INTERVAL };
enum report_limits report_limits(const struct comparison_row *row, double *low, double *high);
/* The estimate that was judged, or the median of ratios; false: there is none. */
bool report_change(const struct comparison_row *row, double *ratio);

void report_add_head(struct buf *b, const struct page *p);
void report_add_table(struct buf *b, const struct page *p);
void report_add_provenance(struct buf *b, const struct page *p);
void report_add_data(struct buf *b, const struct page *p);

/* The cell's operations over time of both variants; a new reference, as the script draws it. */
json_t *report_series_json(const struct page *p, const struct comparison_row *row);

#endif
