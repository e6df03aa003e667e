/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_forest.c: the picture of all changes, a row a deciding row of the comparison; above
 * it, in words, the cells that are mixed or broken; see plot_impl.h.
 */
#include <string.h>

#include "dashboards/plot/plot_impl.h"
#include "dashboards/words/words.h"

#define FINDING_WIDTH 42
#define HEAD_WIDTH 96
#define HEADS_MAX 3 /* mixed or broken cells that a picture names above */

/* The line that says which two variants: below the title of every picture of a contrast. */
static void head_contrast(struct plot_set *t, const struct comparison_row *row)
{
	plot_head(t, "%s: %s against %s", row->contrast, row->patched, row->baseline);
}

static void add_percent(struct buf *b, double ratio)
{
	if (ratio >= 10)
		buf_addf(b, "x%.0f", ratio);
	else
		buf_addf(b, "%+.1f", 100 * (ratio - 1));
}

/* "slower  -6.0 % (-6.3..-5.7)", or why there is nothing; brief: without what is in parentheses. */
static void add_finding(struct buf *b, const struct comparison_row *row, bool brief)
{
	bool i95 = row->j.i95.exists;

	if (row->j.r.verdict == VERDICT_BROKEN || row->j.r.verdict == VERDICT_REPAIRED) {
		buf_adds(b, verdict_names[row->j.r.verdict]);
		if (!brief)
			buf_addf(b, ", in %u of %u blocks", row->cell->end_blocks,
				 row->cell->end_of);
	} else if (!row->pairs) {
		buf_addf(b, "not measured%s%s", brief || !row->reason ? "" : ": ",
			 brief || !row->reason ? "" : row->reason);
	} else if (row->j.zero != ZERO_NONE) {
		buf_addf(b, "%s  %s", verdict_names[row->j.r.verdict], zero_names[row->j.zero]);
	} else if (!row->has_ratio) {
		buf_addf(b, "no ratio: %s", row->no_ratio ? row->no_ratio : "");
	} else {
		double change = row->j.has_change ? row->j.change : row->ratio_median;

		buf_addf(b, "%s%s", verdict_names[row->j.r.verdict], row->j.r.verdict ? "  " : "");
		if (row->cell && row->cell->verdict == VERDICT_MIXED && !brief)
			buf_adds(b, "(mixed)  ");
		add_percent(b, change);
		buf_adds(b, change >= 10 ? "" : " %");
		if (row->pairs > 1 && !brief) {
			buf_adds(b, " (");
			add_percent(b, i95 ? row->j.i95.low : row->ratio_min);
			buf_adds(b, "..");
			add_percent(b, i95 ? row->j.i95.high : row->ratio_max);
			buf_addc(b, ')');
		}
		if (row->pairs < row->planned && !brief)
			buf_addf(b, ", %u of %u", row->pairs, row->planned);
	}
}

static void forest_row(struct plot_table *table, const struct comparison_row *row, bool metric,
		       bool brief, unsigned *y)
{
	struct buf label = BUF_INIT, text = BUF_INIT, cut = BUF_INIT;
	struct plot_row r;

	plot_add_cell(&label, row);
	if (metric)
		buf_addf(&label, ": %s, %s is better", row->metric, row->better);
	add_finding(&text, row, brief);
	plot_add_cut(&cut, buf_str(&text), FINDING_WIDTH);
	plot_row(table, &r, *y, buf_str(&label));
	plot_text(table, buf_str(&cut));
	plot_number_if(table, row->has_ratio,
		       row->j.has_change ? row->j.change : row->ratio_median);
	plot_number_if(table, row->j.i95.exists, row->j.i95.low);
	plot_number_if(table, row->j.i95.exists, row->j.i95.high);
	plot_number_if(table, row->has_ratio, row->ratio_min);
	plot_number_if(table, row->has_ratio, row->ratio_max);
	plot_number_if(table, row->j.done, row->j.margin);
	plot_text(table, verdict_names[row->j.r.verdict]);
	plot_row_end(table, &r, y);
	buf_release(&label);
	buf_release(&text);
	buf_release(&cut);
}

static void head_lines(struct plot_set *t, const char *what, struct strv *lines)
{
	for (size_t i = 0; i < lines->n && i < HEADS_MAX; i++) {
		struct buf cut = BUF_INIT;

		plot_add_cut(&cut, lines->v[i], HEAD_WIDTH);
		plot_head(t, "%s: %s", what, buf_str(&cut));
		buf_release(&cut);
	}
	if (lines->n > HEADS_MAX)
		plot_head(t, "and %zu more %s cells", lines->n - HEADS_MAX, what);
	strv_release(lines);
}

/* The broken and the mixed cells in words, as many as there is room for. */
static void head_cells(struct plot_set *t, const struct comparison *c, const char *contrast)
{
	struct strv broken = STRV_INIT, mixed = STRV_INIT;

	words_cells(&broken, c, contrast, VERDICT_BROKEN);
	words_cells(&mixed, c, contrast, VERDICT_MIXED);
	head_lines(t, "broken", &broken);
	head_lines(t, "mixed", &mixed);
}

PLOT_FILL(forest)
{
	const struct comparison_row *first = plot_first(s, q);
	struct plot_table *table;
	struct buf metric = BUF_INIT;
	bool several = false, ranges = false, any = false, ended = false;
	unsigned y = 1;

	(void)e;
	for (size_t i = 0; i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (!plot_decides(row) || !plot_wants(s, q, row))
			continue;
		several |= strcmp(row->metric, first->metric) != 0;
		ranges |= row->has_ratio && !row->j.i95.exists;
		any |= row->has_ratio || row->j.zero != ZERO_NONE;
		ended |= row->cell && row->cell->end != END_NONE;
	}
	if (!any) {
		*why = xstrdup(first ? "no cell has a valid pair" : "there is nothing to compare");
		return 0;
	}
	table = plot_table(t, "y,label,text,change,change_low95,change_high95,ratio_min,ratio_max,"
			      "margin,verdict");
	for (size_t i = 0; i < s->c->nr_rows; i++)
		if (plot_decides(&s->c->rows[i]) && plot_wants(s, q, &s->c->rows[i]))
			forest_row(table, &s->c->rows[i], several, t->ascii, &y);
	plot_add_metric(&metric, first);
	plot_head(t, "Change of %s", several ? "the primary metrics" : buf_str(&metric));
	head_contrast(t, first);
	head_cells(t, s->c, first->contrast);
	plot_head(t, "bars: 95 %% intervals%s; band: margin, within it is the same",
		  ranges ? ", dotted: range over blocks" : "");
	plot_set_number(t, "rows", y - 1);
	if (ended)
		plot_set_number(t, "ended", 1);
	buf_release(&metric);
	return 0;
}
