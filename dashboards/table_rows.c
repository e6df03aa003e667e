/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_rows.c: rows and columns. A column is a row of columns[]: its title,
 * when it is needed, how it is written, and what gives way where the line is too
 * long: first the folded columns get narrower, then columns are left out. After
 * perf's builtin-lock.c.
 */
#include <stdlib.h>
#include <string.h>

#include "dashboards/table_impl.h"
#include "dashboards/text.h"
#include "lib/clean.h"

#define GAP 2                          /* blanks between columns */

/* A row and whether the line above it is of the same cell. */
struct line {
	const struct comparison_row *row;
	bool cell_above;
};

/* The cell, or under it each of its roles, indented. */
static void write_cell(struct buf *b, const struct line *l)
{
	if (l->cell_above)
		buf_adds(b, "  ");
	else
		table_add_cell(b, l->row->workload, l->row->varying);
	if (l->cell_above || !l->row->whole)
		buf_addf(b, "%s%s", l->cell_above ? "" : " ", l->row->role);
	if (*l->row->detail)
		buf_addf(b, " %s", l->row->detail);
}

static void write_baseline(struct buf *b, const struct line *l)
{
	table_add_number(b, l->row, l->row->baseline_median);
}

static void write_patched(struct buf *b, const struct line *l)
{
	table_add_number(b, l->row, l->row->patched_median);
}

static void write_change(struct buf *b, const struct line *l)
{
	table_add_estimate(b, l->row);
}

static void write_interval(struct buf *b, const struct line *l)
{
	table_add_interval(b, l->row);
}

static void write_range(struct buf *b, const struct line *l)
{
	table_add_range(b, l->row);
}

static void write_pairs(struct buf *b, const struct line *l)
{
	buf_addf(b, "%u/%u", l->row->pairs, l->row->planned);
}

static void write_verdict(struct buf *b, const struct line *l)
{
	table_add_ruling(b, l->row);
}

static bool needs_interval(const struct comparison_row *row)
{
	return row->j.i95.exists;
}

static bool needs_range(const struct comparison_row *row)
{
	return row->pairs > 1 && !row->j.i95.exists && row->mark != MARK_EQUAL;
}

static bool needs_pairs(const struct comparison_row *row)
{
	return row->pairs < row->planned;
}

struct column {
	const char *title;
	bool right, verdict;
	size_t fold;   /* it may be folded down to that width; 0: never */
	unsigned drop; /* what is left out first has the highest; 0: never */
	bool (*needed)(const struct comparison_row *row); /* by any row; NULL: always there */
	void (*write)(struct buf *b, const struct line *l);
};

/* In an interval's place of a row without one stands its range: one of the two columns may go. */
static const struct column columns[] = {
	{ "cell", false, false, 18, 0, NULL, write_cell },
	{ "baseline", true, false, 0, 0, NULL, write_baseline },
	{ "patched", true, false, 0, 0, NULL, write_patched },
	{ "change", true, false, 0, 0, NULL, write_change },
	{ "95 % interval", true, false, 0, 1, needs_interval, write_interval },
	{ "over blocks", true, false, 0, 3, needs_range, write_range },
	{ "pairs", true, false, 0, 2, needs_pairs, write_pairs },
	{ "verdict", false, true, 11, 0, NULL, write_verdict },
};
#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct layout {
	size_t width[NR_COLUMNS];      /* 0: not shown */
	bool dropped[NR_COLUMNS];      /* needed, but left out for want of room */
};

static size_t line_width(const struct layout *l)
{
	size_t sum = 0;

	for (size_t i = 0; i < NR_COLUMNS; i++)
		sum += l->width[i] ? l->width[i] + (sum ? GAP : 0) : 0;
	return sum;
}

static void measure(struct layout *l, const struct line *lines, size_t nr)
{
	struct buf b = BUF_INIT;

	*l = (struct layout){ 0 };
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *c = &columns[i];
		size_t width = text_width(c->title);
		bool needed = !c->needed;

		for (size_t k = 0; k < nr; k++) {
			size_t w;

			buf_reset(&b);
			c->write(&b, &lines[k]);
			w = text_width(buf_str(&b));
			width = w > width ? w : width;
			needed |= c->needed && c->needed(lines[k].row);
		}
		l->width[i] = needed ? width : 0;
	}
	buf_release(&b);
}

/* Narrow the folded columns, each to no less than fold. */
static void fold(struct layout *l)
{
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		size_t least = columns[i].fold;
		size_t sum = line_width(l);
		size_t over = sum > TABLE_WIDTH ? sum - TABLE_WIDTH : 0;

		if (least && l->width[i] > least)
			l->width[i] = l->width[i] > over + least ? l->width[i] - over : least;
	}
}

/* Leave out the shown column with the highest drop; false: there is none. */
static bool drop(struct layout *l)
{
	size_t at = NR_COLUMNS;

	for (size_t i = 0; i < NR_COLUMNS; i++) {
		if (l->width[i] && columns[i].drop &&
		    (at == NR_COLUMNS || columns[i].drop > columns[at].drop))
			at = i;
	}
	if (at == NR_COLUMNS)
		return false;
	l->width[at] = 0;
	l->dropped[at] = true;
	return true;
}

static void fit(struct layout *l)
{
	struct layout whole = *l;

	fold(l);
	while (line_width(l) > TABLE_WIDTH && drop(l)) {
		/* What a dropped column leaves belongs to the folded ones again. */
		for (size_t i = 0; i < NR_COLUMNS; i++) {
			if (columns[i].fold)
				l->width[i] = whole.width[i];
		}
		fold(l);
	}
}

static void end_line(struct buf *out)
{
	while (out->len && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
	buf_addc(out, '\n');
}

/* One text of a line. A verdict stands last: what follows it would hide blanks from end_line. */
static void add_place(struct buf *out, const struct column *c, const char *text, size_t width,
		      const struct ink *ink)
{
	if (!c->verdict || !*ink->begin || !*text) {
		text_add_padded(out, text, width, c->right);
		return;
	}
	buf_adds(out, ink->begin);
	clean_add(out, text);
	buf_adds(out, ink->end);
}

/* The texts of one row, as many lines as its most folded column takes. */
static void add_line(struct buf *out, const struct layout *l, struct buf text[NR_COLUMNS],
		     const struct ink *ink)
{
	const char *rest[NR_COLUMNS];
	bool more = true;

	for (size_t i = 0; i < NR_COLUMNS; i++)
		rest[i] = buf_str(&text[i]);
	while (more) {
		bool first = true;

		more = false;
		for (size_t i = 0; i < NR_COLUMNS; i++) {
			char *piece;
			size_t len;

			if (!l->width[i])
				continue;
			len = columns[i].fold ? text_line(rest[i], l->width[i]) : strlen(rest[i]);
			piece = xstrndup(rest[i], len);
			buf_addf(out, "%*s", first ? 0 : GAP, "");
			add_place(out, &columns[i], piece, l->width[i], ink);
			free(piece);
			rest[i] += len;
			rest[i] += strspn(rest[i], " ");
			more |= *rest[i] != '\0';
			first = false;
		}
		end_line(out);
	}
}

void table_add_title(struct buf *b, const struct comparison_row *row)
{
	buf_adds(b, row->metric);
	if (*row->unit && strcmp(row->unit, "count"))
		buf_addf(b, " in %s", row->unit);
	if (*row->better)
		buf_addf(b, ", %s is better", row->better);
	else
		buf_adds(b, ", neither higher nor lower is better");
	if (!row->primary && strcmp(row->pass, "throughput"))
		buf_addf(b, ", from the pass %s", row->pass);
}

static void add_title(struct buf *out, const struct comparison_row *row)
{
	struct buf b = BUF_INIT;

	table_add_title(&b, row);
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

static bool same_cell(const struct comparison_row *a, const struct comparison_row *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->params, b->params);
}

void table_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr,
		    bool colour)
{
	const struct ink plain = table_ink(VERDICT_NONE, false);
	struct line *lines = xcalloc(nr, sizeof(*lines));
	struct buf text[NR_COLUMNS] = { 0 };
	struct layout l;

	for (size_t k = 0; k < nr; k++) {
		lines[k].row = rows[k];
		lines[k].cell_above = k && same_cell(rows[k], rows[k - 1]);
	}
	measure(&l, lines, nr);
	fit(&l);
	add_title(out, rows[0]);
	for (size_t i = 0; i < NR_COLUMNS; i++)
		buf_adds(&text[i], columns[i].title);
	add_line(out, &l, text, &plain);
	for (size_t k = 0; k < nr; k++) {
		const struct ink ink = table_ink(rows[k]->j.r.verdict, colour);

		for (size_t i = 0; i < NR_COLUMNS; i++) {
			buf_reset(&text[i]);
			columns[i].write(&text[i], &lines[k]);
		}
		add_line(out, &l, text, &ink);
	}
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		if (l.dropped[i])
			buf_addf(out, "(no room for the column '%s': see --format csv)\n",
				 columns[i].title);
		buf_release(&text[i]);
	}
	free(lines);
}
