/* SPDX-License-Identifier: GPL-2.0-or-later */
/* few_blocks.c: a plan held against what analysis/compare/judge.h needs; see few_blocks.h. */
#include "cli/few_blocks.h"

#include <stdlib.h>

#include "analysis/compare/judge.h"

static size_t count_families(const struct suite *s)
{
	unsigned(*pair)[2] = xcalloc(s->nr_contrasts + 1, sizeof(*pair));
	size_t families;

	for (size_t i = 0; i < s->nr_contrasts; i++) {
		pair[i][0] = (unsigned)s->contrasts[i].baseline;
		pair[i][1] = (unsigned)s->contrasts[i].patched;
	}
	families = judge_families((const unsigned(*)[2])pair, s->nr_contrasts, NULL);
	free(pair);
	return families;
}

/* Rows that decide: of a mix with several roles each but those in the background. */
static size_t count_rows(const struct plan *p)
{
	size_t rows = 0;

	for (size_t i = 0; i < p->nr_cells; i++) {
		const struct mix *m = &p->cells[i].mix;
		size_t deciding = 0;

		for (unsigned k = 0; k < m->nr; k++)
			deciding += !m->entry[k].param[ROLE_BACKGROUND];
		rows += deciding ? deciding : 1;
	}
	return rows;
}

/*
 * Each cell that knows two states can line up its signs in one flip of all blocks, and
 * may then rank above a cell that changed (analysis/stats/family.h). So many blocks that
 * this cannot matter: as many as Bonferroni's bound would need.
 */
static void say_slack(const struct plan *p, struct buf *b)
{
	const struct suite *s = p->suite;
	size_t rows = count_rows(p);
	unsigned safe = judge_min_blocks(s->nr_contrasts * rows, true);

	if (s->mode == MODE_EXACT && s->blocks < safe)
		buf_addf(b,
			 "few blocks: with %u, cells that only change between two states can keep "
			 "a changed cell unsure; with %zu cells, each role of a mix for itself, "
			 "%u or more rule that out (-b %u)",
			 s->blocks, rows, safe, safe);
}

void few_blocks_say(const struct plan *p, struct buf *b)
{
	const struct suite *s = p->suite;
	bool exact = s->mode == MODE_EXACT;
	unsigned least = judge_min_blocks(count_families(s), exact);

	if (s->guard.there) /* it counts, and judges no speed */
		return;
	if (!s->nr_contrasts)
		return;
	if (s->blocks >= least)
		say_slack(p, b);
	else
		buf_addf(
			b,
			"too few blocks: with %u, no cell can be called slower or faster, whatever "
			"is measured%s: %u or more are needed (-b %u)",
			s->blocks, exact ? ", as each is one seed" : "", least, least);
}
