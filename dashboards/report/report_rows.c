/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_rows.c: the table of verdicts, one row a deciding row of the comparison, and
 * the controls above it. It is whole without scripts; those add sorting, filtering and
 * the details. Roles are written out, as a phone's layout would take them away.
 */
#include <string.h>

#include "dashboards/report/report_impl.h"

static void write_verdict(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	const struct report_state *s = &report_states[report_state_of(row)];

	(void)p;
	buf_addf(b,
		 "<span class=\"verdict v-%s\"><span class=\"sign\" aria-hidden=\"true\">%s</span>"
		 "%s</span>",
		 s->key, s->sign, s->name);
	if (row->j.r.verdict == VERDICT_SAME && row->j.r.fact)
		buf_adds(b, "<span class=\"aside\">identical</span>");
	else if (row->j.r.verdict == VERDICT_SAME && row->j.r.significant)
		buf_adds(b, "<span class=\"aside\">surely not equal</span>");
	else if (row->j.r.more_blocks)
		buf_addf(b, "<span class=\"aside\">+%u blocks</span>", row->j.r.more_blocks);
	if (row->cell->verdict == VERDICT_MIXED)
		buf_adds(b, "<span class=\"aside\">of a mixed cell</span>");
}

static void write_contrast(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	(void)p;
	html_add(b, row->contrast);
}

static void write_metric(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	(void)p;
	html_add(b, row->metric);
	buf_adds(b, "<span class=\"aside\">");
	html_addf(b, "%s, %s is better", row->unit, row->better);
	buf_adds(b, "</span>");
}

static void add_median(struct buf *b, const struct comparison_row *row, double v)
{
	if (row->pairs)
		report_add_value(b, row->unit, v);
}

static void write_baseline(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	(void)p;
	add_median(b, row, row->baseline_median);
}

static void write_patched(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	(void)p;
	add_median(b, row, row->patched_median);
}

static void write_change(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	double change;

	(void)p;
	if (row->mark == MARK_EQUAL)
		buf_addc(b, '=');
	else if (row->j.zero != ZERO_NONE)
		buf_adds(b, zero_names[row->j.zero]);
	else if (report_change(row, &change))
		report_add_change(b, change);
}

static void write_interval(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	double low, high;
	enum report_limits limits = report_limits(row, &low, &high);

	(void)p;
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

static void write_forest(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	report_add_forest(b, p->scale, row);
}

/* What is missing is said where it is: next to the number of pairs. */
static void write_pairs(struct buf *b, const struct page *p, const struct comparison_row *row)
{
	(void)p;
	buf_addf(b, "%u/%u", row->pairs, row->planned);
	if (row->pairs && row->pairs < row->planned)
		buf_addf(b, "<span class=\"aside lack\">%s</span>", lack_names[row->lack]);
}

/* sort: what the script sorts by; NULL: not to be sorted. */
static const struct column {
	const char *key, *title, *sort;
	bool number;
	void (*write)(struct buf *b, const struct page *p, const struct comparison_row *row);
} columns[] = {
	{ "verdict", "verdict", "state", false, write_verdict },
	{ "cell", "cell", "name", false, NULL },
	{ "contrast", "contrast", "contrast", false, write_contrast },
	{ "metric", "metric", "metric", false, write_metric },
	{ "baseline", "baseline", "baseline", true, write_baseline },
	{ "patched", "patched", "patched", true, write_patched },
	{ "change", "change", "change", true, write_change },
	{ "interval", "95\u00a0% interval", "width", true, write_interval },
	{ "forest", NULL, NULL, false, write_forest },
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
	const struct comparison_row *row = p->rows[nr];

	buf_addf(b, "<tr role=\"row\" id=\"row-%zu\">", nr + 1);
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *c = &columns[i];

		if (!shown(p, c))
			continue;
		if (!c->write) {
			buf_addf(b, "<th role=\"rowheader\" scope=\"row\" class=\"c-cell\"><span "
				    "class=\"name\">");
			report_add_cell(b, row->workload, row->varying,
					row->whole ? "" : row->role);
			buf_adds(b, "</span></th>");
			continue;
		}
		buf_addf(b, "<td role=\"cell\" class=\"c-%s%s\">", c->key, c->number ? " num" : "");
		c->write(b, p, row);
		buf_adds(b, "</td>");
	}
	buf_adds(b, "</tr>\n");
}

static void add_titles(struct buf *b, const struct page *p)
{
	buf_adds(b, "<thead role=\"rowgroup\"><tr role=\"row\">");
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *c = &columns[i];

		if (!shown(p, c))
			continue;
		buf_addf(b, "<th role=\"columnheader\" scope=\"col\" class=\"c-%s%s\"", c->key,
			 c->number ? " num" : "");
		if (c->sort)
			buf_addf(b, " aria-sort=\"none\" data-sort=\"%s\">%s", c->sort, c->title);
		else
			buf_addf(b, "><span class=\"sr\">change as a picture</span>");
		if (!c->title)
			report_add_axis(b, p->scale);
		buf_adds(b, "</th>");
	}
	buf_adds(b, "</tr></thead>\n");
}

static void add_caption(struct buf *b, const struct page *p)
{
	const struct comparison_row *row = p->rows[0];

	buf_adds(b, "<caption>");
	if (!p->metrics) {
		buf_adds(b, "<b>");
		html_add(b, row->metric);
		buf_adds(b, "</b>");
		html_addf(b, "%s%s, %s is better. ", *row->unit ? " in " : "", row->unit,
			  *row->better ? row->better : "nothing");
	}
	buf_addf(b,
		 "Medians over blocks; the change is of patched over baseline%s. In the "
		 "picture the band is the margin, the line the interval<span class=\"phone\">, "
		 "from ",
		 p->in->comparison->paired ? ", block by block" : "");
	report_add_ends(b, p->scale);
	buf_adds(b, "</span>.</caption>\n");
}

/* The script puts buttons and fields here. */
static void add_controls(struct buf *b, const struct page *p)
{
	buf_adds(b, "<form id=\"controls\" role=\"search\" aria-label=\"filter the cells\" hidden>"
		    "<div class=\"chips\" role=\"group\" aria-label=\"verdicts\">");
	for (unsigned i = 0; i < NR_REPORT_STATES; i++) {
		const struct report_state *s = &report_states[i];

		if (p->count[i])
			buf_addf(b,
				 "<button type=\"button\" class=\"chip v-%s\" data-state=\"%u\" "
				 "aria-pressed=\"false\" title=\"%s\"><span class=\"sign\" "
				 "aria-hidden=\"true\">%s</span>%s <b>%u</b></button>",
				 s->key, i, s->help, s->sign, s->name, p->count[i]);
	}
	buf_adds(b, "</div><div class=\"fields\"><label>workload <select "
		    "id=\"workload\"></select></label>");
	if (p->contrasts)
		buf_adds(b, "<label>contrast <select id=\"contrast\"></select></label>");
	buf_adds(b, "<label>sort <select id=\"sort\"></select></label>"
		    "<label class=\"text\">text <input id=\"text\" type=\"search\" "
		    "autocomplete=\"off\" "
		    "spellcheck=\"false\"></label>"
		    "<button type=\"button\" id=\"open-all\">Open all</button></div>"
		    "<p id=\"shown\" role=\"status\"></p></form>\n");
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
	add_controls(b, p);
	buf_adds(b, "<noscript><p class=\"note\">Without scripts the table does not sort or "
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
