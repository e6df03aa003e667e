/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c: the page put together, with its style and script and the notes under the table;
 * see report.h.
 */
#include "dashboards/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "dashboards/report/report_impl.h"
#include "dashboards/words/words.h"
#include "lib/pack.h"

#define GAPS_MAX 500 /* lines of a contrast; past them the page says only how many more */

/* The files report.css and *.js as numbers, which make writes: the program needs none beside it. */
static const unsigned char css[] = {
#include "report_css.h"
};
static const unsigned char js[] = {
#include "report_js.h"
};

static void page_init(struct page *p, const struct report *r)
{
	const struct comparison *c = r->comparison;
	double low, high;

	*p = (struct page){ .in = r,
			    .run = results_run(r->results),
			    .rows = xcalloc(c->nr_rows + 1, sizeof(*p->rows)) };
	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		if (!row->j.decides)
			continue;
		p->contrasts |= p->nr_rows && strcmp(row->contrast, p->rows[0]->contrast);
		p->metrics |= p->nr_rows && strcmp(row->metric, p->rows[0]->metric);
		p->limits |= report_limits(row, &low, &high) != LIMITS_NONE;
		p->rows[p->nr_rows++] = row;
	}
}

/* 'sha256-...' of data, as a Content-Security-Policy names it. */
static void add_hash(struct buf *b, const unsigned char *data, size_t len)
{
	unsigned char hash[SHA256_BYTES];

	sha256(data, len, hash);
	buf_adds(b, "'sha256-");
	base64_add(b, hash, sizeof(hash));
	buf_addc(b, '\'');
}

/* Nothing may be loaded, and of style and script only those that stand in this page. */
static void add_top(struct buf *b, const struct page *p)
{
	const char *suite = words_text(json_object_get(p->run, "suite"), "name");

	buf_adds(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		    "img-src data:; style-src ");
	add_hash(b, css, sizeof(css));
	buf_adds(b, "; script-src ");
	add_hash(b, js, sizeof(js));
	buf_adds(b, "; base-uri 'none'; form-action 'none'\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta name=\"referrer\" content=\"no-referrer\">\n"
		    "<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<meta name=\"generator\" content=\"fsduel " FSDUEL_VERSION "\">\n"
		    "<link rel=\"icon\" href=\"data:,\">\n");
	html_addf(b, "<title>fsduel: %s</title>\n<style>", suite ? suite : p->in->folder);
	buf_add(b, css, sizeof(css));
	buf_adds(b, "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#cells\">Skip to the "
		    "table</a>\n");
}

/* --- under the table: what is missing, what disturbed it, how to read it --------------------- */

static void add_items(struct buf *b, const struct strv *list, size_t max)
{
	for (size_t i = 0; i < list->n && i < max; i++)
		html_addf(b, "<li>%s</li>\n", list->v[i]);
}

/* Each list of lines that words_gaps makes of one contrast. */
static void add_gaps(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;

	if (!c->unmeasured)
		return;
	html_addf(b,
		  "<section id=\"missing\"><h2>Not measured</h2>\n<p>%u planned pair%s without a "
		  "valid sample on both sides.</p>\n",
		  c->unmeasured, c->unmeasured == 1 ? "" : "s");
	for (size_t i = 0; i < p->nr_rows; i++) {
		struct strv lines = STRV_INIT;

		if (i && !strcmp(p->rows[i]->contrast, p->rows[i - 1]->contrast))
			continue;
		words_gaps(&lines, c, p->rows[i]);
		if (lines.n && p->contrasts)
			html_addf(b, "<h3>%s</h3>\n", p->rows[i]->contrast);
		buf_adds(b, "<ul>\n");
		add_items(b, &lines, GAPS_MAX);
		buf_adds(b, "</ul>\n");
		if (lines.n > GAPS_MAX)
			html_addf(b, "<p>and %zu more: see comparison.csv</p>\n",
				  lines.n - GAPS_MAX);
		strv_release(&lines);
	}
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

static void add_notes(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;
	struct buf items = BUF_INIT;
	const char *variant;
	json_t *item;
	size_t i;

	/* An option of the mount that does nothing here is said of the variant. */
	json_object_foreach(json_object_get(p->run, "effective"), variant, item) {
		const char *why = words_text(item, "why");

		if (why && *why)
			html_addf(&items, "<li>%s: %s</li>\n", variant, why);
	}
	json_array_foreach(json_object_get(p->run, "notes"), i, item)
		if (json_string_length(item))
			html_addf(&items, "<li>%s</li>\n", json_string_value(item));
	add_marks(&items, p);
	add_items(&items, &c->lock_notes, SIZE_MAX);
	add_items(&items, &c->cost_notes, SIZE_MAX);
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

void report_write(struct buf *out, const struct report *r)
{
	struct page p;

	page_init(&p, r);
	add_top(out, &p);
	report_add_head(out, &p);
	report_add_table(out, &p);
	add_gaps(out, &p);
	add_notes(out, &p);
	add_legend(out, &p);
	report_add_provenance(out, &p);
	buf_adds(out, "</main>\n<script type=\"application/json\" id=\"data\">");
	report_add_data(out, &p);
	/* A module runs after the page is read, in strict mode and in a scope of its own. */
	buf_adds(out, "</script>\n<script type=\"module\">");
	buf_add(out, js, sizeof(js));
	buf_adds(out, "</script>\n</body>\n</html>\n");
	free(p.rows);
}
