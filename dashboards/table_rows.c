/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_rows.c: rows and columns. A column is a row of columns[]: its title,
 * when it is needed, how it is written, and what gives way where the line is too
 * long: first the folded columns get narrower, then columns are left out. After
 * perf's builtin-lock.c.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/table_impl.h"
#include "dashboards/text.h"
#include "lib/num.h"

#define GAP 2                          /* blanks between columns */
#define NO_PREFIX 1e21                 /* past the last SI prefix of num_format_si */
#define RATIO_AS_FACTOR 1000.0         /* from here on "x1234" reads better than per cent */

void table_add_cell(struct buf *b, const char *workload, const char *varying)
{
	buf_adds(b, workload);
	if (*varying)
		buf_addc(b, ' ');
	for (; *varying; varying++)
		buf_addc(b, *varying == ';' ? ' ' : *varying);
}

/* A row and whether the line above it is of the same cell. */
struct line {
	const struct comparison_row *row;
	bool cell_above;
};

static void add_number(struct buf *b, const struct comparison_row *row, double v)
{
	char text[32];

	if (!row->pairs)
		buf_addc(b, '-');
	else if (!strcmp(row->unit, "ns") && v >= 0 && v < 1e18)
		buf_adds(b, num_format_ns_human(text, (uint64_t)(v + 0.5)));
	else if (fabs(v) >= NO_PREFIX)
		buf_addf(b, "%.4g", v);
	else
		buf_adds(b, num_format_si(text, v));
}

void table_add_change(struct buf *b, double ratio, bool unit)
{
	if (ratio >= RATIO_AS_FACTOR)
		buf_addf(b, "x%.4g", ratio);
	else
		buf_addf(b, "%+.1f%s", (ratio - 1) * 100, unit ? " %" : "");
}

/* Judged rows show the estimate that was judged, others the median of ratios. */
static bool has_change(const struct comparison_row *row)
{
	return row->j.done ? row->j.has_change : row->has_ratio;
}

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
	add_number(b, l->row, l->row->baseline_median);
}

static void write_patched(struct buf *b, const struct line *l)
{
	add_number(b, l->row, l->row->patched_median);
}

static void write_change(struct buf *b, const struct line *l)
{
	const struct comparison_row *row = l->row;

	if (row->mark == MARK_EQUAL)
		buf_addc(b, '=');
	else if (!has_change(row))
		buf_addc(b, '-');
	else
		table_add_change(b, row->j.done ? row->j.change : row->ratio_median, true);
}

static void add_range(struct buf *b, const struct comparison_row *row, bool there, double low,
		      double high)
{
	if (row->mark == MARK_EQUAL) {
		buf_addc(b, '=');
	} else if (!there) {
		buf_addc(b, '-');
	} else {
		table_add_change(b, low, false);
		buf_adds(b, "..");
		table_add_change(b, high, true);
	}
}

static void write_interval(struct buf *b, const struct line *l)
{
	const struct interval *i = &l->row->j.i95;

	add_range(b, l->row, i->exists, i->low, i->high);
}

static void write_range(struct buf *b, const struct line *l)
{
	const struct comparison_row *row = l->row;

	add_range(b, row, row->has_ratio && row->pairs > 1 && !row->j.i95.exists, row->ratio_min,
		  row->ratio_max);
}

static void write_pairs(struct buf *b, const struct line *l)
{
	buf_addf(b, "%u/%u", l->row->pairs, l->row->planned);
}

static void write_verdict(struct buf *b, const struct line *l)
{
	const struct comparison_row *row = l->row;
	const struct ruling *r = &row->j.r;

	if (!row->j.done || r->verdict == VERDICT_NONE) {
		buf_addc(b, '-');
		return;
	}
	buf_adds(b, verdict_names[r->verdict]);
	if (r->verdict == VERDICT_SAME && r->fact && row->mark == MARK_EQUAL)
		buf_adds(b, " (identical)");
	else if (r->verdict == VERDICT_SAME && r->significant && row->mark != MARK_EQUAL) {
		buf_adds(b, " (sure ");
		table_add_change(b, row->j.change, true);
		buf_adds(b, ")");
	} else if (r->more_blocks) {
		buf_addf(b, " (+%u)", r->more_blocks);
	}
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
	bool right;
	size_t fold;   /* it may be folded down to that width; 0: never */
	unsigned drop; /* what is left out first has the highest; 0: never */
	bool (*needed)(const struct comparison_row *row); /* by any row; NULL: always there */
	void (*write)(struct buf *b, const struct line *l);
};

/* In an interval's place of a row without one stands its range: one of the two columns may go. */
static const struct column columns[] = {
	{ "cell", false, 18, 0, NULL, write_cell },
	{ "baseline", true, 0, 0, NULL, write_baseline },
	{ "patched", true, 0, 0, NULL, write_patched },
	{ "change", true, 0, 0, NULL, write_change },
	{ "95 % interval", true, 0, 1, needs_interval, write_interval },
	{ "over blocks", true, 0, 3, needs_range, write_range },
	{ "pairs", true, 0, 2, needs_pairs, write_pairs },
	{ "verdict", false, 11, 0, NULL, write_verdict },
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

/* The texts of one row, as many lines as its most folded column takes. */
static void add_line(struct buf *out, const struct layout *l, struct buf text[NR_COLUMNS])
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
			text_add_padded(out, piece, l->width[i], columns[i].right);
			free(piece);
			rest[i] += len;
			rest[i] += strspn(rest[i], " ");
			more |= *rest[i] != '\0';
			first = false;
		}
		end_line(out);
	}
}

static void add_title(struct buf *out, const struct comparison_row *row)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, row->metric);
	if (*row->unit && strcmp(row->unit, "count"))
		buf_addf(&b, " in %s", row->unit);
	if (*row->better)
		buf_addf(&b, ", %s is better", row->better);
	else
		buf_adds(&b, ", neither higher nor lower is better");
	if (!row->primary && strcmp(row->pass, "throughput"))
		buf_addf(&b, ", from the pass %s", row->pass);
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

static bool same_cell(const struct comparison_row *a, const struct comparison_row *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->params, b->params);
}

void table_add_rows(struct buf *out, const struct comparison_row *const *rows, size_t nr)
{
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
	add_line(out, &l, text);
	for (size_t k = 0; k < nr; k++) {
		for (size_t i = 0; i < NR_COLUMNS; i++) {
			buf_reset(&text[i]);
			columns[i].write(&text[i], &lines[k]);
		}
		add_line(out, &l, text);
	}
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		if (l.dropped[i])
			buf_addf(out, "(no room for the column '%s': see --format csv)\n",
				 columns[i].title);
		buf_release(&text[i]);
	}
	free(lines);
}
