/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path.c: in exact mode an instruction is a nanosecond, so the time of an operation is its path,
 * its bulk and the time in which no instruction was executed. Of which of them a change of the
 * rate is made, and of which functions or subsystems a change of the path.
 */
#include <math.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"
#include "lib/schema.h"
#include "lib/subsystems.h"

#define NAMED_LEAST 0.05  /* of a change: less is not said */
#define CPU_ROUNDING 1.01 /* more instructions than time: there are several CPUs */

/* The row of the same cell, or NULL. */
static struct comparison_row *find_row(const struct comparison *c, const struct comparison_row *of,
				       const char *metric, const char *detail)
{
	struct comparison_row *row = c->rows + (of - c->rows);

	while (row > c->rows && comparison_same_cell(row - 1, of))
		row--;
	for (; row < c->rows + c->nr_rows && comparison_same_cell(row, of); row++)
		if (row->whole && row->pass == of->pass && !strcmp(row->metric, metric) &&
		    !strcmp(row->detail, detail))
			return row;
	return NULL;
}

void path_means(const struct comparison_row *row, bool inverse, double side[2])
{
	unsigned n = 0;

	side[0] = side[1] = 0;
	for (unsigned i = 0; row && i < row->planned; i++) {
		const struct comparison_pair *p = &row->pair[i];

		if (!p->has_baseline && !p->has_patched)
			continue;
		side[0] += inverse ? 1e9 / p->baseline : p->has_baseline ? p->baseline : 0;
		side[1] += inverse ? 1e9 / p->patched : p->has_patched ? p->patched : 0;
		n++;
	}
	for (int i = 0; n && i < 2; i++)
		side[i] /= n;
}

static double change_of(const struct comparison_row *row, bool inverse, double side[2])
{
	path_means(row, inverse, side);
	return side[1] - side[0];
}

/* The subsystems that make up most of a change: "mm +400 (1200 -> 1600)". */
static void add_subsystems(struct buf *b, const struct comparison *c,
			   const struct comparison_row *of, const char *metric, double change)
{
	double by[SUBSYSTEMS_MAX], side[SUBSYSTEMS_MAX][2], sum = 0;
	unsigned named = 0;

	for (unsigned k = 0; k < nr_subsystems; k++)
		by[k] = change_of(find_row(c, of, metric, subsystems[k].name), false, side[k]);
	while (named < BECAUSE_NAMED && sum < BECAUSE_ENOUGH * fabs(change)) {
		unsigned most = 0;

		for (unsigned k = 1; k < nr_subsystems; k++)
			if (by[k] * change > by[most] * change)
				most = k;
		if (by[most] * change < BECAUSE_LEAST * change * change)
			return;
		buf_addf(b, "%s%s ", named++ ? ", " : ": ", subsystems[most].name);
		because_change(b, side[most]);
		sum += fabs(by[most]);
		by[most] = 0;
	}
}

/* "an operation's path is 608 instructions longer (14927 -> 15535): ext4_f +400 (...)" */
static void explain_path(struct comparison *c, struct comparison_row *row,
			 const struct cost_cell *costs)
{
	struct buf b = BUF_INIT;
	double side[2], change = change_of(row, false, side);

	row_name(&b, row);
	buf_addf(&b, " path %+.2g %%: it is ", (row->j.change - 1) * 100);
	because_count(&b, fabs(change));
	buf_addf(&b, " instructions an operation %s (", change > 0 ? "longer" : "shorter");
	because_both(&b, side);
	buf_addc(&b, ')');
	if (!costs || !because_path_functions(&b, costs))
		add_subsystems(&b, c, row, METRIC_PATH, change);
	if (costs)
		because_moved(&b, costs);
	row->because = comparison_keep(c, &b);
	row->part = LOCKS_EXPLAIN;
}

struct share {
	double of; /* the change in time */
	const char *name;
};

/* "of the change 98 % is bulk (copying +5120 (..)), 2 % the path" */
static bool add_shares(struct buf *b, const struct comparison *c, const struct comparison_row *rate,
		       const struct comparison_row *path)
{
	double time[2], of_path[2], of_bulk[2];
	double change = change_of(rate, true, time), bulk;
	struct share s[3] = { { 0, "bulk" }, { 0, "the path" }, { 0, "idle time" } };
	bool said = false;

	s[1].of = change_of(path, false, of_path) / change;
	bulk = change_of(find_row(c, rate, METRIC_BULK, ""), false, of_bulk);
	s[0].of = bulk / change;
	s[2].of = 1 - s[0].of - s[1].of;
	for (int i = 0; i < 2; i++)
		if (of_path[i] + of_bulk[i] > CPU_ROUNDING * time[i] || !isfinite(change))
			return false;
	for (int i = 0; i < 3; i++) {
		if (fabs(s[i].of) < NAMED_LEAST)
			continue;
		buf_addf(b, "%s%.0f %% is %s", said ? ", " : "of the change ", s[i].of * 100,
			 s[i].name);
		said = true;
		if (i == 0)
			add_subsystems(b, c, rate, METRIC_BULK, bulk);
	}
	return said;
}

static void explain_rate(struct comparison *c, struct comparison_row *rate,
			 const struct comparison_row *path)
{
	bool locks = rate->l.part == LOCKS_EXPLAIN || rate->l.part == LOCKS_PARTLY;
	struct buf b = BUF_INIT;

	because_begin(&b, rate, locks);
	if (!add_shares(&b, c, rate, path)) {
		buf_release(&b);
		return;
	}
	if (rate->l.because && !locks)
		buf_adds(&b, "; no lock explains it");
	rate->because = comparison_keep(c, &b);
	rate->part = locks ? rate->l.part : LOCKS_EXPLAIN;
}

static void explain(struct comparison *c, struct comparison_row *rate,
		    const struct cost_cell *costs)
{
	struct comparison_row *path = find_row(c, rate, METRIC_PATH, "");

	if (!path || !path->pairs)
		return;
	if (row_changed(path))
		explain_path(c, path, costs && costs->pairs ? costs : NULL);
	if (row_changed(rate))
		explain_rate(c, rate, path);
}

void comparison_add_costs(struct comparison *comp, const struct costs *costs)
{
	for (size_t i = 0; i < comp->nr_rows; i++) {
		struct comparison_row *row = &comp->rows[i];
		const struct cost_cell *c =
			costs ? costs_cell(costs, row->contrast_number, row->cell_number) : NULL;

		if (!row_of_cell(row) || !row->primary || row->path)
			continue;
		if (c && c->pairs && !strcmp(row->metric, costs->rate))
			because_costs(comp, row, c);
		explain(comp, row, c);
	}
	for (size_t i = 0; costs && i < costs->notes.n; i++)
		strv_add(&comp->cost_notes, costs->notes.v[i]);
}
