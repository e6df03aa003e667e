/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_notes.c: under the table: planned pairs that were not measured and why, what
 * disturbed the machine, notes of the run and of its passes, how to read it all.
 */
#include <string.h>

#include "dashboards/report/report_impl.h"

#define GAPS_MAX 500 /* lines; past them the page says only how many more */

/* Neighbouring blocks of one cell with one reason are one line. */
static size_t gap_end(const struct comparison *c, size_t from)
{
	const struct comparison_gap *g = &c->gaps[from];
	size_t end = from + 1;

	while (end < c->unmeasured && c->gaps[end].contrast == g->contrast &&
	       c->gaps[end].workload == g->workload && c->gaps[end].params == g->params &&
	       c->gaps[end].block == g->block + (end - from) &&
	       !strcmp(c->gaps[end].reason, g->reason))
		end++;
	return end;
}

static void add_gap(struct buf *b, const struct page *p, size_t from, size_t end)
{
	const struct comparison_gap *g = &p->in->comparison->gaps[from];

	buf_adds(b, "<tr><td>");
	report_add_cell(b, g->workload, g->varying, "");
	buf_adds(b, "</td>");
	if (p->contrasts)
		html_addf(b, "<td>%s</td>", g->contrast);
	html_addf(b, "<td class=\"num\">%u", g->block);
	if (end - from > 1)
		html_addf(b, "\u2013%zu", g->block + (end - from) - 1);
	html_addf(b, "</td><td>%s</td></tr>\n", g->reason);
}

static void add_gaps(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;
	size_t lines = 0, i, end;

	if (!c->unmeasured)
		return;
	buf_addf(b,
		 "<section id=\"missing\"><h2>Not measured</h2>\n<p>%u planned pair%s without a "
		 "valid sample on both sides.</p>\n<div class=\"wide\"><table "
		 "class=\"plain\"><thead><tr>"
		 "<th scope=\"col\">cell</th>%s<th scope=\"col\" class=\"num\">block</th>"
		 "<th scope=\"col\">why</th></tr></thead><tbody>\n",
		 c->unmeasured, c->unmeasured == 1 ? "" : "s",
		 p->contrasts ? "<th scope=\"col\">contrast</th>" : "");
	for (i = 0; i < c->unmeasured && lines < GAPS_MAX; i = end, lines++) {
		end = gap_end(c, i);
		add_gap(b, p, i, end);
	}
	buf_adds(b, "</tbody></table></div>\n");
	if (i < c->unmeasured)
		buf_addf(b, "<p>and %zu more: see comparison.csv</p>\n", c->unmeasured - i);
	buf_adds(b, "</section>\n");
}

static void add_marks(struct buf *b, const struct page *p)
{
	json_t *marks = results_marks(p->in->results), *n;
	json_t *by_mark = json_object_get(marks, "by_mark");
	const char *name, *comma = " ";

	if (json_object_size(by_mark)) {
		html_addf(b, "<li>%lld of %lld cell runs were disturbed and kept:",
			  json_integer_value(json_object_get(marks, "marked")),
			  json_integer_value(json_object_get(marks, "runs")));
		json_object_foreach(by_mark, name, n) {
			html_addf(b, "%s%s %lld", comma, name, json_integer_value(n));
			comma = ", ";
		}
		buf_adds(b, "</li>\n");
	}
	json_decref(marks);
}

static void add_item(struct buf *b, const char *text)
{
	if (text && *text)
		html_addf(b, "<li>%s</li>\n", text);
}

static void add_notes(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;
	struct buf items = BUF_INIT;
	const char *variant;
	json_t *item;
	size_t i;

	/* An option of the mount that does nothing here is said of the variant. */
	json_object_foreach(json_object_get(p->run, "effective"), variant, item) {
		const char *why = json_string_value(json_object_get(item, "why"));

		if (why && *why)
			html_addf(&items, "<li>%s: %s</li>\n", variant, why);
	}
	json_array_foreach(json_object_get(p->run, "notes"), i, item)
		add_item(&items, json_string_value(item));
	add_marks(&items, p);
	for (i = 0; i < c->lock_notes.n; i++)
		add_item(&items, c->lock_notes.v[i]);
	for (i = 0; i < c->cost_notes.n; i++)
		add_item(&items, c->cost_notes.v[i]);
	if (items.len)
		buf_addf(b, "<section id=\"notes\"><h2>Notes</h2><ul>\n%s</ul></section>\n",
			 buf_str(&items));
	buf_release(&items);
}

static void add_legend(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;

	buf_addf(
		b,
		"<section id=\"legend\"><h2>How to read it</h2><ul>\n"
		"<li><b>change</b>: Hodges\u2013Lehmann estimate of patched / baseline%s, with its "
		"95 %% interval, or the range over blocks where they are too few for one; =: equal "
		"to the last digit.</li>\n<li><b>slower, faster</b>: at %.2g %% for all cells "
		"together, and past the margin; <b>same</b>: shown to be within it; <b>unsure</b>: "
		"the rest, with about how many more blocks may settle it. \u201cNo difference "
		"found\u201d is never \u201csame\u201d.</li>\n<li>Roles and other metrics are "
		"judged "
		"apart and decide nothing.</li>\n<li>Nothing is dropped: outliers and disturbed "
		"runs are in the figures.</li>\n</ul></section>\n",
		c->paired ? " over blocks" : "", c->alpha * 100);
}

void report_add_notes(struct buf *b, const struct page *p)
{
	add_gaps(b, p);
	add_notes(b, p);
	add_legend(b, p);
}
