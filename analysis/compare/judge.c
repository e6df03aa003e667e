/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.c: which rows decide, and which make a family; see judge.h. It leads the room. */
#include <stdlib.h>
#include <string.h>

#include "analysis/compare/judge_impl.h"

/* A primary metric that a cell does not have at all, as another stands for it, decides nothing. */
static bool decides(const struct comparison *c, const struct comparison_row *row)
{
	bool gap = false;

	for (size_t i = 0; i < c->unmeasured && !gap && !row->pairs; i++)
		gap = c->gaps[i].contrast == row->contrast &&
		      c->gaps[i].workload == row->workload && c->gaps[i].params == row->params;
	return row->member && (row->pairs || gap);
}

/* Only contrasts that have rows count: the user may have asked for one. */
static void find_families(struct judge *j, const struct comparison *c, const struct results *r)
{
	unsigned(*pair)[2] = xcalloc(r->nr_contrasts + 1, sizeof(*pair));
	size_t *of = xcalloc(r->nr_contrasts + 1, sizeof(*of)), nr = 0;

	j->family_of = xcalloc(r->nr_contrasts + 1, sizeof(*j->family_of));
	for (size_t i = 0; i < c->nr_rows; i++) { /* in the order of contrasts */
		unsigned number = c->rows[i].contrast_number;

		if (i && c->rows[i - 1].contrast_number == number)
			continue;
		pair[nr][0] = r->contrasts[number].baseline;
		pair[nr][1] = r->contrasts[number].patched;
		j->family_of[number] = nr++;
	}
	j->families = judge_families((const unsigned(*)[2])pair, nr, of);
	for (size_t i = 0; i < r->nr_contrasts; i++)
		j->family_of[i] = of[j->family_of[i]];
	free(pair);
	free(of);
}

enum wave { DECIDING, TOTALS, REST };

static bool is_of(const struct comparison_row *row, enum wave wave)
{
	return wave == DECIDING ? row->j.decides : wave == TOTALS ? row->total || row->path : true;
}

/* Of the rows that are not judged yet. Another pass changes nothing of what the first says. */
static void judge_all(struct comparison *c, const struct results *r, enum wave wave)
{
	struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));

	for (size_t k = 0; k < r->pass_index.nr * c->judge->families; k++) {
		uint32_t pass = (uint32_t)(k / c->judge->families);
		size_t nr = 0;

		for (size_t i = 0; i < c->nr_rows; i++) {
			struct comparison_row *row = &c->rows[i];

			if (!row->j.done && is_of(row, wave) &&
			    row->pass == intern_str(&r->pass_index, pass) &&
			    c->judge->family_of[row->contrast_number] == k % c->judge->families)
				rows[nr++] = row;
		}
		judge_rows(c->judge, rows, nr);
	}
	free(rows);
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

void comparison_judge(struct comparison *c, const struct results *r, const struct judge_opts *o)
{
	const json_t *seed = json_object_get(json_object_get(r->run, "suite"), "seed");
	struct judge *j = c->judge = xcalloc(1, sizeof(*j));

	*j = (struct judge){
		.margin = o ? o->margin : 0,
		.floor = o ? o->floor : NULL,
		.margins = json_object_get(r->run, "margins"),
		.exact_mode = !strcmp(r->mode, "exact"),
		.paired = !json_is_false(json_object_get(r->run, "paired")),
		.seed = (uint64_t)json_integer_value(seed),
	};
	find_families(j, c, r);
	c->judged = true;
	c->paired = j->paired;
	c->alpha = VERDICT_ALPHA;
	for (size_t i = 0; i < c->nr_rows; i++)
		c->rows[i].j.decides = decides(c, &c->rows[i]);
	read_looks(j, c, r);
	judge_all(c, r, DECIDING);
	judge_all(c, r, TOTALS); /* shown beside the roles, and explained by locks and costs */
	cells_explain(c);
	cells_fill(c);
	headline_fill(c, r);
	sentences_fill(c, r);
	j->floor = NULL; /* the caller may let go of it */
}

unsigned comparison_look(const struct comparison *c)
{
	return c->judge->adaptive ? 0 : c->judge->blocks;
}

void comparison_judge_rest(struct comparison *c, const struct results *r)
{
	judge_all(c, r, REST);
	cells_explain(c);
}

unsigned comparison_count(const struct comparison *c, enum verdict v)
{
	unsigned nr = 0;

	for (size_t i = 0; i < c->nr_headlines; i++)
		nr += c->headlines[i].nr[v];
	return nr;
}

unsigned comparison_losses(const struct comparison *c)
{
	unsigned nr = 0;

	for (enum verdict v = VERDICT_FIRST; v < NR_VERDICTS; v++)
		nr += verdict_side(v) < 0 ? comparison_count(c, v) : 0;
	return nr;
}
