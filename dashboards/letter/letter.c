/* SPDX-License-Identifier: GPL-2.0-or-later */
/* letter.c: the order of a letter, and the findings of each contrast in it; see letter.h. */
#include "dashboards/letter/letter.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/letter/letter_impl.h"
#include "dashboards/table/table.h"
#include "dashboards/words/words.h"

#define BECAUSE_MAX 3 /* sentences a contrast */
#define MISSING_MAX 6
#define NOTES_MAX 3
#define CHART_WIDTH (LETTER_WIDTH - 2) /* letter_code's indent */

/* --- a contrast ------------------------------------------------------------------------------- */

static void add_headline(struct letter *l, const struct comparison_row *row)
{
	const struct headline *h = words_headline(l->c, row->contrast);
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s against %s: ", row->patched, row->baseline);
	if (h)
		words_summary(&b, l->c, h);
	buf_addc(&b, '.');
	letter_say(l, buf_str(&b));
	letter_gap(l);
	buf_release(&b);
	for (const enum verdict *v = words_cells_shown; *v; v++) {
		struct strv cells = STRV_INIT;

		words_cells(&cells, l->c, row->contrast, *v);
		letter_items(l, verdict_names[*v], &cells, MISSING_MAX);
		strv_release(&cells);
	}
}

static bool is_point(const struct comparison_row *row, const char *contrast)
{
	return row->j.decides && row->j.has_change && !strcmp(row->contrast, contrast) &&
	       (!strncmp(row->varying, "threads=", 8) || strstr(row->varying, ";threads="));
}

/* The workload with most cells that differ in threads, the first of them; NULL: none has two. */
static const char *choose_chart(const struct comparison *c, const char *contrast)
{
	const char *best = NULL;
	size_t most = 1;

	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		size_t points = 0;

		for (end = i; end < c->nr_rows; end++) {
			if (strcmp(c->rows[end].workload, c->rows[i].workload))
				break;
			points += is_point(&c->rows[end], contrast);
		}
		if (points > most) {
			most = points;
			best = c->rows[i].workload;
		}
	}
	return best;
}

static void add_chart(struct letter *l, const struct plot_source *s, const char *contrast)
{
	const char *workload = choose_chart(l->c, contrast);
	struct buf chart = BUF_INIT;

	if (workload)
		plot_change_text(&chart, s, contrast, workload, CHART_WIDTH);
	if (chart.len) {
		letter_code(l, buf_str(&chart));
		letter_gap(l);
	}
	buf_release(&chart);
}

static int by_size(const void *a, const void *b)
{
	const struct comparison_row *x = *(const struct comparison_row *const *)a;
	const struct comparison_row *y = *(const struct comparison_row *const *)b;
	double dx = fabs(log(x->j.change)), dy = fabs(log(y->j.change));

	return dx != dy ? (dx < dy ? 1 : -1) : (x > y) - (x < y);
}

/* The sentences that explain the largest changes; that of a mix is a total's. */
static void add_becauses(struct letter *l, size_t from, size_t to)
{
	const struct comparison_row **rows = xcalloc(to - from + 1, sizeof(*rows));
	struct strv texts = STRV_INIT;
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		if (l->c->rows[i].because && l->c->rows[i].j.has_change)
			rows[n++] = &l->c->rows[i];
	qsort(rows, n, sizeof(*rows), by_size);
	for (size_t i = 0; i < n; i++) {
		struct buf b = BUF_INIT;

		words_because(&b, rows[i]);
		strv_addf(&texts, "%s%s", buf_str(&b), rows[i]->because);
		buf_release(&b);
	}
	letter_items(l, "", &texts, BECAUSE_MAX);
	strv_release(&texts);
	free(rows);
}

static void add_missing(struct letter *l, size_t from)
{
	struct strv texts = STRV_INIT;

	words_gaps(&texts, l->c, &l->c->rows[from]);
	if (texts.n) {
		letter_say(l, "Not measured on both sides:");
		if (l->style == LETTER_MARKDOWN)
			letter_gap(l);
	}
	letter_items(l, "", &texts, MISSING_MAX);
	strv_release(&texts);
}

/* --- how to read it --------------------------------------------------------------------------- */

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

/* The meaning of the figures, and the warnings about them. */
static void add_reading(struct letter *l)
{
	const struct comparison *c = l->c;
	const char *note = words_text(l->run, "mode_note");
	bool intervals = false, ranges = false, more = false;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		if (!row->j.decides)
			continue;
		intervals |= row->j.i95.exists;
		ranges |= row->has_ratio && row->pairs > 1 && !row->j.i95.exists &&
			  row->mark != MARK_EQUAL;
		more |= row->j.r.more_blocks > 0;
	}
	if (c->nr_rows) {
		buf_addf(&b, "%u %sblock%s; change: estimate of patched / baseline%s%s",
			 c->rows[0].planned, c->paired ? "paired " : "",
			 c->rows[0].planned == 1 ? "" : "s", intervals ? " (95 % interval)" : "",
			 ranges ? " [range over blocks]" : "");
		buf_addf(&b, "; slower, faster: at %.2g %% for all cells together", c->alpha * 100);
		add_margin(&b, c);
		buf_adds(&b, more ? "; unsure (+n): about n more blocks may settle it." : ".");
		letter_say(l, buf_str(&b));
	}
	if (note) {
		buf_reset(&b);
		buf_addf(&b, "Mode %s: %s", words_text(l->run, "mode"), note);
		letter_say(l, buf_str(&b));
	}
	letter_gap(l);
	letter_items(l, "", &c->warnings, NOTES_MAX);
	buf_release(&b);
}

static void find_variants(struct letter *l)
{
	for (size_t i = 0; i < l->c->nr_rows; i++) {
		const char *const sides[] = { l->c->rows[i].baseline, l->c->rows[i].patched };

		for (int k = 0; k < 2; k++)
			if (strv_find(&l->variants, sides[k]) < 0)
				strv_add(&l->variants, sides[k]);
	}
}

void letter_write(struct buf *out, const struct plot_source *s, enum letter_style style)
{
	struct letter l = { .style = style, .c = s->c, .run = results_run(s->r) };

	find_variants(&l);
	for (size_t i = 0, end; i < l.c->nr_rows; i = end) {
		end = table_contrast_end(l.c, i);
		add_headline(&l, &l.c->rows[i]);
		table_metrics(&l.out, &l.c->rows[i], end - i,
			      style == LETTER_MARKDOWN ? TABLE_MARKDOWN : TABLE_LETTER);
		letter_gap(&l);
		add_chart(&l, s, l.c->rows[i].contrast);
		add_becauses(&l, i, end);
		add_missing(&l, i);
	}
	if (!l.c->nr_rows)
		letter_say(&l, "There is nothing to compare: the suite has no contrast.");
	add_reading(&l);
	letter_add_facts(&l);
	letter_add_again(&l);
	letter_page(out, &l);
	strv_release(&l.variants);
	buf_release(&l.out);
}
