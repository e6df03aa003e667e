/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c: the page put together, with its style and script; see report.h. */
#include "dashboards/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "dashboards/report/report_impl.h"
#include "lib/hash.h"
#include "lib/pack.h"

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
	const char *suite =
		json_string_value(json_object_get(json_object_get(p->run, "suite"), "name"));

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

void report_write(struct buf *out, const struct report *r)
{
	struct page p;

	page_init(&p, r);
	add_top(out, &p);
	report_add_head(out, &p);
	report_add_table(out, &p);
	report_add_notes(out, &p);
	report_add_provenance(out, &p);
	buf_adds(out, "</main>\n<script type=\"application/json\" id=\"data\">");
	report_add_data(out, &p);
	/* A module runs after the page is read, in strict mode and in a scope of its own. */
	buf_adds(out, "</script>\n<script type=\"module\">");
	buf_add(out, js, sizeof(js));
	buf_adds(out, "</script>\n</body>\n</html>\n");
	free(p.rows);
}
