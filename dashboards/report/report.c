/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.c: the page's frame, style, script and JSON, apart from the table; see report.h. */
#include "dashboards/report/report.h"

#include <string.h>

#include "analysis/compare/judge.h"
#include "dashboards/words/words.h"
#include "lib/clean.h"
#include "lib/pack.h"

#define GAPS_MAX 500 /* lines of a contrast; past them the page says only how many more */

/* The files report.css and *.js as numbers, which make writes: the program needs none beside it. */
static const unsigned char css[] = {
#include "report_css.h"
};
static const unsigned char js[] = {
#include "report_js.h"
};

static json_t *texts(const struct strv *list, size_t max)
{
	json_t *j = json_array();

	for (size_t i = 0; i < list->n && i < max; i++)
		json_array_append_new(j, clean_text(list->v[i]));
	return j;
}

/* run.json without the plan; a seed has more digits than a script's numbers. */
static json_t *run_json(const json_t *run)
{
	static const char *const plan[] = { "cells", "metrics", "variants", "contrasts", "schema" };
	json_t *j = json_deep_copy(run), *suite = json_object_get(j, "suite");
	json_t *seed = json_object_get(suite, "seed");

	for (size_t i = 0; i < sizeof(plan) / sizeof(plan[0]); i++)
		json_object_del(j, plan[i]);
	if (json_is_integer(seed))
		json_object_set_new(
			suite, "seed",
			json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(seed)));
	return j;
}

/* --- contrasts --------------------------------------------------------------------------- */

/* [workload, varying, role, change or null, "to 0"] of a headline's worst or best rows. */
static json_t *extremes_json(const struct headline_cell *cells, size_t nr)
{
	json_t *list = json_array();

	for (size_t i = 0; i < nr; i++) {
		bool zero = cells[i].zero != ZERO_NONE;

		json_array_append_new(list,
				      json_pack("[s, s, s, o, s]", cells[i].workload,
						cells[i].varying, cells[i].role,
						zero ? json_null() : json_real(cells[i].change),
						zero_names[cells[i].zero]));
	}
	return list;
}

/* [verdict, sentence] of whole cells, the same as in the terminal. */
static json_t *said_json(const struct comparison *c, const char *contrast)
{
	json_t *list = json_array();

	for (const enum verdict *v = words_cells_shown; *v; v++) {
		struct strv lines = STRV_INIT;

		words_cells(&lines, c, contrast, *v);
		for (size_t i = 0; i < lines.n; i++)
			json_array_append_new(list, json_pack("[s, o]", verdict_names[*v],
							      clean_text(lines.v[i])));
		strv_release(&lines);
	}
	return list;
}

/* A variant's name and what it is. */
static json_t *side_json(const json_t *run, const char *variant)
{
	struct buf words = BUF_INIT;
	json_t *j;

	words_variant(&words, run, variant);
	j = json_pack("[s, o]", variant, clean_text(buf_str(&words)));
	buf_release(&words);
	return j;
}

static void add_mean(json_t *j, const char *mean, const char *i95, const struct headline_mean *m)
{
	if (m->cells)
		json_object_set_new(j, mean, json_real(m->mean));
	if (m->i95.exists)
		json_object_set_new(j, i95, json_pack("[f, f]", m->i95.low, m->i95.high));
}

static json_t *contrast_json(const struct report *r, const struct headline *h,
			     const struct comparison_row *row)
{
	const struct comparison *c = r->comparison;
	const json_t *run = results_run(r->results);
	struct strv gaps = STRV_INIT;
	struct buf left = BUF_INIT;
	json_t *j;

	words_left_out(&left, &h->rate);
	words_gaps(&gaps, c, row);
	j = json_pack("{s:s, s:[o, o], s:o, s:i, s:s, s:o, s:o, s:o, s:i}", "name", h->contrast,
		      "sides", side_json(run, row->baseline), side_json(run, row->patched), "said",
		      said_json(c, h->contrast), "cells", (int)h->rate.cells, "left",
		      buf_str(&left), "worst", extremes_json(h->worst, h->nr_worst), "best",
		      extremes_json(h->best, h->nr_best), "gaps", texts(&gaps, GAPS_MAX), "nr_gaps",
		      (int)gaps.n);
	add_mean(j, "mean", "i95", &h->rate);
	add_mean(j, "path", "path95", &h->path);
	buf_release(&left);
	strv_release(&gaps);
	return j;
}

/* Those that have a row in the table. */
static json_t *contrasts_json(const struct report *r)
{
	const struct comparison *c = r->comparison;
	json_t *list = json_array();

	for (size_t i = 0; i < c->nr_headlines; i++) {
		const struct comparison_row *row = c->rows, *end = c->rows + c->nr_rows;

		while (row < end &&
		       !(row->j.decides && !strcmp(row->contrast, c->headlines[i].contrast)))
			row++;
		if (row < end)
			json_array_append_new(list, contrast_json(r, &c->headlines[i], row));
	}
	return list;
}

static json_t *page_json(const struct report *r)
{
	const struct comparison *c = r->comparison;
	unsigned nr[NR_VERDICTS] = { 0 };
	json_t *j;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		nr[v] = comparison_count(c, v);
	j = json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:b, s:f, s:b, "
		      "s:b}",
		      "folder", clean_text(r->folder), "base", clean_text(r->base), "files",
		      texts(r->files, SIZE_MAX), "run", run_json(results_run(r->results)), "marks",
		      results_marks(r->results), "worst", verdict_names[verdict_worst(nr)],
		      "contrasts", contrasts_json(r), "warnings", texts(&c->warnings, SIZE_MAX),
		      "remarks", texts(&c->remarks, SIZE_MAX), "lock_notes",
		      texts(&c->lock_notes, SIZE_MAX), "cost_notes",
		      texts(&c->cost_notes, SIZE_MAX), "unmeasured", (int)c->unmeasured, "paired",
		      c->paired, "alpha", c->alpha, "locks", r->locks != NULL, "costs",
		      r->costs != NULL);
	report_set_rows(j, r);
	return j;
}

/* < > & stand in strings only, so the bytes can be replaced one by one. */
static int add_json_bytes(const char *data, size_t len, void *b)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '<' || data[i] == '>' || data[i] == '&')
			buf_addf(b, "\\u%04x", (unsigned)data[i]);
		else
			buf_addc(b, data[i]);
	}
	return 0;
}

void report_add_json(struct buf *b, json_t *j)
{
	j = clean_json(j);
	json_dump_callback(j, add_json_bytes, b,
			   JSON_ENSURE_ASCII | JSON_COMPACT | JSON_REAL_PRECISION(7));
	json_decref(j);
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

void report_write(struct buf *out, const struct report *r)
{
	/* Nothing may be loaded, and of style and script only those that stand in this page. */
	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		      "img-src data:; style-src ");
	add_hash(out, css, sizeof(css));
	buf_adds(out, "; script-src ");
	add_hash(out, js, sizeof(js));
	buf_adds(out, "; base-uri 'none'; form-action 'none'\">\n"
		      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		      "<meta name=\"referrer\" content=\"no-referrer\">\n"
		      "<meta name=\"color-scheme\" content=\"light dark\">\n"
		      "<meta name=\"generator\" content=\"fsduel " FSDUEL_VERSION "\">\n"
		      "<link rel=\"icon\" href=\"data:,\">\n<title>fsduel</title>\n<style>");
	buf_add(out, css, sizeof(css));
	buf_adds(out,
		 "</style>\n</head>\n<body>\n<noscript><p class=\"note\">This page is drawn by "
		 "its own script, which this browser does not run. `fsduel compare` prints "
		 "the same figures, and comparison.csv has them.</p></noscript>\n"
		 "<script type=\"application/json\" id=\"data\">");
	report_add_json(out, page_json(r));
	/* A module runs after the page is read, in strict mode and in a scope of its own. */
	buf_adds(out, "</script>\n<script type=\"module\">");
	buf_add(out, js, sizeof(js));
	buf_adds(out, "</script>\n</body>\n</html>\n");
}
