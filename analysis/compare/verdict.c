/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.c: the rules (verdict.h), and how many families and looks share what (judge.h). */
#include "analysis/compare/verdict.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"

#define CHANCE 0.8 /* that as many more blocks as said will do */

const char *const verdict_names[NR_VERDICTS] = {
	"", "broken", "slower", "mixed", "faster", "repaired", "same", "unsure",
};

static const enum verdict from_bad_to_good[] = {
	VERDICT_BROKEN, VERDICT_SLOWER,   VERDICT_MIXED, VERDICT_UNSURE,
	VERDICT_FASTER, VERDICT_REPAIRED, VERDICT_SAME,
};

int verdict_side(enum verdict v)
{
	if (v == VERDICT_BROKEN || v == VERDICT_SLOWER || v == VERDICT_MIXED)
		return -1;
	return v == VERDICT_FASTER || v == VERDICT_REPAIRED;
}

enum verdict verdict_worst(const unsigned nr[NR_VERDICTS])
{
	for (size_t i = 0; i < sizeof(from_bad_to_good) / sizeof(from_bad_to_good[0]); i++)
		if (nr[from_bad_to_good[i]])
			return from_bad_to_good[i];
	return VERDICT_NONE;
}

enum verdict verdict_combine(const unsigned nr[NR_VERDICTS])
{
	if (!nr[VERDICT_BROKEN] && nr[VERDICT_SLOWER] && nr[VERDICT_FASTER])
		return VERDICT_MIXED;
	return verdict_worst(nr);
}

/* Margins are of ratios, so that they mean what they say: 0.98 to 1.02. */
static bool inside(double log_ratio, double margin)
{
	double ratio = exp(log_ratio);

	return ratio >= 1 - margin && ratio <= 1 + margin;
}

/* Distance of the estimate to the nearer edge; positive inside. */
static double room(double shift, double margin)
{
	return fmin(log1p(margin) - shift, shift - log1p(-margin));
}

static enum verdict direction(const struct evidence *e)
{
	if (!e->better)
		return VERDICT_NONE;
	return (e->shift > 0) == (e->better > 0) ? VERDICT_FASTER : VERDICT_SLOWER;
}

static const char *why_unsure(const struct evidence *e, const struct ruling *r)
{
	if (r->coarse)
		return "it is known too coarsely for this margin";
	if (e->exact_mode && e->n < VERDICT_SEEDS_MIN)
		return "fewer than 6 seeds";
	if (e->n < e->min_blocks)
		return "too few blocks to be sure of anything";
	if (r->significant)
		return "it differs, but on which side of the margin it lies is open";
	return "the spread is too wide for so few blocks";
}

struct ruling verdict_rule(const struct evidence *e)
{
	struct ruling r = { .verdict = VERDICT_UNSURE };
	bool enough = !e->exact_mode || e->n >= VERDICT_SEEDS_MIN;
	bool fine = e->resolution <= e->margin;

	if (!e->n || e->no_ratio) {
		r.why = e->n ? e->no_ratio : "no pair was measured";
		return r;
	}
	r.significant = enough && e->p_family <= e->alpha;
	if (e->exact_mode && e->identical && fine) {
		r.verdict = VERDICT_SAME;
		r.fact = true;
	} else if (r.significant && !inside(e->shift, e->margin + e->resolution)) {
		r.verdict = direction(e);
	} else if (enough && fine && e->inside.exists && inside(e->inside.low, e->margin) &&
		   inside(e->inside.high, e->margin)) {
		r.verdict = VERDICT_SAME;
	} else if (!e->better) {
		r.verdict = VERDICT_NONE;
	} else {
		r.coarse = !fine;
		r.why = why_unsure(e, &r);
		r.more_blocks = fine ? verdict_more_blocks(e) : 0;
	}
	if (r.verdict == VERDICT_NONE)
		r.why = "neither higher nor lower is better";
	return r;
}

static bool settled(const struct evidence *e, unsigned n)
{
	double df = n - 1, error = e->sd / sqrt(n);
	double chance = dist_normal_quantile(CHANCE);
	double cells = e->cells ? (double)e->cells : 1;

	if (!inside(e->shift, e->margin + e->resolution))
		return fabs(e->shift) >=
		       (dist_t_quantile(1 - e->alpha_next / (2 * cells), df) + chance) * error;
	return room(e->shift, e->margin) >=
	       (dist_t_quantile(1 - e->alpha_same, df) + chance) * error;
}

unsigned verdict_more_blocks(const struct evidence *e)
{
	unsigned least = e->min_blocks > 1 ? e->min_blocks : 2;
	unsigned low, high;

	if (e->exact_mode && least < VERDICT_SEEDS_MIN)
		least = VERDICT_SEEDS_MIN;
	if (e->n < 2)
		return e->n < least ? least - e->n : 0;
	low = e->n + 1 > least ? e->n + 1 : least;
	high = e->n + VERDICT_MORE_MAX;
	if (low > high || !settled(e, high))
		return 0;
	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (settled(e, middle))
			high = middle;
		else
			low = middle + 1;
	}
	return high - e->n;
}

/* Has a contrast before number i that shares a variant the same family? */
static bool is_taken(const unsigned (*contrast)[2], const size_t *of, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (of[k] == of[i] &&
		    (contrast[k][0] == contrast[i][0] || contrast[k][0] == contrast[i][1] ||
		     contrast[k][1] == contrast[i][0] || contrast[k][1] == contrast[i][1]))
			return true;
	return false;
}

size_t judge_families(const unsigned (*contrast)[2], size_t nr, size_t *family_of)
{
	size_t *of = xcalloc(nr + 1, sizeof(*of));
	size_t families = 0;

	for (size_t i = 0; i < nr; i++) {
		while (is_taken(contrast, of, i))
			of[i]++;
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
