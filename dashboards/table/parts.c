/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.c: rows of a comparison as tables in each form, and its notes; see table.h. */
#include "dashboards/table/table.h"

#include <stdlib.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

/* One line of a table. */
struct line {
	const struct comparison_row *row;
	bool head;   /* of a cell whose roles follow; row is one of them */
	bool inside; /* of a role or a total: the cell's name stands above */
};

/* --- columns --------------------------------------------------------------------------------- */

static void add_name(struct buf *b, const struct line *l)
{
	const struct comparison_row *row = l->row;

	if (l->inside)
		buf_adds(b, "  ");
	else
		words_cell(b, row->workload, row->varying);
	if (l->head)
		return;
	if (row->total)
		buf_addf(b, "%sall roles", l->inside ? "" : ", ");
	else if (l->inside || !row->whole)
		buf_addf(b, "%s%s", l->inside ? "" : " ", row->role);
	if (*row->detail)
		buf_addf(b, " %s", row->detail);
}

static void add_verdict(struct buf *b, const struct line *l)
{
	if (l->head)
		buf_adds(b, l->row->cell ? verdict_names[l->row->cell->verdict] : "");
	else
		words_ruling(b, l->row);
}

/* A cell above its roles has no figures. */
#define FIGURE(name, append) GRID_GET(name, struct line, if (!x->head) append)
GRID_GET(get_name, struct line, add_name(b, x))
FIGURE(get_baseline, words_median(b, x->row, false))
FIGURE(get_patched, words_median(b, x->row, true))
FIGURE(get_within, words_change_within(b, x->row))
FIGURE(get_pairs, buf_addf(b, "%u/%u", x->row->pairs, x->row->planned))
GRID_GET(get_verdict, struct line, add_verdict(b, x))

static bool needs_pairs(const void *line)
{
	const struct comparison_row *row = ((const struct line *)line)->row;

	return row->pairs < row->planned;
}

static const struct grid_column columns[] = {
	{ "cell", get_name, .fold = 16 },
	{ "baseline", get_baseline, .right = true },
	{ "patched", get_patched, .right = true },
	{ "change", get_within, .fold = 14, .early = true },
	{ "pairs", get_pairs, .right = true, .needed = needs_pairs },
	{ "verdict", get_verdict, .fold = 8, .early = true },
};

/* --- rows ------------------------------------------------------------------------------------ */

/* The rows of one cell, from..to: the total last. */
static size_t add_cell_lines(struct line *out, const struct comparison_row *const *rows,
			     size_t from, size_t to)
{
	const struct comparison_row *head = NULL;
	size_t n = 0;

	for (size_t i = from; i < to && to - from > 1 && !head; i++)
		head = rows[i]->member && !rows[i]->whole ? rows[i] : NULL;
	if (head)
		out[n++] = (struct line){ .row = head, .head = true };
	for (size_t i = from; i < to; i++)
		if (!head || !rows[i]->total)
			out[n++] = (struct line){ rows[i], false, head || i > from };
	for (size_t i = from; i < to && head; i++)
		if (rows[i]->total)
			out[n++] = (struct line){ rows[i], false, true };
	return n;
}

static size_t add_lines(struct line *out, const struct comparison_row *const *rows, size_t nr)
{
	size_t n = 0;

	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && comparison_same_cell(rows[i], rows[end]); end++)
			;
		n += add_cell_lines(out + n, rows, i, end);
	}
	return n;
}

static enum verdict verdict_of(const void *line)
{
	const struct line *l = line;

	if (l->head)
		return l->row->cell ? l->row->cell->verdict : VERDICT_NONE;
	return l->row->j.decides || !l->row->primary ? l->row->j.r.verdict : VERDICT_NONE;
}

/* Rows of one metric and pass. */
static void add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr,
		     enum table_form form)
{
	struct line *lines = xcalloc(2 * nr, sizeof(*lines));
	size_t n = form == TABLE_MARKDOWN ? nr : add_lines(lines, rows, nr);
	const struct grid g = {
		GRID_COLUMNS(columns),
		GRID_ROWS(lines, n),
		.indent = form == TABLE_LETTER ? 2 : 0,
		.width = form == TABLE_LETTER ? TABLE_LETTER_WIDTH : TABLE_WIDTH,
		.verdict = form == TABLE_COLOURED || form == TABLE_MARKDOWN ? verdict_of : NULL,
	};

	for (size_t i = 0; i < nr && form == TABLE_MARKDOWN; i++)
		lines[i].row = rows[i];
	(form == TABLE_MARKDOWN ? grid_markdown : grid_text)(out, &g);
	free(lines);
}

/* A line of a letter may get one blank in front. */
static void add_title(struct buf *out, const struct comparison_row *row, enum table_form form)
{
	bool letter = form == TABLE_LETTER;
	struct buf b = BUF_INIT;

	words_title(&b, row);
	buf_adds(&b, letter || form == TABLE_MARKDOWN ? ":" : "");
	buf_addc(out, '\n');
	if (form == TABLE_MARKDOWN)
		grid_markdown_escape(out, buf_str(&b));
	else
		text_add_wrapped(out, "", buf_str(&b),
				 letter ? TABLE_LETTER_WIDTH - 1 : TABLE_WIDTH);
	buf_adds(out, letter ? "\n" : form == TABLE_MARKDOWN ? "\n\n" : "");
	buf_release(&b);
}

void table_metrics(struct buf *out, const struct comparison_row *of, size_t nr,
		   enum table_form form)
{
	const struct comparison_row **rows = xcalloc(nr + 1, sizeof(*rows));
	bool *done = xcalloc(nr + 1, sizeof(*done));

	for (size_t i = 0; i < nr; i++) {
		size_t n = 0;

		for (size_t k = i; k < nr && !done[i]; k++)
			if (!done[k] && !strcmp(of[i].metric, of[k].metric) &&
			    !strcmp(of[i].pass, of[k].pass) &&
			    (form < TABLE_LETTER || of[k].j.decides))
				rows[n++] = &of[k];
		for (size_t k = 0; k < n; k++)
			done[rows[k] - of] = true;
		if (n) {
			add_title(out, rows[0], form);
			add_rows(out, rows, n, form);
		}
	}
	free(done);
	free(rows);
}

size_t table_contrast_end(const struct comparison *c, size_t from)
{
	size_t end = from;

	while (end < c->nr_rows && !strcmp(c->rows[end].contrast, c->rows[from].contrast))
		end++;
	return end;
}

/* --- notes ----------------------------------------------------------------------------------- */

void table_say(struct buf *out, const char *first, struct buf *b)
{
	if (b->len)
		text_add_wrapped(out, first, buf_str(b), TABLE_WIDTH);
	buf_release(b);
}

void table_sentences(struct buf *out, const char *first, const struct strv *list)
{
	for (size_t i = 0; i < list->n; i++)
		text_add_wrapped(out, first, list->v[i], TABLE_WIDTH);
}

void table_notes(struct buf *out, const json_t *run)
{
	const char *mode_note = words_text(run, "mode_note");
	struct buf b = BUF_INIT;
	const json_t *item;
	size_t i;

	if (mode_note && *mode_note)
		buf_addf(&b, "%s mode: %s", words_text(run, "mode"), mode_note);
	table_say(out, "", &b);
	json_array_foreach(json_object_get(run, "notes"), i, item) {
		if (json_is_string(item) && *json_string_value(item))
			text_add_wrapped(out, "note: ", json_string_value(item), TABLE_WIDTH);
	}
}
