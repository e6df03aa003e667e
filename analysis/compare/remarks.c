/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remarks.c: sentences about what these data can show at all: too few blocks, a
 * margin finer than the machine's noise, how the family was formed, and where
 * another method in use (Holm) would have had no chance.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/floor.h"
#include "analysis/compare/judge_impl.h"

/* Said once for all contrasts. */
static void few_blocks(struct comparison *c)
{
	const struct judge *j = c->judge;
	unsigned least = judge_min_blocks(j->families, j->exact_mode);
	bool open = false;

	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		open |= row->j.decides && row->j.r.verdict == VERDICT_UNSURE && row->pairs &&
			row->pairs < least;
	}
	if (!open || !j->paired || j->adaptive)
		return;
	strv_addf(&c->remarks,
		  "too few blocks: no cell can be called slower or faster with fewer than %u%s (-b "
		  "%u), whatever is measured",
		  least, j->exact_mode ? ", as each is one seed" : "", least);
}

/* Only where flips decide more than Holm could. */
static void holm(struct comparison *c, struct comparison_row **rows, size_t nr)
{
	unsigned blocks = 0;
	double floor;

	for (size_t i = 0; i < nr; i++)
		blocks = rows[i]->pairs > blocks ? rows[i]->pairs : blocks;
	floor = (double)nr * ldexp(1, 1 - (int)blocks);
	if (!c->paired || c->judge->adaptive || floor <= c->alpha ||
	    blocks < judge_min_blocks(c->judge->families, c->judge->exact_mode))
		return;
	strv_addf(&c->remarks,
		  "Holm's method over signed-rank tests could not reach 5 %% here: %zu cells, %u "
		  "blocks, smallest p %.2g; the joint flips above can",
		  nr, blocks, fmin(1, floor));
}

/* Of all rows that decide together, as the more there are, the less is seen. */
static void noise_floor(struct comparison *c)
{
	const struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));
	double *sd = xcalloc(c->nr_rows + 1, sizeof(*sd)), *sees;
	struct row_list found = { .nr = 0 };
	static const double chance = 0.8;
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_rows && c->judge->floor; i++) {
		sd[nr] = floor_sd(c->judge->floor, &c->rows[i]);
		if (c->rows[i].j.decides && sd[nr] >= 0)
			rows[nr++] = &c->rows[i];
	}
	sees = nr ? floor_sees(c, rows, nr, sd, &chance, 1) : NULL;
	for (size_t i = 0; i < nr; i++) {
		char what[32];

		snprintf(what, sizeof(what), "%.1f %%", sees[i] * 100);
		if (sees[i] > 2 * rows[i]->j.margin) /* more than half of it is noise, not margin */
			row_list_add(&found,
				     "the margin is finer than this machine can see with so many "
				     "blocks: by its calibration, a change found in 4 of 5 duels "
				     "is more than twice the margin",
				     rows[i], what);
	}
	row_list_end(&found, &c->remarks);
	free(rows);
	free(sd);
	free(sees);
}

static void families(struct comparison *c)
{
	if (c->judge->families > 1 && c->paired)
		strv_addf(&c->remarks,
			  "contrasts that share a variant are tested apart: %zu families, and p "
			  "times %zu",
			  c->judge->families, c->judge->families);
	if (!c->paired)
		strv_add(&c->remarks, "the two sides are not paired (rank-sum tests, Holm): what "
				      "drifted between them looks like a change");
}

static void looks(struct comparison *c)
{
	const struct judge *j = c->judge;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < j->nr_shown; i++)
		buf_addf(&b, "%s%u", i ? ", " : "", j->shown[i].blocks);
	if (j->adaptive)
		strv_addf(&c->remarks,
			  "adaptive run: looks at %s blocks, %.2g of 5 %% spent; a verdict stands "
			  "from the look that gave it",
			  b.data, j->looks[j->nr_looks - 1].alpha * 100);
	if (j->nr_before && c->paired)
		strv_addf(&c->remarks,
			  "blocks were added after a verdict had been shown at %u: slower and "
			  "faster are tested as if every number of blocks since then had been "
			  "looked at, and all of them share the 5 %%",
			  j->looks[0].blocks);
	if (j->nr_before && !c->paired)
		strv_addf(&c->remarks,
			  "blocks were added after a verdict had been shown at %u: looks share the "
			  "5 %%, and this one may spend %.2g %%",
			  j->looks[0].blocks, j->shown[0].alpha * 100);
	buf_release(&b);
}

void remarks_fill(struct comparison *c)
{
	families(c);
	looks(c);
	few_blocks(c);
	noise_floor(c);
	for (size_t i = 0; i < c->nr_headlines; i++) {
		size_t nr;
		struct comparison_row **rows = deciding_rows(c, c->headlines[i].contrast, &nr);

		holm(c, rows, nr);
		free(rows);
	}
}
