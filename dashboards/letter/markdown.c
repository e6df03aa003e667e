/* SPDX-License-Identifier: GPL-2.0-or-later */
/* markdown.c: a comparison as Markdown, in the words of the terminal's tables; see markdown.h. */
#include "dashboards/letter/markdown.h"

#include <ctype.h>
#include <string.h>

#include "dashboards/table/table_impl.h"
#include "lib/clean.h"

/* As an entity where a backslash is not understood everywhere, or the sign also makes links. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '@':
		return "&#64;";
	case '#':
		return "&#35;";
	case '|':
		return "&#124;";
	case '`':
		return "&#96;";
	default:
		return NULL;
	}
}

/* An underscore inside a word is none of Markdown's business, and names are full of them. */
static bool inside_word(const char *from, const char *p)
{
	return p > from && isalnum((unsigned char)p[-1]) && isalnum((unsigned char)p[1]);
}

void markdown_add_text(struct buf *out, const char *text)
{
	struct buf clean = BUF_INIT;
	const char *from;

	clean_add(&clean, text);
	from = buf_str(&clean);
	for (const char *p = from; *p; p++) {
		const char *as = entity(*p);

		if (as) {
			buf_adds(out, as);
			continue;
		}
		if (strchr("\\*[]~!$", *p) || (*p == '_' && !inside_word(from, p)))
			buf_addc(out, '\\');
		buf_addc(out, *p);
	}
	buf_release(&clean);
}

static void add_place(struct buf *out, const char *text)
{
	buf_adds(out, " ");
	markdown_add_text(out, text);
	buf_adds(out, " |");
}

static void add_written(struct buf *out, const struct comparison_row *row,
			void (*write)(struct buf *b, const struct comparison_row *row))
{
	struct buf b = BUF_INIT;

	write(&b, row);
	add_place(out, buf_str(&b));
	buf_release(&b);
}

static void write_cell(struct buf *b, const struct comparison_row *row)
{
	table_add_cell(b, row->workload, row->varying);
	if (!row->whole || row->total)
		buf_addf(b, ", %s", row->total ? "all roles" : row->role);
	if (*row->detail)
		buf_addf(b, " %s", row->detail);
}

static void write_baseline(struct buf *b, const struct comparison_row *row)
{
	table_add_number(b, row, row->baseline_median);
}

static void write_patched(struct buf *b, const struct comparison_row *row)
{
	table_add_number(b, row, row->patched_median);
}

static void write_within(struct buf *b, const struct comparison_row *row)
{
	if (row->j.i95.exists)
		table_add_interval(b, row);
	else
		table_add_range(b, row);
}

static void write_pairs(struct buf *b, const struct comparison_row *row)
{
	buf_addf(b, "%u/%u", row->pairs, row->planned);
}

/* Slower and faster, and a broken kernel, stand out. */
static void add_verdict(struct buf *out, const struct comparison_row *row)
{
	bool strong = row->j.decides && verdict_side(row->j.r.verdict) != 0;
	struct buf b = BUF_INIT;

	table_add_ruling(&b, row);
	buf_adds(out, strong ? " **" : " ");
	markdown_add_text(out, buf_str(&b));
	buf_adds(out, strong ? "** |\n" : " |\n");
	buf_release(&b);
}

static bool has_intervals(const struct comparison_row *const *rows, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (rows[i]->j.i95.exists)
			return true;
	return false;
}

void markdown_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr)
{
	buf_addf(out,
		 "| cell | baseline | patched | change | %s | pairs | verdict |\n"
		 "|---|--:|--:|--:|--:|--:|---|\n",
		 has_intervals(rows, nr) ? "95 % interval" : "over blocks");
	for (size_t i = 0; i < nr; i++) {
		buf_addc(out, '|');
		add_written(out, rows[i], write_cell);
		add_written(out, rows[i], write_baseline);
		add_written(out, rows[i], write_patched);
		add_written(out, rows[i], table_add_estimate);
		add_written(out, rows[i], write_within);
		add_written(out, rows[i], write_pairs);
		add_verdict(out, rows[i]);
	}
}

static void add_items(struct buf *out, const char *what, const struct strv *texts)
{
	for (size_t i = 0; i < texts->n; i++) {
		buf_addf(out, "- %s", what);
		markdown_add_text(out, texts->v[i]);
		buf_addc(out, '\n');
	}
}

static void add_variant(struct buf *out, const char *side, const char *variant, const json_t *run)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: ", variant);
	table_add_variant(&b, run, variant);
	buf_addf(out, "- %s: ", side);
	markdown_add_text(out, buf_str(&b));
	buf_addc(out, '\n');
	buf_release(&b);
}

/* What is to be said of whole cells. */
static void add_cells(struct buf *out, const struct comparison *c, const char *contrast)
{
	struct strv broken = STRV_INIT, mixed = STRV_INIT, repaired = STRV_INIT;
	size_t before = out->len;

	table_list_ended(&broken, c, contrast, END_BROKEN);
	table_list_mixed(&mixed, c, contrast);
	table_list_ended(&repaired, c, contrast, END_REPAIRED);
	add_items(out, "broken: ", &broken);
	add_items(out, "mixed: ", &mixed);
	add_items(out, "repaired: ", &repaired);
	if (out->len > before)
		buf_addc(out, '\n');
	strv_release(&broken);
	strv_release(&mixed);
	strv_release(&repaired);
}

static void add_heading(struct buf *out, const struct comparison *c,
			const struct comparison_row *row, const json_t *run)
{
	const struct headline *h = table_headline(c, row->contrast);
	struct buf b = BUF_INIT;

	buf_adds(out, "\n## ");
	markdown_add_text(out, row->contrast);
	if (h) {
		table_add_summary(&b, c, h);
		buf_adds(out, "\n\n**");
		markdown_add_text(out, buf_str(&b));
		buf_adds(out, ".**");
	}
	buf_adds(out, "\n\n");
	add_cells(out, c, row->contrast);
	add_variant(out, "baseline", row->baseline, run);
	add_variant(out, "patched", row->patched, run);
	buf_release(&b);
}

static void add_title(struct buf *out, const struct comparison_row *row)
{
	struct buf b = BUF_INIT;

	table_add_title(&b, row);
	buf_addc(out, '\n');
	markdown_add_text(out, buf_str(&b));
	buf_adds(out, ":\n\n");
	buf_release(&b);
}

static void add_group(struct buf *out, const struct comparison_row *const *rows, size_t nr)
{
	add_title(out, rows[0]);
	markdown_add_rows(out, rows, nr);
}

static void add_becauses(struct buf *out, const struct comparison_row *rows, size_t nr)
{
	struct strv texts = STRV_INIT;

	for (size_t i = 0; i < nr; i++) {
		struct buf b = BUF_INIT;

		table_add_because(&b, &rows[i]);
		if (rows[i].because)
			strv_addf(&texts, "%s%s", buf_str(&b), rows[i].because);
		buf_release(&b);
	}
	if (texts.n) {
		buf_adds(out, "\nWhy:\n\n");
		add_items(out, "", &texts);
	}
	strv_release(&texts);
}

static void add_missing(struct buf *out, const struct comparison *c,
			const struct comparison_row *rows, size_t nr)
{
	struct strv gaps = STRV_INIT, rest = STRV_INIT;

	table_list_gaps(&gaps, c, rows);
	table_list_rest(&rest, &gaps, rows, nr);
	if (gaps.n) {
		buf_adds(out, "\nNot measured on both sides:\n\n");
		add_items(out, "", &gaps);
	}
	if (rest.n) {
		buf_adds(out, "\nNo number where the table shows -:\n\n");
		add_items(out, "", &rest);
	}
	strv_release(&gaps);
	strv_release(&rest);
}

static void add_notes(struct buf *out, const struct comparison *c, const json_t *run)
{
	const char *note = json_string_value(json_object_get(run, "mode_note"));
	const json_t *item;
	size_t i, before = out->len;

	buf_addc(out, '\n');
	add_items(out, "warning: ", &c->warnings);
	add_items(out, "remark: ", &c->remarks);
	add_items(out, "note: ", &c->lock_notes);
	add_items(out, "note: ", &c->cost_notes);
	if (note) {
		buf_addf(out, "- %s mode: ", json_string_value(json_object_get(run, "mode")));
		markdown_add_text(out, note);
		buf_addc(out, '\n');
	}
	json_array_foreach(json_object_get(run, "notes"), i, item) {
		if (json_is_string(item) && *json_string_value(item)) {
			buf_adds(out, "- note: ");
			markdown_add_text(out, json_string_value(item));
			buf_addc(out, '\n');
		}
	}
	if (out->len == before + 1) /* there was nothing to be said */
		out->data[--out->len] = '\0';
}

void markdown_comparison(struct buf *out, const struct comparison *c, const struct results *r)
{
	const char *suite = json_string_value(
		json_object_get(json_object_get(results_run(r), "suite"), "name"));

	buf_adds(out, "# fsduel: ");
	markdown_add_text(out, suite ? suite : "results");
	buf_adds(out, "\n\n");
	table_add_verdict(out, c, false);
	out->data[--out->len] = '\0';
	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		end = table_contrast_end(c, i);
		add_heading(out, c, &c->rows[i], results_run(r));
		table_each_group(&c->rows[i], end - i, add_group, out);
		add_becauses(out, &c->rows[i], end - i);
		add_missing(out, c, &c->rows[i], end - i);
	}
	if (!c->nr_rows)
		buf_adds(out, "\nThere is nothing to compare.\n");
	add_notes(out, c, results_run(r));
}
