/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_rows.c: rows and columns. A column is a row of columns[]: its title,
 * when it is needed, how it is written, and what gives way where the line is too
 * long: first the folded columns get narrower, then columns are left out. After
 * perf's builtin-lock.c.
 */
#include <stdlib.h>
#include <string.h>

#include "dashboards/table/table_impl.h"
#include "dashboards/words/text.h"
#include "lib/clean.h"

#define GAP 2 /* blanks between columns */

static void write_baseline(struct buf *b, const struct comparison_row *row)
{
	table_add_number(b, row, row->baseline_median);
}

static void write_patched(struct buf *b, const struct comparison_row *row)
{
	table_add_number(b, row, row->patched_median);
}

static void write_pairs(struct buf *b, const struct comparison_row *row)
{
	buf_addf(b, "%u/%u", row->pairs, row->planned);
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
	void (*write)(struct buf *b, const struct comparison_row *row);
	void (*write_line)(struct buf *b, const struct table_line *l); /* in its place */
};

/* In an interval's place of a row without one stands its range: one of the two columns may go. */
static const struct column columns[] = {
	{ "cell", false, false, 18, 0, NULL, NULL, table_add_line_name },
	{ "baseline", true, false, 0, 0, NULL, write_baseline, NULL },
	{ "patched", true, false, 0, 0, NULL, write_patched, NULL },
	{ "change", true, false, 0, 0, NULL, table_add_estimate, NULL },
	{ "95 % interval", true, false, 0, 1, needs_interval, table_add_interval, NULL },
	{ "over blocks", true, false, 0, 3, needs_range, table_add_range, NULL },
	{ "pairs", true, false, 0, 2, needs_pairs, write_pairs, NULL },
	{ "verdict", false, true, 11, 0, NULL, NULL, table_add_line_verdict },
};
#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct layout {
	size_t width[NR_COLUMNS]; /* 0: not shown */
	bool dropped[NR_COLUMNS]; /* needed, but left out for want of room */
};

static size_t line_width(const struct layout *l)
{
	size_t sum = 0;

	for (size_t i = 0; i < NR_COLUMNS; i++)
		sum += l->width[i] ? l->width[i] + (sum ? GAP : 0) : 0;
	return sum;
}

/* A cell above its roles has no figures. */
static void write_place(struct buf *b, const struct column *c, const struct table_line *l)
{
	buf_reset(b);
	if (c->write_line)
		c->write_line(b, l);
	else if (!l->head)
		c->write(b, l->row);
}

static void measure(struct layout *l, const struct table_line *lines, size_t nr)
{
	struct buf b = BUF_INIT;

	*l = (struct layout){ 0 };
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		const struct column *c = &columns[i];
		size_t width = text_width(c->title);
		bool needed = !c->needed;

		for (size_t k = 0; k < nr; k++) {
			size_t w;

			write_place(&b, c, &lines[k]);
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

static enum verdict verdict_of(const struct table_line *l)
{
	if (l->head)
		return l->row->cell ? l->row->cell->verdict : VERDICT_NONE;
	return l->row->j.decides || !l->row->primary ? l->row->j.r.verdict : VERDICT_NONE;
}

void table_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr,
		    bool colour)
{
	const struct ink plain = table_ink(VERDICT_NONE, false);
	struct table_line *lines = xcalloc(2 * nr, sizeof(*lines));
	struct buf text[NR_COLUMNS] = { 0 };
	struct layout l;

	add_title(out, rows[0]);
	nr = table_lines(lines, rows, nr);
	measure(&l, lines, nr);
	fit(&l);
	for (size_t i = 0; i < NR_COLUMNS; i++)
		buf_adds(&text[i], columns[i].title);
	add_line(out, &l, text, &plain);
	for (size_t k = 0; k < nr; k++) {
		const struct ink ink = table_ink(verdict_of(&lines[k]), colour);

		for (size_t i = 0; i < NR_COLUMNS; i++)
			write_place(&text[i], &columns[i], &lines[k]);
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
