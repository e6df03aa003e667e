/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_words.c: what stands in one place of a table: a cell's name, a value, a
 * change, its interval, its verdict. The same words in a terminal, a letter and
 * Markdown; see table_impl.h.
 */
#include <math.h>
#include <string.h>

#include "dashboards/table/table_impl.h"
#include "lib/num.h"

#define NO_PREFIX 1e21         /* past the last SI prefix of num_format_si */
#define RATIO_AS_FACTOR 1000.0 /* from here on "x1234" reads better than per cent */

struct ink table_ink(enum verdict v, bool colour)
{
	static const char *const begin[NR_VERDICTS] = {
		[VERDICT_NONE] = "",           [VERDICT_BROKEN] = "\033[1;31m",
		[VERDICT_SLOWER] = "\033[31m", [VERDICT_MIXED] = "\033[31m",
		[VERDICT_FASTER] = "\033[32m", [VERDICT_REPAIRED] = "\033[32m",
		[VERDICT_SAME] = "",           [VERDICT_UNSURE] = "\033[33m",
	};

	if (!colour || !*begin[v])
		return (struct ink){ "", "" };
	return (struct ink){ begin[v], "\033[m" };
}

void table_add_cell(struct buf *b, const char *workload, const char *varying)
{
	buf_adds(b, workload);
	if (*varying)
		buf_addc(b, ' ');
	for (; *varying; varying++)
		buf_addc(b, *varying == ';' ? ' ' : *varying);
}

void table_add_number(struct buf *b, const struct comparison_row *row, double v)
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

void table_add_estimate(struct buf *b, const struct comparison_row *row)
{
	if (row->mark == MARK_EQUAL)
		buf_addc(b, '=');
	else if (row->j.zero != ZERO_NONE)
		buf_adds(b, zero_names[row->j.zero]);
	else if (!has_change(row))
		buf_addc(b, '-');
	else
		table_add_change(b, row->j.done ? row->j.change : row->ratio_median, true);
}

static void add_limits(struct buf *b, const struct comparison_row *row, bool there, double low,
		       double high, bool unit)
{
	if (row->mark == MARK_EQUAL) {
		buf_addc(b, '=');
	} else if (!there) {
		buf_addc(b, '-');
	} else {
		table_add_change(b, low, false);
		buf_adds(b, "..");
		table_add_change(b, high, unit);
	}
}

void table_add_interval(struct buf *b, const struct comparison_row *row)
{
	const struct interval *i = &row->j.i95;

	add_limits(b, row, i->exists, i->low, i->high, true);
}

void table_add_range(struct buf *b, const struct comparison_row *row)
{
	add_limits(b, row, row->has_ratio && row->pairs > 1 && !row->j.i95.exists, row->ratio_min,
		   row->ratio_max, true);
}

/*
 * Without a pair it is unsure, but the word for its failure is better. What could be taken
 * for a verdict and decides nothing, a total's, is in parentheses.
 */
void table_add_ruling(struct buf *b, const struct comparison_row *row)
{
	const struct ruling *r = &row->j.r;
	bool ended = r->verdict == VERDICT_BROKEN || r->verdict == VERDICT_REPAIRED;

	if (!row->pairs && row->lack && !ended) {
		buf_adds(b, lack_names[row->lack]);
		return;
	}
	if (!row->j.done || r->verdict == VERDICT_NONE) {
		buf_addc(b, '-');
		return;
	}
	if (row->primary && !row->j.decides) {
		buf_addf(b, "(%s)", verdict_names[r->verdict]);
		return;
	}
	buf_adds(b, verdict_names[r->verdict]);
	if (r->verdict == VERDICT_SAME && r->fact) {
		buf_adds(b, " (identical)");
	} else if (r->verdict == VERDICT_SAME && r->significant && row->mark != MARK_EQUAL) {
		buf_adds(b, " (sure ");
		table_add_change(b, row->j.change, true);
		buf_adds(b, ")");
	} else if (r->more_blocks) {
		buf_addf(b, " (+%u)", r->more_blocks);
	}
}

void table_add_change_within(struct buf *b, const struct comparison_row *row)
{
	const struct interval *i = &row->j.i95;

	table_add_estimate(b, row);
	if (row->mark == MARK_EQUAL || !has_change(row))
		return;
	if (i->exists) {
		buf_adds(b, " (");
		add_limits(b, row, true, i->low, i->high, false);
		buf_adds(b, ")");
	} else if (row->has_ratio && row->pairs > 1) {
		buf_adds(b, " [");
		add_limits(b, row, true, row->ratio_min, row->ratio_max, false);
		buf_adds(b, "]");
	}
}

static void add_mean(struct buf *b, const struct headline *h, bool paired)
{
	buf_adds(b, "; geometric mean ");
	table_add_change(b, h->mean, true);
	if (h->i95.exists) {
		buf_adds(b, " (95 % interval ");
		table_add_change(b, h->i95.low, false);
		buf_adds(b, "..");
		table_add_change(b, h->i95.high, true);
		buf_adds(b, "), + is better");
	} else {
		buf_addf(b, ", + is better (%s)",
			 paired ? "too few blocks for an interval"
				: "no interval, as the sides are not paired");
	}
	table_add_left_out(b, h);
}

/* Cells of a contrast without a single pair: they count as unsure. */
static unsigned count_empty(const struct comparison *c, const char *contrast)
{
	const struct comparison_cell *last = NULL;
	unsigned nr = 0;

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		if (!row->j.decides || row->pairs || row->j.r.verdict != VERDICT_UNSURE ||
		    strcmp(row->contrast, contrast) || row->cell == last)
			continue;
		last = row->cell;
		nr++;
	}
	return nr;
}

void table_add_empty(struct buf *b, const struct comparison *c, const char *contrast)
{
	unsigned nr = count_empty(c, contrast);

	if (nr)
		buf_addf(b, " (%u not measured)", nr);
}

void table_add_summary(struct buf *b, const struct comparison *c, const struct headline *h)
{
	static const char *const words[NR_VERDICTS] = {
		[VERDICT_BROKEN] = "broken",     [VERDICT_SLOWER] = "slower",
		[VERDICT_MIXED] = "mixed",       [VERDICT_FASTER] = "faster",
		[VERDICT_REPAIRED] = "repaired", [VERDICT_SAME] = "the same",
		[VERDICT_UNSURE] = "unsure",
	};
	unsigned cells = 0;
	bool first = true;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		cells += h->nr[v];
	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++) {
		if (!h->nr[v])
			continue;
		buf_addf(b, "%s%s in %u", first ? "" : ", ", words[v], h->nr[v]);
		if (first)
			buf_addf(b, " of %u cell%s", cells, cells == 1 ? "" : "s");
		first = false;
	}
	table_add_empty(b, c, h->contrast);
	if (first)
		buf_adds(b, "no cell was judged");
	if (h->cells)
		add_mean(b, h, c->paired);
}
