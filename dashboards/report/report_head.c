/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_head.c: the first screen: the verdict in a word, each contrast with its headline,
 * what was measured where. The limits of the mode stand here too, so that nobody who reads
 * only this is misled.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge.h"
#include "dashboards/report/report_impl.h"
#include "dashboards/words/words.h"

#define CELLS_MAX 6 /* of the broken, the mixed, the repaired ones */

/* Cells of a contrast (NULL: of all) by state. Rows of one cell stand together. */
static size_t count_cells(const struct page *p, const char *contrast, unsigned nr[NR_REPORT_STATES])
{
	const struct comparison_cell *last = NULL;
	size_t cells = 0;

	for (size_t i = 0; i < p->nr_rows; i++) {
		const struct comparison_row *row = p->rows[i];

		if (row->cell == last || (contrast && strcmp(row->contrast, contrast)))
			continue;
		last = row->cell;
		nr[report_state_of_cell(row)]++;
		cells++;
	}
	return cells;
}

static void add_title(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;
	unsigned nr[NR_VERDICTS] = { 0 }, count[NR_REPORT_STATES] = { 0 };
	size_t cells = count_cells(p, NULL, count);
	const struct report_state *s;
	bool first = true;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		nr[v] = comparison_count(c, v);
	s = &report_states[report_state_of_verdict(verdict_worst(nr))];
	html_addf(b, "<h1 class=\"v-%s\">", s->key);
	report_add_state(b, s);
	html_addf(b, "</h1>\n<p class=\"counts\">%zu cell%s: ", cells, cells == 1 ? "" : "s");
	for (unsigned i = 0; i < NR_REPORT_STATES; i++) {
		if (!count[i])
			continue;
		html_addf(b, "%s<span class=\"v-%s\">%u&nbsp;%s</span>", first ? "" : ", ",
			  report_states[i].key, count[i], report_states[i].name);
		first = false;
	}
	if (!p->nr_rows)
		buf_adds(b, "nothing was compared");
	if (c->unmeasured)
		html_addf(b, "; <a href=\"#missing\">%u planned pair%s not measured</a>",
			  c->unmeasured, c->unmeasured == 1 ? "" : "s");
	buf_adds(b, "</p>\n");
}

/* How many cells have which verdict, as a bar: the numbers stand in it. */
static void add_bar(struct buf *b, const struct page *p, const char *contrast)
{
	unsigned nr[NR_REPORT_STATES] = { 0 };

	count_cells(p, contrast, nr);
	buf_adds(b, "<p class=\"bar\">");
	for (unsigned i = 0; i < NR_REPORT_STATES; i++) {
		const struct report_state *s = &report_states[i];

		if (nr[i])
			html_addf(b,
				  "<span class=\"part v-%s\" data-grow=\"%u\"><span class=\"sign\" "
				  "aria-hidden=\"true\">%s</span>%u %s</span>",
				  s->key, nr[i], s->sign, nr[i], s->name);
	}
	buf_adds(b, "</p>\n");
}

static void add_extremes(struct buf *b, const char *title, const struct headline_cell *cells,
			 size_t nr)
{
	if (!nr)
		return;
	buf_addf(b, "<div class=\"extremes\"><dt>%s</dt>", title);
	for (size_t i = 0; i < nr; i++) {
		buf_adds(b, "<dd>");
		report_add_cell(b, cells[i].workload, cells[i].varying, cells[i].role);
		buf_adds(b, " <span class=\"num\">");
		if (cells[i].zero != ZERO_NONE)
			buf_adds(b, zero_names[cells[i].zero]);
		else
			report_add_change(b, cells[i].change, true);
		buf_adds(b, "</span></dd>");
	}
	buf_adds(b, "</div>");
}

/* Sentences about whole cells, the same as in the terminal. */
static void add_whole_cells(struct buf *b, const struct page *p, const char *contrast)
{
	for (const enum verdict *v = words_cells_shown; *v; v++) {
		const struct report_state *s = &report_states[report_state_of_verdict(*v)];
		struct strv lines = STRV_INIT;

		words_cells(&lines, p->in->comparison, contrast, *v);
		for (size_t i = 0; i < lines.n && i < CELLS_MAX; i++) {
			html_addf(b, "<p class=\"said\"><b class=\"v-%s\">", s->key);
			report_add_state(b, s);
			html_addf(b, "</b> %s</p>\n", lines.v[i]);
		}
		if (lines.n > CELLS_MAX)
			html_addf(b, "<p class=\"said\">and %zu more %s</p>\n", lines.n - CELLS_MAX,
				  s->name);
		strv_release(&lines);
	}
}

static void add_mean(struct buf *b, const struct headline *h)
{
	struct buf left = BUF_INIT;

	if (!h->cells)
		return;
	words_left_out(&left, h);
	buf_adds(b, "<p class=\"mean\"><b class=\"num\">");
	report_add_change(b, h->mean, true);
	buf_adds(b, "</b> ");
	if (h->i95.exists) {
		buf_adds(b, "<span class=\"num\">(");
		report_add_interval(b, h->i95.low, h->i95.high);
		buf_adds(b, ")</span> ");
	}
	buf_addf(b,
		 "<span class=\"aside\">geometric mean of %zu change%s, + is "
		 "better%s%s</span></p>\n",
		 h->cells, h->cells == 1 ? "" : "s",
		 h->i95.exists ? "; with its 95 % interval" : "", buf_str(&left));
	buf_release(&left);
}

static void add_side(struct buf *b, const char *title, const json_t *run, const char *variant)
{
	struct buf words = BUF_INIT;

	words_variant(&words, run, variant);
	html_addf(b, "<div><dt class=\"%s\">%s</dt><dd><b>%s</b> %s</dd></div>", title, title,
		  variant, buf_str(&words));
	buf_release(&words);
}

static void add_contrast(struct buf *b, const struct page *p, const struct headline *h)
{
	const struct comparison_row *row = NULL;

	for (size_t i = 0; i < p->nr_rows && !row; i++)
		row = strcmp(p->rows[i]->contrast, h->contrast) ? NULL : p->rows[i];
	if (!row)
		return;
	html_addf(b,
		  "<article class=\"card\"><h2><span class=\"aside\">contrast</span> "
		  "%s</h2>\n",
		  h->contrast);
	add_whole_cells(b, p, h->contrast);
	add_mean(b, h);
	add_bar(b, p, h->contrast);
	buf_adds(b, "<dl>");
	add_extremes(b, "worst", h->worst, h->nr_worst);
	add_extremes(b, "best", h->best, h->nr_best);
	add_side(b, "baseline", p->run, row->baseline);
	add_side(b, "patched", p->run, row->patched);
	buf_adds(b, "</dl></article>\n");
}

static void add_fact(struct buf *b, const char *key, const char *value)
{
	if (value && *value)
		html_addf(b, "<div><dt>%s</dt><dd>%s</dd></div>", key, value);
}

/* The question that the suite asks, if it says so. */
static void add_experiment(struct buf *b, const struct page *p)
{
	static const char *const keys[] = { "question", "work", "published" };
	const json_t *said = json_object_get(p->run, "experiment");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (words_text(said, keys[i]))
			html_addf(b, "<p class=\"note\"><b>%s</b> %s</p>\n", keys[i],
				  words_text(said, keys[i]));
}

static void add_facts(struct buf *b, const struct page *p)
{
	const json_t *machine = json_object_get(p->run, "machine"),
		     *suite = json_object_get(p->run, "suite");
	const json_t *cpu = json_object_get(machine, "cpu");
	const json_t *runs = json_object_get(p->run, "runs");
	char *blocks = xasprintf("%" JSON_INTEGER_FORMAT,
				 json_integer_value(json_object_get(suite, "blocks")));
	char *margin = p->nr_rows ? xasprintf("%g %%", p->rows[0]->j.margin * 100) : NULL;

	buf_adds(b, "<dl class=\"facts\">");
	add_fact(b, "suite", words_text(suite, "name"));
	add_fact(b, "mode", words_text(p->run, "mode"));
	add_fact(b, "blocks", blocks);
	add_fact(b, "margin", margin);
	add_fact(b, "machine", words_text(machine, "id"));
	add_fact(b, "processor",
		 cpu ? json_string_value(cpu) : words_text(json_object_get(p->run, "host"), "cpu"));
	add_fact(b, "begun", words_text(json_array_get(runs, 0), "begun"));
	add_fact(b, "run", words_text(p->run, "run"));
	buf_adds(b, "</dl>\n");
	free(blocks);
	free(margin);
}

static void add_sentences(struct buf *b, const char *class, const char *first,
			  const struct strv *list)
{
	for (size_t i = 0; i < list->n; i++)
		html_addf(b, "<li class=\"%s\"><b>%s</b> %s</li>\n", class, first, list->v[i]);
}

static void add_warnings(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;
	const char *note = words_text(p->run, "mode_note");
	size_t nr = c->warnings.n + c->remarks.n;

	if (note && *note)
		html_addf(b, "<p class=\"note\">%s mode: %s</p>\n", words_text(p->run, "mode"),
			  note);
	if (!nr)
		return;
	buf_addf(
		b,
		"<details class=\"remarks\"%s><summary>%zu warning%s, %zu remark%s</summary><ul>\n",
		nr <= 6 ? " open" : "", c->warnings.n, c->warnings.n == 1 ? "" : "s", c->remarks.n,
		c->remarks.n == 1 ? "" : "s");
	add_sentences(b, "warning", "! warning:", &c->warnings);
	add_sentences(b, "remark", "remark:", &c->remarks);
	buf_adds(b, "</ul></details>\n");
}

void report_add_head(struct buf *b, const struct page *p)
{
	const struct comparison *c = p->in->comparison;

	buf_adds(b, "<header class=\"top\"><p class=\"brand\"><b>fsduel</b> report</p>"
		    "<nav aria-label=\"page\"><a href=\"#cells\">cells</a> "
		    "<a href=\"#about\">what was run</a> <a href=\"#files\">files</a></nav>"
		    "<button type=\"button\" id=\"theme\" hidden></button></header>\n<main>\n");
	add_title(b, p);
	add_facts(b, p);
	add_experiment(b, p);
	buf_adds(b, "<div class=\"cards\">\n");
	for (size_t i = 0; i < c->nr_headlines; i++)
		add_contrast(b, p, &c->headlines[i]);
	buf_adds(b, "</div>\n");
	add_warnings(b, p);
}
