/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_forest.c: a row's change as a small picture: the margin as a band, the
 * interval as a line, the estimate as a dot, all rows on one logarithmic scale, so
 * that half and double are equally far from no change. What lies beyond the scale is
 * an arrow at its edge; the number stands beside it.
 */
#include <math.h>
#include <stdlib.h>

#include "dashboards/report/report_impl.h"

#define HALF 100.0  /* of the picture's width */
#define MIDDLE 10.0 /* of its height */
#define FIT 0.8     /* share of the rows that must fit */

/* What an axis may end at, and how that is written. */
/* clang-format off */
static const struct end {
	double limit;
	const char *low, *high;
} ends[] = {
	{ 1.001, "\u22120.1 %", "+0.1 %" }, { 1.01, "\u22121 %", "+1 %" },
	{ 1.02, "\u22122 %", "+2 %" }, { 1.05, "\u22125 %", "+5 %" },
	{ 1.1, "\u22129 %", "+10 %" }, { 1.2, "\u221217 %", "+20 %" },
	{ 1.3, "\u221223 %", "+30 %" },
	{ 1.5, "\u221233 %", "+50 %" }, { 2, "\u00f72", "\u00d72" }, { 4, "\u00f74", "\u00d74" },
	{ 10, "\u00f710", "\u00d710" }, { 100, "\u00f7100", "\u00d7100" },
	{ 1e4, "\u00f710\u2074", "\u00d710\u2074" },
};
/* clang-format on */
#define NR_ENDS (sizeof(ends) / sizeof(ends[0]))

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

static bool fits(const struct comparison_row *row, double limit)
{
	double low, high, change;

	if (!report_change(row, &change))
		return true;
	if (report_limits(row, &low, &high) == LIMITS_NONE)
		low = high = change;
	return fmin(low, change) * limit >= 1 && fmax(high, change) <= limit;
}

struct report_scale report_scale_for(const struct comparison_row *const *rows, size_t nr)
{
	for (size_t i = 0; i < NR_ENDS; i++) {
		size_t nr_fit = 0;

		for (size_t k = 0; k < nr; k++)
			nr_fit += fits(rows[k], ends[i].limit) &&
				  1 + rows[k]->j.margin < ends[i].limit;
		if ((double)nr_fit >= FIT * (double)nr)
			return (struct report_scale){ ends[i].limit };
	}
	return (struct report_scale){ ends[NR_ENDS - 1].limit };
}

static double place(struct report_scale scale, double ratio)
{
	double x = ratio > 0 ? HALF * (1 + log(ratio) / log(scale.limit)) : -1;

	return isfinite(x) ? x : 2 * HALF + 1;
}

static double inside(double x)
{
	return fmin(fmax(x, 0), 2 * HALF);
}

static const struct end *find_end(struct report_scale scale)
{
	const struct end *end = ends;

	while (end->limit < scale.limit)
		end++;
	return end;
}

void report_add_ends(struct buf *b, struct report_scale scale)
{
	buf_addf(b, "%s to %s", find_end(scale)->low, find_end(scale)->high);
}

void report_add_axis(struct buf *b, struct report_scale scale)
{
	const struct end *end = find_end(scale);

	buf_addf(b,
		 "<span class=\"axis\" aria-hidden=\"true\"><span>%s</span><span>0</span>"
		 "<span>%s</span></span>",
		 end->low, end->high);
}

static void add_dot(struct buf *b, double x)
{
	if (x < 0)
		buf_addf(b, "<path class=\"dot\" d=\"M1 %g l8 -5 v10z\"/>", MIDDLE);
	else if (x > 2 * HALF)
		buf_addf(b, "<path class=\"dot\" d=\"M%g %g l-8 -5 v10z\"/>", 2 * HALF - 1, MIDDLE);
	else
		buf_addf(b, "<circle class=\"dot\" cx=\"%.1f\" cy=\"%g\" r=\"4\"/>",
			 fmin(fmax(x, 4), 2 * HALF - 4), MIDDLE);
}

void report_add_forest(struct buf *b, struct report_scale scale, const struct comparison_row *row)
{
	double low, high, change, from, to;
	enum report_limits limits = report_limits(row, &low, &high);

	if (!report_change(row, &change))
		return;
	from = inside(place(scale, 1 - row->j.margin));
	to = inside(place(scale, 1 + row->j.margin));
	buf_adds(b, "<svg class=\"forest\" viewBox=\"0 0 200 20\" aria-hidden=\"true\">");
	if (row->j.done)
		buf_addf(b,
			 "<rect class=\"band\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"20\"/>",
			 from, fmax(to - from, 1));
	buf_adds(b, "<path class=\"zero\" d=\"M100 0v20\"/>");
	from = inside(place(scale, low));
	to = inside(place(scale, high));
	if (limits != LIMITS_NONE && from < 2 * HALF && to > 0)
		buf_addf(b, "<path class=\"%s\" d=\"M%.1f %gH%.1f\"/>",
			 limits == LIMITS_RANGE ? "range" : "interval", from, MIDDLE,
			 fmax(to, from + 0.5));
	add_dot(b, place(scale, change));
	buf_adds(b, "</svg>");
}
