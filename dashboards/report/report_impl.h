/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_impl.h: the pieces of the page, for report.c (which puts them together),
 * report_head.c (what was found), report_rows.c (the table), report_forest.c (a row's
 * interval as a picture), report_notes.c (what to know about the data),
 * report_provenance.c (what was run on what), report_data.c and report_cell.c (JSON for
 * the script), report_series.c (values over time), report_costs.c (instructions) and
 * report_assets.c (style and script).
 */
#ifndef FSDUEL_DASHBOARDS_REPORT_IMPL_H
#define FSDUEL_DASHBOARDS_REPORT_IMPL_H

#include "dashboards/report/html.h"
#include "dashboards/report/report.h"

/* What a row is: its verdict or, where nothing was measured, why not. A row of report_states[]. */
struct report_state {
	const char *name; /* "slower", "failed" */
	const char *key;  /* in classes and data: one word */
	const char *sign; /* beside the word; so it is not told by colour alone */
	const char *help;
};
#define NR_REPORT_STATES 12u
#define REPORT_NONE 7u /* no verdict */
extern const struct report_state report_states[NR_REPORT_STATES];
unsigned report_state_of(const struct comparison_row *row);
/* Of the row's cell: its roles together. */
unsigned report_state_of_cell(const struct comparison_row *row);

/* Ratios from 1 / limit to limit fit into a row's picture, by their logarithms. */
struct report_scale {
	double limit;
};

struct page {
	const struct report *in;
	const json_t *run;                  /* run.json */
	const struct comparison_row **rows; /* of the table: those that decide */
	size_t nr_rows;
	bool contrasts, metrics;          /* several of them among the rows */
	bool limits;                      /* some row has an interval or a range */
	unsigned count[NR_REPORT_STATES]; /* of the rows */
	struct report_scale scale;
};

/* "10.67k", "1.25 ms" by the unit; "-17.7 %" with a true minus; "-18.2 to -17.1 %". */
void report_add_value(struct buf *b, const char *unit, double v);
void report_add_change(struct buf *b, double ratio);
void report_add_interval(struct buf *b, double low, double high);
/* "randrw" and, apart, "threads=8 bs=4k"; role: "" of the whole workload. */
void report_add_cell(struct buf *b, const char *workload, const char *varying, const char *role);

struct report_scale report_scale_for(const struct comparison_row *const *rows, size_t nr);
void report_add_axis(struct buf *b, struct report_scale scale);
void report_add_ends(struct buf *b, struct report_scale scale); /* "-17 % to +20 %" */
void report_add_forest(struct buf *b, struct report_scale scale, const struct comparison_row *row);
/* The interval to be shown, or the range over blocks where there is none; 0: neither. */
enum report_limits { LIMITS_NONE, LIMITS_RANGE, LIMITS_INTERVAL };
enum report_limits report_limits(const struct comparison_row *row, double *low, double *high);
/* The estimate that was judged, or the median of ratios; false: there is none. */
bool report_change(const struct comparison_row *row, double *ratio);

void report_add_head(struct buf *b, const struct page *p);
void report_add_table(struct buf *b, const struct page *p);
void report_add_notes(struct buf *b, const struct page *p);
void report_add_provenance(struct buf *b, const struct page *p);
void report_add_data(struct buf *b, const struct page *p);

/* report_cell.c: what the script draws of one cell; rows: all of it, nr of them. */
json_t *report_cell_json(const struct page *p, const struct comparison_row *rows, size_t nr);
json_t *report_number(bool there, double v);
/* report_costs.c: instructions an operation, or null where the row's cell has none. */
json_t *report_costs_json(const struct page *p, const struct comparison_row *row);
/* report_series.c: operations over time of both variants of the row's cell. */
json_t *report_series_json(const struct page *p, const struct comparison_row *row);

extern const unsigned char report_css[], report_js[];
extern const size_t report_css_len, report_js_len;
/* 'sha256-...' of data, as a Content-Security-Policy names it. */
void report_add_hash(struct buf *b, const unsigned char *data, size_t len);

#endif
