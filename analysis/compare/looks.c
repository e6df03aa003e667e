/* SPDX-License-Identifier: GPL-2.0-or-later */
/* looks.c: how many families and looks there are, and what each may spend; see judge.h. */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"

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

unsigned judge_min_blocks(size_t families, bool exact_mode)
{
	unsigned least = family_min_blocks(VERDICT_ALPHA * JUDGE_FIRST, families);

	return exact_mode && least < VERDICT_SEEDS_MIN ? VERDICT_SEEDS_MIN : least;
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

void judge_release(struct judge *j)
{
	if (!j)
		return;
	free(j->family_of);
	free(j->looks);
	free(j->shown);
	free(j);
}
