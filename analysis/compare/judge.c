/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.c: which rows decide, which make a family, and what run.json says of how
 * to judge; see judge.h. A family's figures come from evidence.c.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats/family.h"
#include "analysis/compare/judge_impl.h"

int row_direction(const struct comparison_row *row)
{
	return !*row->better ? 0 : !strcmp(row->better, "higher") ? 1 : -1;
}

size_t row_contrast(const struct results *r, const struct comparison_row *row)
{
	size_t i = 0;

	while (i < r->nr_contrasts && strcmp(r->contrasts[i].name, row->contrast))
		i++;
	return i;
}

/* The role, where it decides for itself; of the total, that it is of all of them. */
void row_name(struct buf *b, const struct comparison_row *row)
{
	buf_adds(b, row->workload);
	for (const char *p = row->varying; *p; p++) {
		if (p == row->varying)
			buf_addc(b, ' ');
		buf_addc(b, *p == ';' ? ' ' : *p);
	}
	if (row->total)
		buf_adds(b, ", all roles,");
	else if (!row->whole)
		buf_addf(b, " %s", row->role);
}

/* --- which rows decide, and together with which ---------------------------------------- */

static bool is_gap(const struct comparison *c, const struct comparison_row *row)
{
	for (size_t i = 0; i < c->unmeasured; i++) {
		const struct comparison_gap *g = &c->gaps[i];

		if (g->contrast == row->contrast && g->workload == row->workload &&
		    g->params == row->params)
			return true;
	}
	return false;
}

/* A primary metric that a cell does not have at all, as another stands for it, decides nothing. */
static bool decides(const struct comparison *c, const struct comparison_row *row)
{
	return row->member && (row->pairs || is_gap(c, row));
}

struct comparison_row **deciding_rows(const struct comparison *c, const char *contrast, size_t *nr)
{
	struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));

	*nr = 0;
	for (size_t i = 0; i < c->nr_rows; i++) {
		if (c->rows[i].j.decides && !strcmp(c->rows[i].contrast, contrast))
			rows[(*nr)++] = &c->rows[i];
	}
	return rows;
}

size_t judge_families(const unsigned (*contrast)[2], size_t nr, size_t *family_of)
{
	size_t *of = xcalloc(nr + 1, sizeof(*of));
	size_t families = 0;

	for (size_t i = 0; i < nr; i++) {
		bool free_here = false;

		for (of[i] = 0; !free_here; of[i] += !free_here) {
			free_here = true;
			for (size_t k = 0; k < i && free_here; k++)
				free_here = of[k] != of[i] || (contrast[k][0] != contrast[i][0] &&
							       contrast[k][0] != contrast[i][1] &&
							       contrast[k][1] != contrast[i][0] &&
							       contrast[k][1] != contrast[i][1]);
		}
		families = of[i] + 1 > families ? of[i] + 1 : families;
	}
	for (size_t i = 0; family_of && i < nr; i++)
		family_of[i] = of[i];
	free(of);
	return families;
}

size_t judge_nr_families(const struct comparison *c)
{
	return c->judge->families;
}

unsigned judge_min_blocks(size_t families, bool exact_mode)
{
	unsigned least = family_min_blocks(VERDICT_ALPHA * JUDGE_FIRST, families);

	return exact_mode && least < VERDICT_SEEDS_MIN ? VERDICT_SEEDS_MIN : least;
}

/* Only contrasts that have rows count: the user may have asked for one. */
static void find_families(struct judge *j, const struct comparison *c, const struct results *r)
{
	unsigned(*pair)[2] = xcalloc(r->nr_contrasts + 1, sizeof(*pair));
	size_t *number = xcalloc(r->nr_contrasts + 1, sizeof(*number));
	size_t *of = xcalloc(r->nr_contrasts + 1, sizeof(*of));
	bool *used = xcalloc(r->nr_contrasts + 1, sizeof(*used));
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_rows; i++)
		used[row_contrast(r, &c->rows[i])] = true;
	for (size_t i = 0; i < r->nr_contrasts; i++) {
		if (!used[i])
			continue;
		pair[nr][0] = r->contrasts[i].baseline;
		pair[nr][1] = r->contrasts[i].patched;
		number[nr++] = i;
	}
	j->families = judge_families((const unsigned(*)[2])pair, nr, of);
	j->family_of = xcalloc(r->nr_contrasts + 1, sizeof(*j->family_of));
	for (size_t i = 0; i < nr; i++)
		j->family_of[number[i]] = of[i];
	free(pair);
	free(number);
	free(of);
	free(used);
}

static bool is_deciding(const struct comparison_row *row)
{
	return row->j.decides;
}

static bool is_total(const struct comparison_row *row)
{
	return row->total;
}

static bool is_any(const struct comparison_row *row)
{
	(void)row;
	return true;
}

/* Every family of those of a pass's rows that are not judged yet. */
static void judge_pass(struct comparison *c, const struct results *r,
		       bool (*wanted)(const struct comparison_row *row), const char *pass)
{
	struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));

	for (size_t family = 0; family < c->judge->families; family++) {
		size_t nr = 0;

		for (size_t i = 0; i < c->nr_rows; i++) {
			struct comparison_row *row = &c->rows[i];

			if (!row->j.done && wanted(row) && row->pass == pass &&
			    c->judge->family_of[row_contrast(r, row)] == family)
				rows[nr++] = row;
		}
		if (nr)
			judge_rows(c->judge, rows, nr);
	}
	free(rows);
}

/* What another pass has seen changes nothing of what the first says. */
static void judge_all(struct comparison *c, const struct results *r,
		      bool (*wanted)(const struct comparison_row *row))
{
	for (uint32_t pass = 0; pass < r->pass_index.nr; pass++)
		judge_pass(c, r, wanted, intern_str(&r->pass_index, pass));
}

size_t judge_looks(unsigned max, struct judge_look out[JUDGE_LOOKS_MAX])
{
	static const struct judge_look usual[JUDGE_LOOKS_MAX] = {
		{ 8, 0.01 }, { 12, 0.01 }, { 16, 0.01 }, { 20, 0.02 }
	};
	double left = VERDICT_ALPHA;
	size_t nr = 0;

	for (size_t i = 0; i < JUDGE_LOOKS_MAX && max >= usual[3].blocks; i++)
		out[nr++] = (struct judge_look){ usual[i].blocks * max / usual[3].blocks,
						 usual[i].alpha };
	if (nr)
		return nr;
	for (size_t i = 0; i < JUDGE_LOOKS_MAX && usual[i].blocks < max; i++) {
		out[nr++] = usual[i];
		left -= usual[i].alpha;
	}
	out[nr++] = (struct judge_look){ max, left };
	return nr;
}

/* --- what run.json says of it ------------------------------------------------------------ */

void judge_set_looks(struct judge *j, const struct judge_look *planned, size_t nr)
{
	double spent = 0;

	j->adaptive = true;
	j->looks = xcalloc(nr + 1, sizeof(*j->looks));
	j->shown = xcalloc(nr + 1, sizeof(*j->shown));
	for (size_t i = 0; i < nr; i++) {
		spent += planned[i].alpha;
		j->looks[i] = (struct family_look){ planned[i].blocks, spent };
		j->shown[i] = planned[i];
	}
	j->nr_looks = j->nr_shown = nr;
	j->next_alpha = planned[nr - 1].alpha;
}

void judge_set_unplanned(struct judge *j, const unsigned *before, size_t nr, unsigned blocks)
{
	unsigned first = nr ? before[0] : blocks;
	double rest = VERDICT_ALPHA * (1 - JUDGE_FIRST);

	j->looks = xcalloc(blocks - first + 1, sizeof(*j->looks));
	j->shown = xcalloc(1, sizeof(*j->shown));
	for (unsigned n = first; n <= blocks; n++)
		j->looks[j->nr_looks++] =
			(struct family_look){ n, VERDICT_ALPHA - rest * first / n };
	j->next_alpha = ldexp(rest, -(int)nr - 1);
	j->shown[j->nr_shown++] =
		(struct judge_look){ blocks, nr ? 2 * j->next_alpha : VERDICT_ALPHA * JUDGE_FIRST };
	j->nr_before = nr;
}

/* The last block that was begun. */
static unsigned blocks_reached(const struct comparison *c, const struct results *r)
{
	unsigned reached = 0;

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		for (unsigned b = row->planned; row->j.decides && b > reached; b--)
			if (row->pair[b - 1].lack != LACK_MISSING)
				reached = row->pair[b - 1].block;
	}
	return reached ? reached : r->blocks;
}

/* Planned looks count where they were reached, and where nobody had looked before them. */
static void read_looks(struct judge *j, const struct comparison *c, const struct results *r)
{
	const json_t *looks = json_object_get(r->run, "looks"), *item;
	struct judge_look *planned = xcalloc(json_array_size(looks) + 1, sizeof(*planned));
	unsigned *before = xcalloc(json_array_size(r->looks) + 1, sizeof(*before));
	unsigned reached = blocks_reached(c, r);
	size_t i, nr_planned = 0, nr_before = 0;

	json_array_foreach(looks, i, item) {
		json_int_t blocks = json_integer_value(json_object_get(item, "blocks"));
		double alpha = json_number_value(json_object_get(item, "alpha"));

		if (blocks > 0 && blocks <= reached && alpha > 0 && alpha <= VERDICT_ALPHA)
			planned[nr_planned++] = (struct judge_look){ (unsigned)blocks, alpha };
	}
	json_array_foreach(r->looks, i, item)
		if (json_integer_value(item) < reached)
			before[nr_before++] = (unsigned)json_integer_value(item);
	j->blocks = reached;
	if (nr_planned && !nr_before)
		judge_set_looks(j, planned, nr_planned);
	else
		judge_set_unplanned(j, before, nr_before, reached);
	free(planned);
	free(before);
}

static struct judge *judge_new(const struct comparison *c, const struct results *r,
			       const struct judge_opts *o)
{
	struct judge *j = xcalloc(1, sizeof(*j));

	*j = (struct judge){
		.margin = o ? o->margin : 0,
		.floor = o ? o->floor : NULL,
		.margins = json_object_get(r->run, "margins"),
		.exact_mode = !strcmp(r->mode, "exact"),
		.paired = !json_is_false(json_object_get(r->run, "paired")),
		.seed = (uint64_t)json_integer_value(
			json_object_get(json_object_get(r->run, "suite"), "seed")),
	};
	find_families(j, c, r);
	return j;
}

void judge_release(struct judge *j)
{
	if (!j)
		return;
	free(j->family_of);
	free(j->looks);
	free(j->shown);
	free(j);
}

void comparison_judge(struct comparison *c, const struct results *r, const struct judge_opts *o)
{
	c->judge = judge_new(c, r, o);
	c->judged = true;
	c->paired = c->judge->paired;
	c->alpha = VERDICT_ALPHA;
	for (size_t i = 0; i < c->nr_rows; i++)
		c->rows[i].j.decides = decides(c, &c->rows[i]);
	read_looks(c->judge, c, r);
	judge_all(c, r, is_deciding);
	judge_all(c, r, is_total); /* shown beside the roles, and explained by locks and costs */
	cells_explain(c);
	cells_fill(c);
	headline_fill(c, r);
	checks_fill(c, r);
	remarks_fill(c, r);
	c->judge->floor = NULL; /* the caller may let go of it */
}

unsigned comparison_look(const struct comparison *c)
{
	return c->judge->adaptive ? 0 : c->judge->blocks;
}

void comparison_judge_rest(struct comparison *c, const struct results *r)
{
	judge_all(c, r, is_any);
	cells_explain(c);
}

unsigned comparison_count(const struct comparison *c, enum verdict v)
{
	unsigned nr = 0;

	for (size_t i = 0; i < c->nr_headlines; i++)
		nr += c->headlines[i].nr[v];
	return nr;
}
