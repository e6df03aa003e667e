/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c: the page put together with its style and script, and how its values are
 * written; see report.h.
 */
#include "dashboards/report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/report/report_impl.h"
#include "dashboards/table/table_impl.h"
#include "lib/hash.h"
#include "lib/num.h"
#include "lib/pack.h"

/* The files report.css and *.js as numbers, which make writes: the program needs none beside it. */
static const unsigned char css[] = {
#include "report_css.h"
};
static const unsigned char js[] = {
#include "report_js.h"
};

#define MINUS "\u2212"
#define NO_PREFIX 1e21 /* past the last SI prefix of num_format_si */

enum { STATE_UNMEASURED = REPORT_NONE + 1 };

/* In the order in which they are sorted: what asks for attention first. */
const struct report_state report_states[NR_REPORT_STATES] = {
	{ "broken", "broken", "\u2716",
	  "the patched kernel oopses, warns, hangs or damages the "
	  "file system here, where the baseline does not" },
	{ "slower", "slower", "\u25bc", "surely worse, and by more than the margin" },
	{ "mixed", "mixed", "\u21c5", "one role is slower, another faster" },
	{ "unsure", "unsure", "?", "neither shown to be worse or better nor shown to be the same" },
	{ "faster", "faster", "\u25b2", "surely better, and by more than the margin" },
	{ "repaired", "repaired", "\u2714",
	  "the baseline's kernel breaks here, the patched one does not" },
	{ "same", "same", "=", "shown to be within the margin" },
	[REPORT_NONE] = { "no verdict", "none", "\u00b7", "neither higher nor lower is better" },
	[STATE_UNMEASURED] = { "failed", "failed", "\u00d7",
			       "no pair of valid samples: a run failed" },
	{ "invalid", "invalid", "!", "no pair of valid samples: a run was not what it should be" },
	{ "not measured", "missing", "\u2026",
	  "no pair of valid samples: it was not run to its end" },
	{ "skipped", "skipped", "\u2013", "no pair of valid samples: this side cannot do it" },
};

unsigned report_state_named(const char *name, unsigned from)
{
	for (unsigned i = from; i < NR_REPORT_STATES; i++)
		if (!strcmp(name, report_states[i].name))
			return i;
	return REPORT_NONE;
}

unsigned report_state_of(const struct comparison_row *row)
{
	enum verdict v = row->j.r.verdict;
	bool ruled = row->pairs || v == VERDICT_BROKEN || v == VERDICT_REPAIRED;

	return report_state_named(ruled ? verdict_names[v] : lack_names[row->lack],
				  ruled ? 0 : STATE_UNMEASURED);
}

unsigned report_state_of_cell(const struct comparison_row *row)
{
	if (row->whole || row->cell->verdict == VERDICT_NONE)
		return report_state_of(row);
	return report_state_named(verdict_names[row->cell->verdict], 0);
}

void report_add_state(struct buf *b, const struct report_state *s)
{
	html_addf(b, "<span class=\"sign\" aria-hidden=\"true\">%s</span>%s", s->sign, s->name);
}

void report_add_value(struct buf *b, const char *unit, double v)
{
	char text[32];

	if (!strcmp(unit, "ns") && v >= 0 && v < 1e18)
		buf_adds(b, num_format_ns_human(text, (uint64_t)(v + 0.5)));
	else if (fabs(v) >= NO_PREFIX)
		buf_addf(b, "%.4g", v);
	else
		buf_adds(b, num_format_si(text, v));
}

bool report_change(const struct comparison_row *row, double *ratio)
{
	*ratio = row->j.done ? row->j.change : row->ratio_median;
	return row->pairs && (row->j.done ? row->j.has_change : row->has_ratio);
}

enum report_limits report_limits(const struct comparison_row *row, double *low, double *high)
{
	if (row->j.done && row->j.i95.exists) {
		*low = row->j.i95.low;
		*high = row->j.i95.high;
		return LIMITS_INTERVAL;
	}
	*low = row->ratio_min;
	*high = row->ratio_max;
	return row->has_ratio && row->pairs > 1 ? LIMITS_RANGE : LIMITS_NONE;
}

/* What the tables of a terminal say, with signs as they are printed. */
static void add_change(struct buf *b, double ratio, bool unit)
{
	struct buf text = BUF_INIT;

	table_add_change(&text, ratio, unit);
	for (const char *s = buf_str(&text); *s; s++) {
		if (*s == '-')
			buf_adds(b, MINUS);
		else if (*s == ' ')
			buf_adds(b, "\u00a0");
		else
			buf_addc(b, *s);
	}
	buf_release(&text);
}

void report_add_change(struct buf *b, double ratio)
{
	add_change(b, ratio, true);
}

void report_add_interval(struct buf *b, double low, double high)
{
	add_change(b, low, false);
	buf_adds(b, " to ");
	add_change(b, high, true);
}

void report_add_cell(struct buf *b, const char *workload, const char *varying, const char *role)
{
	struct buf text = BUF_INIT;

	for (; *varying; varying++)
		buf_addc(&text, *varying == ';' ? ' ' : *varying);
	buf_addf(&text, "%s%s", text.len && *role ? " " : "", role);
	html_addf(b, text.len ? "%s <span class=\"params\">%s</span>" : "%s", workload,
		  buf_str(&text));
	buf_release(&text);
}

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
		p->count[report_state_of(row)]++;
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
