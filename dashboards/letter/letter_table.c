/* SPDX-License-Identifier: GPL-2.0-or-later */
/* letter_table.c: what was found, in a letter: sentence, deciding cells, why, what is missing. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/letter/letter_impl.h"
#include "dashboards/letter/markdown.h"
#include "dashboards/table/table_impl.h"

#define BECAUSE_MAX 3 /* sentences a contrast */
#define MISSING_MAX 6
#define NOTES_MAX 3

/* The rows of a contrast that decide; freed by the caller. */
static const struct comparison_row **deciding(const struct letter *l, size_t from, size_t to,
					      size_t *nr)
{
	const struct comparison_row **rows = xcalloc(to - from + 1, sizeof(*rows));

	*nr = 0;
	for (size_t i = from; i < to; i++)
		if (l->c->rows[i].j.decides)
			rows[(*nr)++] = &l->c->rows[i];
	return rows;
}

/* Whole cells: "broken: randrw threads=8, in 6 of 6 blocks: ..." */
static void add_cells(struct letter *l, const char *label, struct strv *cells)
{
	for (size_t i = 0; i < cells->n && i < MISSING_MAX; i++)
		letter_item(l, label, cells->v[i]);
	if (cells->n > MISSING_MAX) {
		char *more = xasprintf("%zu more: fsduel compare DIR", cells->n - MISSING_MAX);

		letter_item(l, label, more);
		free(more);
	}
	if (cells->n)
		letter_gap(l);
	strv_release(cells);
}

static void add_ended(struct letter *l, const char *contrast, enum cell_end end)
{
	struct strv cells = STRV_INIT;

	table_list_ended(&cells, l->c, contrast, end);
	add_cells(l, end == END_BROKEN ? "broken" : "repaired", &cells);
}

static void add_mixed(struct letter *l, const char *contrast)
{
	struct strv cells = STRV_INIT;

	table_list_mixed(&cells, l->c, contrast);
	add_cells(l, "mixed", &cells);
}

static void add_headline(struct letter *l, const struct comparison_row *row)
{
	const struct headline *h = table_headline(l->c, row->contrast);
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s against %s: ", row->patched, row->baseline);
	if (h)
		table_add_summary(&b, l->c, h);
	buf_addc(&b, '.');
	letter_say(l, buf_str(&b));
	letter_gap(l);
	add_ended(l, row->contrast, END_BROKEN);
	add_mixed(l, row->contrast);
	add_ended(l, row->contrast, END_REPAIRED);
	buf_release(&b);
}

static void grid_add_buf(struct grid *g, struct buf *b)
{
	grid_add(g, buf_str(b));
	buf_reset(b);
}

static void add_grid(struct letter *l, const struct comparison_row *const *rows, size_t nr)
{
	enum { CHANGE = 3, VERDICT = 4 };
	static const struct grid_column columns[] = {
		{ "cell", 0, 16 },   { "baseline", 1, 0 }, { "patched", 1, 0 },
		{ "change", 0, 14 }, { "verdict", 0, 8 },
	};
	struct table_line *lines = xcalloc(2 * nr, sizeof(*lines));
	struct buf b = BUF_INIT;
	struct grid g;

	grid_init(&g, columns, sizeof(columns) / sizeof(columns[0]));
	g.early = 1u << CHANGE | 1u << VERDICT;
	nr = table_lines(lines, rows, nr);
	for (size_t i = 0; i < nr; i++) {
		const struct comparison_row *row = lines[i].row;

		table_add_line_name(&b, &lines[i]);
		grid_add_buf(&g, &b);
		for (int side = 0; side < 2; side++) {
			if (!lines[i].head)
				table_add_number(&b, row,
						 side ? row->patched_median : row->baseline_median);
			grid_add_buf(&g, &b);
		}
		if (!lines[i].head)
			table_add_change_within(&b, row);
		grid_add_buf(&g, &b);
		table_add_line_verdict(&b, &lines[i]);
		grid_add_buf(&g, &b);
	}
	grid_write(&l->out, &g, 2, LETTER_WIDTH);
	grid_release(&g);
	buf_release(&b);
	free(lines);
}

/* A table for each metric among the deciding rows. */
static void add_tables(struct letter *l, const struct comparison_row *const *rows, size_t nr)
{
	for (size_t i = 0, end; i < nr; i = end) {
		struct buf title = BUF_INIT;

		for (end = i + 1; end < nr && !strcmp(rows[end]->metric, rows[i]->metric); end++)
			;
		table_add_title(&title, rows[i]);
		buf_addc(&title, ':');
		letter_say(l, buf_str(&title));
		letter_gap(l);
		if (l->style == LETTER_MARKDOWN)
			markdown_add_rows(&l->out, &rows[i], end - i);
		else
			add_grid(l, &rows[i], end - i);
		letter_gap(l);
		buf_release(&title);
	}
}

static int by_metric(const void *a, const void *b)
{
	const struct comparison_row *x = *(const struct comparison_row *const *)a;
	const struct comparison_row *y = *(const struct comparison_row *const *)b;
	int order = strcmp(x->metric, y->metric);

	return order ? order : (x > y) - (x < y);
}

void letter_add_contrast(struct letter *l, size_t from, size_t to)
{
	size_t nr;
	const struct comparison_row **rows = deciding(l, from, to, &nr);

	add_headline(l, &l->c->rows[from]);
	qsort(rows, nr, sizeof(*rows), by_metric);
	add_tables(l, rows, nr);
	free(rows);
}

/* --- why, and what is missing ------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
	const struct comparison_row *x = *(const struct comparison_row *const *)a;
	const struct comparison_row *y = *(const struct comparison_row *const *)b;
	double dx = fabs(log(x->j.change)), dy = fabs(log(y->j.change));

	return dx != dy ? (dx < dy ? 1 : -1) : (x > y) - (x < y);
}

/* What explains the largest changes; that of a mix is a total's. */
static void add_becauses(struct letter *l, size_t from, size_t to)
{
	const struct comparison_row **rows = xcalloc(to - from + 1, sizeof(*rows));
	struct buf b = BUF_INIT;
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		if (l->c->rows[i].because && l->c->rows[i].j.has_change)
			rows[n++] = &l->c->rows[i];
	qsort(rows, n, sizeof(*rows), by_size);
	for (size_t i = 0; i < n && i < BECAUSE_MAX; i++) {
		table_add_because(&b, rows[i]);
		buf_adds(&b, rows[i]->because);
		letter_item(l, "", buf_str(&b));
		buf_reset(&b);
	}
	if (n > BECAUSE_MAX) {
		buf_addf(&b, "%zu more: fsduel compare DIR", n - BECAUSE_MAX);
		letter_item(l, "", buf_str(&b));
	}
	if (n)
		letter_gap(l);
	buf_release(&b);
	free(rows);
}

static void add_first(struct letter *l, const struct strv *texts, size_t max, const char *rest)
{
	for (size_t i = 0; i < texts->n && i < max; i++)
		letter_item(l, "", texts->v[i]);
	if (texts->n > max) {
		char *more = xasprintf("and %zu more: %s", texts->n - max, rest);

		letter_item(l, "", more);
		free(more);
	}
}

static void add_missing(struct letter *l, size_t from)
{
	struct strv texts = STRV_INIT;

	table_list_gaps(&texts, l->c, &l->c->rows[from]);
	if (texts.n) {
		letter_say(l, "Not measured on both sides:");
		if (l->style == LETTER_MARKDOWN)
			letter_gap(l);
		add_first(l, &texts, MISSING_MAX, "fsduel compare DIR");
		letter_gap(l);
	}
	strv_release(&texts);
}

void letter_add_reasons(struct letter *l, size_t from, size_t to)
{
	add_becauses(l, from, to);
	add_missing(l, from);
}

/* --- how to read it ----------------------------------------------------------------------- */

/* "2 %" where all deciding rows have one margin, else nothing. */
static void add_margin(struct buf *b, const struct comparison *c)
{
	double margin = 0;

	for (size_t i = 0; i < c->nr_rows; i++) {
		if (!c->rows[i].j.decides)
			continue;
		if (margin > 0 && c->rows[i].j.margin != margin)
			return;
		margin = c->rows[i].j.margin;
	}
	if (margin > 0)
		buf_addf(b, "; up to %.3g %% is the same", margin * 100);
}

static bool any(const struct comparison *c, bool (*is)(const struct comparison_row *row))
{
	for (size_t i = 0; i < c->nr_rows; i++)
		if (c->rows[i].j.decides && is(&c->rows[i]))
			return true;
	return false;
}

static bool has_interval(const struct comparison_row *row)
{
	return row->j.i95.exists;
}

static bool has_range(const struct comparison_row *row)
{
	return row->has_ratio && row->pairs > 1 && !row->j.i95.exists && row->mark != MARK_EQUAL;
}

static bool has_more(const struct comparison_row *row)
{
	return row->j.r.more_blocks > 0;
}

void letter_add_reading(struct letter *l)
{
	const struct comparison *c = l->c;
	const char *note = letter_text(l->run, "mode_note");
	struct buf b = BUF_INIT;

	if (c->nr_rows)
		buf_addf(&b, "%u %sblock%s; change: estimate of patched / baseline",
			 c->rows[0].planned, c->paired ? "paired " : "",
			 c->rows[0].planned == 1 ? "" : "s");
	if (any(c, has_interval))
		buf_adds(&b, " (95 % interval)");
	if (any(c, has_range))
		buf_adds(&b, " [range over blocks]");
	buf_addf(&b, "; slower, faster: at %.2g %% for all cells together", c->alpha * 100);
	add_margin(&b, c);
	if (any(c, has_more))
		buf_adds(&b, "; unsure (+n): about n more blocks may settle it");
	buf_addc(&b, '.');
	if (c->nr_rows)
		letter_say(l, buf_str(&b));
	if (note) {
		buf_reset(&b);
		buf_addf(&b, "Mode %s: %s", letter_text(l->run, "mode"), note);
		letter_say(l, buf_str(&b));
	}
	letter_gap(l);
	add_first(l, &c->warnings, NOTES_MAX, "fsduel compare DIR");
	letter_gap(l);
	buf_release(&b);
}
