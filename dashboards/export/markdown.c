/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * markdown.c: a comparison as Markdown, in the words of the terminal's tables, for merge
 * requests and notes of CI. Names show as they are: nothing in them is markup.
 */
#include <stdlib.h>

#include "dashboards/export/formats.h"
#include "dashboards/grid/grid.h"
#include "dashboards/table/table.h"
#include "dashboards/words/words.h"

static void add_item(struct buf *out, const char *first, const char *text)
{
	buf_addf(out, "- %s", first);
	grid_markdown_escape(out, text);
	buf_addc(out, '\n');
}

static void add_items(struct buf *out, const char *first, const struct strv *texts)
{
	for (size_t i = 0; i < texts->n; i++)
		add_item(out, first, texts->v[i]);
}

/* The same, below a title if there are any; texts are released. */
static void add_list(struct buf *out, const char *title, struct strv *texts)
{
	if (texts->n)
		buf_addf(out, "\n%s:\n\n", title);
	add_items(out, "", texts);
	strv_release(texts);
}

static void add_variant(struct buf *out, const char *side, const char *variant, const json_t *run)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: ", variant);
	words_variant(&b, run, variant);
	add_item(out, side, buf_str(&b));
	buf_release(&b);
}

static void add_cells(struct buf *out, const struct comparison *c, const char *contrast)
{
	size_t before = out->len;

	for (const enum verdict *v = words_cells_shown; *v; v++) {
		char *first = xasprintf("%s: ", verdict_names[*v]);
		struct strv cells = STRV_INIT;

		words_cells(&cells, c, contrast, *v);
		add_items(out, first, &cells);
		strv_release(&cells);
		free(first);
	}
	if (out->len > before)
		buf_addc(out, '\n');
}

static void add_heading(struct buf *out, const struct comparison *c,
			const struct comparison_row *row, const json_t *run)
{
	const struct headline *h = words_headline(c, row->contrast);
	struct buf b = BUF_INIT;

	buf_adds(out, "\n## ");
	grid_markdown_escape(out, row->contrast);
	if (h) {
		words_summary(&b, c, h);
		buf_adds(out, "\n\n**");
		grid_markdown_escape(out, buf_str(&b));
		buf_adds(out, ".**");
	}
	buf_adds(out, "\n\n");
	add_cells(out, c, row->contrast);
	add_variant(out, "baseline: ", row->baseline, run);
	add_variant(out, "patched: ", row->patched, run);
	buf_release(&b);
}

/* Sentences that explain changes, and the reasons for numbers that are missing. */
static void add_reasons(struct buf *out, const struct comparison *c,
			const struct comparison_row *rows, size_t nr)
{
	struct strv why = STRV_INIT, gaps = STRV_INIT, rest = STRV_INIT;

	for (size_t i = 0; i < nr; i++) {
		struct buf b = BUF_INIT;

		words_because(&b, &rows[i]);
		if (rows[i].because)
			strv_addf(&why, "%s%s", buf_str(&b), rows[i].because);
		buf_release(&b);
	}
	words_gaps(&gaps, c, rows);
	words_rest(&rest, &gaps, rows, nr);
	add_list(out, "Why", &why);
	add_list(out, "Not measured on both sides", &gaps);
	add_list(out, "No number where the table shows -", &rest);
}

static void add_notes(struct buf *out, const struct comparison *c, const json_t *run)
{
	const char *note = words_text(run, "mode_note");
	const json_t *item;
	size_t i, before = out->len;

	buf_addc(out, '\n');
	add_items(out, "warning: ", &c->warnings);
	add_items(out, "remark: ", &c->remarks);
	add_items(out, "note: ", &c->lock_notes);
	add_items(out, "note: ", &c->cost_notes);
	if (note) {
		char *first = xasprintf("%s mode: ", words_text(run, "mode"));

		add_item(out, first, note);
		free(first);
	}
	json_array_foreach(json_object_get(run, "notes"), i, item) {
		if (json_is_string(item) && *json_string_value(item))
			add_item(out, "note: ", json_string_value(item));
	}
	if (out->len == before + 1) /* there was no note */
		out->data[--out->len] = '\0';
}

static void markdown_comparison(struct buf *out, const struct findings *f)
{
	const json_t *run = results_run(f->r);
	const char *suite = words_text(json_object_get(run, "suite"), "name");

	buf_adds(out, "# fsduel: ");
	grid_markdown_escape(out, suite ? suite : "results");
	buf_adds(out, "\n\n");
	table_verdict(out, f->c, false);
	for (size_t i = 0, end; i < f->c->nr_rows; i = end) {
		const struct comparison_row *first = &f->c->rows[i];

		end = table_contrast_end(f->c, i);
		add_heading(out, f->c, first, run);
		table_metrics(out, first, end - i, false, TABLE_MARKDOWN);
		add_reasons(out, f->c, first, end - i);
	}
	if (!f->c->nr_rows)
		buf_adds(out, "\nThere is nothing to compare.\n");
	add_notes(out, f->c, run);
}

const struct format format_markdown = { .name = "markdown",
					.show[SUBJECT_COMPARISON] = markdown_comparison };
