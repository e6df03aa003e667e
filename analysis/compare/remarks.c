/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remarks.c: sentences about what these data can show at all: too few blocks, a
 * margin finer than the machine's noise, how the family was formed, and where
 * another method in use (Holm) would have had no chance.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/stats/family.h"
#include "analysis/compare/floor.h"
#include "analysis/compare/judge_impl.h"

static unsigned most_pairs(struct comparison_row *const *rows, size_t nr)
{
	unsigned most = 0;

	for (size_t i = 0; i < nr; i++)
		most = rows[i]->pairs > most ? rows[i]->pairs : most;
	return most;
}

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
		  "too few blocks: no cell can be called slower or faster with fewer "
		  "than %u%s (-b %u), whatever is measured",
		  least, j->exact_mode ? ", as each is one seed" : "", least);
}

/* Only where flips decide more than Holm could. */
static void holm(struct comparison *c, struct comparison_row **rows, size_t nr)
{
	unsigned blocks = most_pairs(rows, nr);
	double floor = (double)nr * ldexp(1, 1 - (int)blocks);

	if (!c->paired || c->judge->adaptive || floor <= c->alpha ||
	    blocks < judge_min_blocks(c->judge->families, c->judge->exact_mode))
		return;
	strv_addf(&c->remarks,
		  "Holm's method over signed-rank tests could not reach 5 %% here: "
		  "%zu cells, %u blocks, smallest p %.2g; the joint flips above can",
		  nr, blocks, fmin(1, floor));
}

/* Half of the smallest change that is found is noise rather than margin. */
static void name_too_fine(struct comparison *c, const struct comparison_row *const *rows, size_t nr,
			  const double *sees)
{
	struct buf b = BUF_INIT;
	size_t found = 0;

	for (size_t i = 0; i < nr; i++) {
		if (sees[i] <= 2 * rows[i]->j.margin)
			continue;
		if (found++ < 3) {
			buf_adds(&b, found > 1 ? ", " : "");
			row_name(&b, rows[i]);
			buf_addf(&b, " (%.1f %%)", sees[i] * 100);
		}
	}
	if (found > 3)
		buf_addf(&b, " and %zu more", found - 3);
	if (found)
		strv_addf(&c->remarks,
			  "the margin is finer than this machine can see with so many "
			  "blocks: by its calibration, a change found in 4 of 5 duels is more than "
			  "twice the margin: %s",
			  buf_str(&b));
	buf_release(&b);
}

/* All rows that decide together: the more there are, the less is seen. */
static void noise_floor(struct comparison *c)
{
	const struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));
	double *sd = xcalloc(c->nr_rows + 1, sizeof(*sd)), *sees;
	static const double chance = 0.8;
	size_t nr = 0;

	for (size_t i = 0; i < c->nr_rows && c->judge->floor; i++) {
		sd[nr] = floor_sd(c->judge->floor, &c->rows[i]);
		if (c->rows[i].j.decides && sd[nr] >= 0)
			rows[nr++] = &c->rows[i];
	}
	if (nr) {
		sees = floor_sees(c, rows, nr, sd, &chance, 1);
		name_too_fine(c, rows, nr, sees);
		free(sees);
	}
	free(rows);
	free(sd);
}

static void families(struct comparison *c)
{
	if (c->judge->families > 1 && c->paired)
		strv_addf(&c->remarks,
			  "contrasts that share a variant are tested apart: %zu "
			  "families, and p times %zu",
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
			  "adaptive run: looks at %s blocks, %.2g of 5 %% spent; a "
			  "verdict stands from the look that gave it",
			  b.data, j->looks[j->nr_looks - 1].alpha * 100);
	if (j->nr_before && c->paired)
		strv_addf(
			&c->remarks,
			"blocks were added after a verdict had been shown at %u: "
			"slower and faster are tested as if every number of blocks since then had "
			"been looked at, and all of them share the 5 %%",
			j->looks[0].blocks);
	if (j->nr_before && !c->paired)
		strv_addf(&c->remarks,
			  "blocks were added after a verdict had been shown at %u: "
			  "looks share the 5 %%, and this one may spend %.2g %%",
			  j->looks[0].blocks, j->shown[0].alpha * 100);
	buf_release(&b);
}

void remarks_fill(struct comparison *c, const struct results *r)
{
	(void)r;
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
