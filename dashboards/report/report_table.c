/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_table.c: the table of verdicts, one row a deciding row of the comparison, and the
 * place of the controls above it. It is whole without scripts, which add sorting, filtering,
 * details and a picture of each change. ARIA roles are written out: a phone's layout takes them
 * away.
 */
#include <string.h>

#include "dashboards/report/report_impl.h"
#include "dashboards/words/words.h"

static void write_verdict(struct buf *b, const struct comparison_row *row)
{
	const struct report_state *s = &report_states[report_state_of(row)];

	html_addf(b, "<span class=\"verdict v-%s\">", s->key);
	report_add_state(b, s);
	buf_adds(b, "</span>");
	if (row->j.r.verdict == VERDICT_SAME && row->j.r.fact)
		buf_adds(b, "<span class=\"aside\">identical</span>");
	else if (row->j.r.verdict == VERDICT_SAME && row->j.r.significant)
		buf_adds(b, "<span class=\"aside\">surely not equal</span>");
	else if (row->j.r.more_blocks)
		buf_addf(b, "<span class=\"aside\">+%u blocks</span>", row->j.r.more_blocks);
	if (row->cell->verdict == VERDICT_MIXED)
		buf_adds(b, "<span class=\"aside\">of a mixed cell</span>");
}

static void write_cell(struct buf *b, const struct comparison_row *row)
{
	buf_adds(b, "<span class=\"name\">");
	report_add_cell(b, row->workload, row->varying, row->whole ? "" : row->role);
	buf_adds(b, "</span>");
}

static void write_contrast(struct buf *b, const struct comparison_row *row)
{
	html_add(b, row->contrast);
}

static void write_metric(struct buf *b, const struct comparison_row *row)
{
	html_addf(b, "%s<span class=\"aside\">%s, %s is better</span>", row->metric, row->unit,
		  row->better);
}

static void write_baseline(struct buf *b, const struct comparison_row *row)
{
	if (row->pairs)
		words_value(b, row->unit, row->baseline_median);
}

static void write_patched(struct buf *b, const struct comparison_row *row)
{
	if (row->pairs)
		words_value(b, row->unit, row->patched_median);
}

static void write_change(struct buf *b, const struct comparison_row *row)
{
	double change;

	if (row->mark == MARK_EQUAL)
		buf_addc(b, '=');
	else if (row->j.zero != ZERO_NONE)
		buf_adds(b, zero_names[row->j.zero]);
	else if (report_change(row, &change))
		report_add_change(b, change, true);
}

static void write_interval(struct buf *b, const struct comparison_row *row)
{
	double low, high;
	enum report_limits limits = report_limits(row, &low, &high);

	if (row->mark == MARK_EQUAL || limits == LIMITS_NONE)
		return;
	if (limits == LIMITS_RANGE)
		buf_adds(b,
			 "<span class=\"range-text\" title=\"range over blocks: they are too few "
			 "for an interval\">");
	report_add_interval(b, low, high);
	if (limits == LIMITS_RANGE)
		buf_adds(b, "<span class=\"aside\">range</span></span>");
}

/* Next to the number of pairs the table says why some are missing. */
static void write_pairs(struct buf *b, const struct comparison_row *row)
{
	buf_addf(b, "%u/%u", row->pairs, row->planned);
	if (row->pairs && row->pairs < row->planned)
		buf_addf(b, "<span class=\"aside lack\">%s</span>", lack_names[row->lack]);
}

/* sort: the script's key for sorting. The script adds a picture of the change before pairs. */
static const struct column {
	const char *key, *title, *sort;
	bool number;
	void (*write)(struct buf *b, const struct comparison_row *row);
} columns[] = {
	{ "verdict", "verdict", "state", false, write_verdict },
	{ "cell", "cell", "name", false, write_cell },
	{ "contrast", "contrast", "contrast", false, write_contrast },
	{ "metric", "metric", "metric", false, write_metric },
	{ "baseline", "baseline", "baseline", true, write_baseline },
	{ "patched", "patched", "patched", true, write_patched },
	{ "change", "change", "change", true, write_change },
	{ "interval", "95\u00a0% interval", "width", true, write_interval },
	{ "pairs", "pairs", "pairs", true, write_pairs },
};
#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

static bool shown(const struct page *p, const struct column *c)
{
	return !(c->write == write_contrast && !p->contrasts) &&
	       !(c->write == write_metric && !p->metrics) &&
	       !(c->write == write_interval && !p->limits);
}

static void add_row(struct buf *b, const struct page *p, size_t nr)
{
	html_addf(b, "<tr role=\"row\" id=\"row-%zu\">", nr + 1);
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *c = &columns[i];
		bool name = c->write == write_cell;

		if (!shown(p, c))
			continue;
		html_addf(b,
			  name ? "<th role=\"rowheader\" scope=\"row\" class=\"c-%s%s\">"
			       : "<td role=\"cell\" class=\"c-%s%s\">",
			  c->key, c->number ? " num" : "");
		c->write(b, p->rows[nr]);
		buf_adds(b, name ? "</th>" : "</td>");
	}
	buf_adds(b, "</tr>\n");
}

static void add_titles(struct buf *b, const struct page *p)
{
	buf_adds(b, "<thead role=\"rowgroup\"><tr role=\"row\">");
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *c = &columns[i];

		if (shown(p, c))
			html_addf(b,
				  "<th role=\"columnheader\" scope=\"col\" class=\"c-%s%s\" "
				  "aria-sort=\"none\" data-sort=\"%s\">%s</th>",
				  c->key, c->number ? " num" : "", c->sort, c->title);
	}
	buf_adds(b, "</tr></thead>\n");
}

static void add_caption(struct buf *b, const struct page *p)
{
	const struct comparison_row *row = p->rows[0];

	buf_adds(b, "<caption>");
	if (!p->metrics)
		html_addf(b, "<b>%s</b>%s%s, %s is better. ", row->metric, *row->unit ? " in " : "",
			  row->unit, *row->better ? row->better : "nothing");
	html_addf(b, "Medians over blocks; the change is of patched over baseline%s.</caption>\n",
		  p->in->comparison->paired ? ", block by block" : "");
}

void report_add_table(struct buf *b, const struct page *p)
{
	buf_adds(b,
		 "<section id=\"cells\" aria-labelledby=\"cells-title\">\n<h2 id=\"cells-title\">"
		 "Cells</h2>\n");
	if (!p->nr_rows) {
		buf_adds(b,
			 "<p class=\"empty\">Nothing to compare: the suite has no contrast between "
			 "two variants.</p></section>\n");
		return;
	}
	/* The script puts buttons and fields into the form. */
	buf_adds(b,
		 "<form id=\"controls\" role=\"search\" aria-label=\"filter the cells\" hidden>"
		 "</form>\n<noscript><p class=\"note\">Without scripts the table does not sort or "
		 "filter, and "
		 "the details of a cell are not drawn: the figures are in comparison.csv.</p>"
		 "</noscript>\n<table id=\"table\" role=\"table\">\n");
	add_caption(b, p);
	add_titles(b, p);
	buf_adds(b, "<tbody role=\"rowgroup\">\n");
	for (size_t i = 0; i < p->nr_rows; i++)
		add_row(b, p, i);
	buf_adds(b, "</tbody>\n</table>\n</section>\n");
}
