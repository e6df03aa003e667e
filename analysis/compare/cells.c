/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cells.c: a kernel's own trouble turned into the verdict of a cell; the rows that decide
 * put together cell by cell, by the rule of verdict.h; and the words for a figure that is
 * known too coarsely. See compare.h.
 */
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"

/* Both borrow these strings from the results. */
static bool is_of(const struct comparison_row *row, const struct comparison_cell *cell)
{
	return row->contrast == cell->contrast && row->workload == cell->workload &&
	       row->params == cell->params;
}

/* How often a side's kernel broke, hung and measured the cell, and what it said. */
struct side_end {
	unsigned run, measured, broken, hung;
	const char *line;
};

static struct side_end side_end(const struct results *r, uint32_t cell, uint32_t variant)
{
	struct side_end s = { .line = NULL };

	for (uint32_t b = 1; b <= r->blocks; b++) {
		const struct unit *u = results_unit(r, cell, variant, b, 0);

		s.run += u->seen > 0;
		s.measured += unit_ok(u);
		s.broken += u->broken;
		s.hung += u->hung;
		if ((u->broken || u->hung) && !s.line)
			s.line = intern_str(&r->strings, u->reason);
	}
	return s;
}

void cell_find_end(struct comparison_cell *out, const struct results *r,
		   const struct results_contrast *contrast, uint32_t cell)
{
	struct side_end s[2] = { side_end(r, cell, contrast->baseline),
				 side_end(r, cell, contrast->patched) };
	int side;

	/* A busy host stops this run or that; it does not choose a side in every block. */
	for (side = 0; side < 2; side++)
		if (s[side].hung && s[side].hung + s[side].broken == s[side].run &&
		    s[!side].measured == s[!side].run)
			s[side].broken = s[side].run;
	side = s[1].broken > 0;
	if (!s[side].broken || s[!side].broken || !s[!side].measured)
		return;
	out->end = side ? END_BROKEN : END_REPAIRED;
	out->end_blocks = s[side].broken;
	out->end_of = s[side].run;
	out->line = s[side].line;
}

/* Whatever its figures are in the blocks that it lived through. */
static void apply_end(struct comparison *c, const struct comparison_cell *cell,
		      struct comparison_row *row)
{
	struct buf b = BUF_INIT;

	if (cell->end == END_NONE || (cell->end == END_REPAIRED && row->pairs))
		return;
	row->j.r = (struct ruling){
		.verdict = cell->end == END_BROKEN ? VERDICT_BROKEN : VERDICT_REPAIRED,
		.significant = row->j.r.significant,
	};
	buf_addf(&b, "%s: %s", cell->end == END_BROKEN ? "patched" : "baseline", cell->line);
	row->j.r.why = comparison_keep(c, &b);
}

static void add_member(struct comparison_cell *cell, const struct comparison_row *row)
{
	cell->members = xrealloc(cell->members, cell->nr_members + 1, sizeof(*cell->members));
	cell->members[cell->nr_members++] = (struct comparison_member){
		.role = row->role,
		.metric = row->metric,
		.whole = row->whole,
		.verdict = row->j.r.verdict,
		.has_change = row->j.has_change,
		.zero = row->j.zero,
		.change = row->j.change,
	};
}

void cells_fill(struct comparison *c)
{
	size_t at = 0;

	/* Both stand in the same order, and every cell has a row. */
	for (size_t i = 0; i < c->nr_cells; i++) {
		struct comparison_cell *cell = &c->cells[i];
		unsigned nr[NR_VERDICTS] = { 0 };

		for (; at < c->nr_rows && is_of(&c->rows[at], cell); at++) {
			struct comparison_row *row = &c->rows[at];

			row->cell = cell;
			if (!row->j.decides)
				continue;
			apply_end(c, cell, row);
			add_member(cell, row);
			nr[row->j.r.verdict]++;
		}
		cell->verdict = verdict_combine(nr);
	}
}

void cells_explain(struct comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++) {
		struct comparison_row *row = &c->rows[i];
		struct buf b = BUF_INIT;

		if (!row->j.done || !row->j.r.coarse)
			continue;
		buf_addf(&b, "known to %.2g %% only, and the margin is %.2g %%",
			 row->resolution * 100, row->j.margin * 100);
		row->j.r.why = comparison_keep(c, &b);
	}
}
