/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cells.c: which rows decide a cell, which are identical, how far a rate is known, and the
 * verdict of the cell. A mix is judged by its roles: its total adds writes that wait for a disk
 * to others that only copy, and the cheap ones would decide.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"
#include "lib/schema.h"

static bool in_background(const struct comparison_row *row)
{
	char *key = xasprintf(";%s.background=", row->role);
	char *params = xasprintf(";%s", row->params);
	const char *at = strstr(params, key);
	bool found = at && at[strlen(key)] != '0';

	free(key);
	free(params);
	return found;
}

static bool works(const struct comparison_row *row)
{
	return row->primary && !row->whole && row_measured(row);
}

static bool may_decide(const struct comparison_row *row)
{
	return works(row) && strcmp(row->role, ROLE_VERIFY) && !in_background(row);
}

/* Of the rows that count. */
static const char *single_role(const struct comparison_row *rows, size_t nr,
			       bool (*counts)(const struct comparison_row *row), bool *several)
{
	const char *role = NULL;

	*several = false;
	for (size_t i = 0; i < nr; i++) {
		if (!counts(&rows[i]))
			continue;
		*several |= role && strcmp(role, rows[i].role);
		role = rows[i].role;
	}
	return *several ? NULL : role;
}

/* Equal in every block, or measured on neither side; but for blocks where whole has no pair. */
static bool is_equal(const struct comparison_row *row, const struct comparison_row *whole)
{
	bool same_pass = whole && whole->pass == row->pass;

	for (unsigned i = 0; i < row->planned; i++) {
		const struct comparison_pair *pair = &row->pair[i];

		if (same_pass && whole->pair[i].reason)
			continue;
		if (pair->has_baseline != pair->has_patched ||
		    (pair->has_baseline && pair->baseline != pair->patched))
			return false;
	}
	return true;
}

/* Of the whole workload every row of the pass counts, of a role its own. */
static void find_identical(struct comparison_row *rows, size_t nr)
{
	const struct comparison_row *whole = NULL;
	bool *equal = xcalloc(nr + 1, sizeof(*equal));

	for (size_t i = 0; i < nr && !whole; i++)
		whole = rows[i].primary && rows[i].whole && rows[i].pairs ? &rows[i] : NULL;
	for (size_t i = 0; i < nr; i++)
		equal[i] = is_equal(&rows[i], whole);
	for (size_t i = 0; i < nr; i++) {
		bool all = rows[i].pairs > 0;

		for (size_t k = 0; k < nr && all; k++)
			all = equal[k] || rows[k].pass != rows[i].pass ||
			      (!rows[i].whole && strcmp(rows[k].role, rows[i].role));
		rows[i].identical = all;
	}
	free(equal);
}

/* The runner's word for a role, as a share: the largest of both sides and all blocks. */
static double resolution_of(const struct comparison_row *rows, size_t nr,
			    const struct comparison_row *like, const char *role)
{
	double most = 0;

	for (const struct comparison_row *row = rows; row < rows + nr; row++) {
		if (row->pass != like->pass || strcmp(row->role, role) ||
		    strcmp(row->metric, METRIC_RESOLUTION))
			continue;
		for (unsigned b = 0; b < row->planned; b++)
			most = fmax(most, fmax(row->pair[b].baseline, row->pair[b].patched));
	}
	return most / 100;
}

void members_choose(struct comparison_row *rows, size_t nr)
{
	bool several, mixed;
	const char *single = single_role(rows, nr, may_decide, &several);

	/* A mix has more or fewer of each kind of work when one kind gets slower: its path moves.
	 */
	single_role(rows, nr, works, &mixed);
	find_identical(rows, nr);
	for (size_t i = 0; i < nr; i++) {
		struct comparison_row *row = &rows[i];

		if (row->path) {
			row->member = !mixed;
			continue;
		}
		row->total = several && row->whole && row->primary;
		row->member = several ? may_decide(row) : row->whole && row->primary;
		row->needed |= row->member;
		if (!row->primary)
			continue;
		row->resolution = resolution_of(rows, nr, row, row->role);
		if (row->whole && single)
			row->resolution =
				fmax(row->resolution, resolution_of(rows, nr, row, single));
	}
}

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

		for (; at < c->nr_rows && c->rows[at].contrast == cell->contrast &&
		       c->rows[at].workload == cell->workload && c->rows[at].params == cell->params;
		     at++) {
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
