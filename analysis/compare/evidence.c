/* SPDX-License-Identifier: GPL-2.0-or-later */
/* evidence.c: the rows of one family at one look: log ratios, joint tests, and the rules. */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"

#define UNPAIRED_MIN 4 /* 2 / (8 over 4) is the first below 5 % */

/* log(patched / baseline), or why there is none. Near 1 the difference keeps the digits. */
static const char *log_ratio(const struct comparison_pair *pair, double *d)
{
	double ratio;

	if (pair->baseline == pair->patched) {
		*d = 0;
		return NULL;
	}
	if (pair->baseline < 0 || pair->patched < 0)
		return "a value is negative";
	if (pair->baseline == 0 || pair->patched == 0) {
		*d = pair->patched == 0 ? LOG_ZERO : -LOG_ZERO;
		return NULL;
	}
	ratio = pair->patched / pair->baseline;
	if (!isfinite(ratio) || ratio == 0)
		return "the values lie too far apart";
	*d = fabs(ratio - 1) < 0.5 ? log1p((pair->patched - pair->baseline) / pair->baseline)
				   : log(ratio);
	return NULL;
}

static void add_side(struct logs *l, int side, bool there, double v)
{
	if (!there)
		return;
	l->infinite |= v == 0;
	l->side[side][l->nr[side]++] = v == 0 ? LOG_ZERO : log(v);
}

static void add_pair(struct logs *l, const struct comparison_pair *pair)
{
	const char *why = log_ratio(pair, &l->d[l->n]);

	l->identical &= pair->baseline == pair->patched;
	l->to_zero += !why && l->d[l->n] == LOG_ZERO;
	l->from_zero += !why && l->d[l->n] == -LOG_ZERO;
	l->no_ratio = l->no_ratio ? l->no_ratio : why;
	l->block[l->n++] = pair->block;
}

void logs_init(struct logs *l, const struct comparison_row *row, unsigned upto)
{
	size_t room = row->planned + 1;

	*l = (struct logs){ .d = xcalloc(3 * room, sizeof(*l->d)),
			    .block = xcalloc(room, sizeof(*l->block)),
			    .identical = true };
	l->side[0] = l->d + room;
	l->side[1] = l->side[0] + room;
	for (unsigned i = 0; i < row->planned && i < upto; i++) {
		const struct comparison_pair *pair = &row->pair[i];

		if (pair->has_baseline && pair->has_patched)
			add_pair(l, pair);
		if ((pair->has_baseline && pair->baseline < 0) ||
		    (pair->has_patched && pair->patched < 0)) {
			l->no_log = "a value is negative";
			continue;
		}
		add_side(l, 0, pair->has_baseline, pair->baseline);
		add_side(l, 1, pair->has_patched, pair->patched);
	}
	l->identical &= l->n > 0;
}

void logs_release(struct logs *l)
{
	free(l->d);
	free(l->block);
}

#define NR_LEVELS 3 /* 95 %, 90 %, that of the look's alpha */

struct gathered {
	struct comparison_row **rows;
	size_t nr;
	unsigned blocks;
	struct logs *logs; /* of each row */
	double *p_ranks, *p_holm;
};

static double margin_of(const struct judge *j, const struct comparison_row *row)
{
	const json_t *own = json_object_get(j->margins, row->metric);

	if (j->margin > 0)
		return j->margin;
	if (json_is_number(own) && json_number_value(own) > 0 && json_number_value(own) < 1)
		return json_number_value(own);
	return j->exact_mode ? VERDICT_MARGIN_EXACT : VERDICT_MARGIN;
}

static void gather(struct gathered *g, struct comparison_row **rows, size_t nr, unsigned blocks)
{
	blocks = blocks < rows[0]->planned ? blocks : rows[0]->planned;
	*g = (struct gathered){ .rows = rows, .nr = nr, .blocks = blocks };
	g->logs = xcalloc(nr + 1, sizeof(*g->logs));
	g->p_ranks = xcalloc(2 * nr + 1, sizeof(*g->p_ranks));
	g->p_holm = g->p_ranks + nr;
	for (size_t i = 0; i < nr; i++)
		logs_init(&g->logs[i], rows[i], blocks);
}

static void scatter(struct gathered *g)
{
	for (size_t i = 0; i < g->nr; i++)
		logs_release(&g->logs[i]);
	free(g->logs);
	free(g->p_ranks);
}

/* p of several families, and of looks that may spend a part, is put on the whole level's scale. */
static void test_family(const struct judge *j, const struct gathered *g, struct family_cell *out)
{
	double *d = xcalloc(g->nr * g->blocks + 1, sizeof(*d));
	double *margin = xcalloc(g->nr + 1, sizeof(*margin));
	struct family_look *looks = xcalloc(j->nr_looks, sizeof(*looks));
	const struct family f = { .d = d,
				  .margin = margin,
				  .cells = g->nr,
				  .blocks = g->blocks,
				  .looks = looks,
				  .nr_looks = j->nr_looks,
				  .draws = j->draws,
				  .seed = j->seed };

	for (size_t l = 0; l < j->nr_looks; l++) {
		looks[l] = j->looks[l];
		looks[l].alpha /= (double)j->families;
	}
	for (size_t i = 0; i < g->nr; i++) {
		const struct logs *l = &g->logs[i];

		margin[i] = log1p(margin_of(j, g->rows[i]));
		for (unsigned b = 0; b < g->blocks; b++)
			d[i * g->blocks + b] = NAN;
		for (unsigned k = 0; k < l->n && !l->no_ratio; k++)
			d[i * g->blocks + l->block[k] - 1] = l->d[k];
	}
	family_test(&f, out);
	for (size_t i = 0; i < g->nr; i++) {
		bool rejected = out[i].look < j->nr_looks;
		double alpha = looks[rejected ? out[i].look : j->nr_looks - 1].alpha;
		double p = fmin(1, out[i].p * VERDICT_ALPHA / alpha);

		out[i].p = rejected ? fmin(p, VERDICT_ALPHA) : p;
	}
	free(d);
	free(margin);
	free(looks);
}

static void test_ranks(const struct judge *j, struct gathered *g)
{
	for (size_t i = 0; i < g->nr; i++) {
		const struct logs *l = &g->logs[i];

		g->p_ranks[i] = 1;
		if (j->paired && !l->no_ratio)
			g->p_ranks[i] = paired_signed_rank_p(l->d, l->n);
		if (!j->paired && l->nr[0] && l->nr[1] && !l->no_log)
			g->p_ranks[i] = rank_sum_p(l->side[0], l->nr[0], l->side[1], l->nr[1]);
	}
	family_holm(g->p_ranks, g->nr, g->p_holm);
}

/* Estimates and intervals of log ratios, one for each level, into e and in. */
static void estimate_pairs(const struct logs *l, struct evidence *e, const double *levels,
			   struct interval *in)
{
	e->n = l->n;
	e->no_ratio = l->no_ratio;
	e->identical = l->identical && e->identical;
	if (!l->n || l->no_ratio)
		return;
	e->shift = paired_estimate(l->d, l->n, levels, in, NR_LEVELS);
	e->sd = stats_sd(l->d, l->n);
}

static enum zero estimate_sides(const struct logs *l, struct evidence *e, const double *levels,
				struct interval *in)
{
	e->n = (unsigned)(l->nr[0] < l->nr[1] ? l->nr[0] : l->nr[1]);
	e->no_ratio = l->no_log;
	e->identical = false;
	if (e->n && !l->no_log) {
		e->shift = rank_estimate(l->side[0], l->nr[0], l->side[1], l->nr[1], levels, in,
					 NR_LEVELS);
		e->sd = hypot(stats_sd(l->side[0], l->nr[0]), stats_sd(l->side[1], l->nr[1]));
	}
	if (!l->infinite || l->no_log)
		return ZERO_NONE;
	return e->shift < -LOG_FINITE ? ZERO_TO : e->shift > LOG_FINITE ? ZERO_FROM : ZERO_SOME;
}

/* The change of most pairs, where some values are 0. */
static enum zero zero_of(const struct logs *l)
{
	if (2 * l->to_zero > l->n || 2 * l->from_zero > l->n)
		return l->to_zero > l->from_zero ? ZERO_TO : ZERO_FROM;
	return l->to_zero + l->from_zero ? ZERO_SOME : ZERO_NONE;
}

static struct interval as_ratios(struct interval i, enum zero zero)
{
	if (zero != ZERO_NONE || !i.exists)
		return (struct interval){ .exists = false };
	return (struct interval){ true, exp(i.low), exp(i.high) };
}

/* The ruling on a row at look k of judge.shown, with the family's result over all looks. */
static void rule_on(const struct judge *j, const struct gathered *g, size_t i,
		    const struct judge_look *k, const struct family_cell *of_family)
{
	const double levels[NR_LEVELS] = { 0.95, 0.90, 1 - 2 * k->alpha };
	struct comparison_row *row = g->rows[i];
	struct interval in[NR_LEVELS] = { { false, 0, 0 } };
	struct judgement was = row->j;
	bool yet = !j->paired || of_family->look == j->nr_looks ||
		   j->looks[of_family->look].blocks <= k->blocks;
	enum zero zero = ZERO_NONE;
	struct evidence e = {
		.exact_mode = j->exact_mode,
		.identical = row->identical,
		.resolution = row->resolution,
		.better = row_direction(row),
		.alpha = VERDICT_ALPHA,
		.cells = g->nr * j->families,
		.margin = margin_of(j, row),
		.p_family = yet ? of_family->p : 1,
		.alpha_next = j->next_alpha,
		.alpha_same = j->next_alpha,
		.min_blocks = j->paired ? family_min_blocks(j->looks[0].alpha, j->families)
					: UNPAIRED_MIN,
	};

	if (j->paired && k->blocks < e.min_blocks) /* nothing could be spent here, so nothing is */
		e.alpha_next = VERDICT_ALPHA * JUDGE_FIRST;
	if (j->paired)
		estimate_pairs(&g->logs[i], &e, levels, in);
	else
		zero = estimate_sides(&g->logs[i], &e, levels, in);
	if (j->paired && e.n && !e.no_ratio)
		zero = zero_of(&g->logs[i]);
	e.inside = in[2];
	row->j = (struct judgement){
		.done = true,
		.decides = was.decides,
		.r = verdict_rule(&e),
		.has_change = e.n && !e.no_ratio && zero == ZERO_NONE,
		.zero = zero,
		.sd_log = e.sd,
		.margin = e.margin,
		.i95 = as_ratios(in[0], zero),
		.i90 = as_ratios(in[1], zero),
		.has_p = e.n && !e.no_ratio,
		.p_flip = of_family->p_alone,
		.p_signed_rank = g->p_ranks[i],
		.p_family = e.p_family,
		.p_holm = g->p_holm[i],
	};
	if (row->j.has_change)
		row->j.change = exp(e.shift);
	if (j->adaptive && row->j.r.verdict != VERDICT_UNSURE)
		row->j.look = k->blocks;
	if (was.done && was.look) { /* the first verdict stands, the figures are of all blocks */
		row->j.r = was.r;
		row->j.look = was.look;
		row->j.p_family = was.p_family;
	}
}

void judge_rows(const struct judge *j, struct comparison_row **rows, size_t nr)
{
	struct family_cell *of_family = xcalloc(nr + 1, sizeof(*of_family));
	struct gathered g;

	if (nr && j->paired) {
		gather(&g, rows, nr, j->looks[j->nr_looks - 1].blocks);
		test_family(j, &g, of_family);
		scatter(&g);
	}
	for (size_t k = 0; k < j->nr_shown && nr; k++) {
		gather(&g, rows, nr, j->shown[k].blocks);
		test_ranks(j, &g);
		for (size_t i = 0; i < nr; i++) {
			/* The parts of the level that looks may spend add up (Bonferroni). */
			if (!j->paired)
				of_family[i] = (struct family_cell){
					.p_alone = g.p_ranks[i],
					.p = fmin(1, g.p_holm[i] * (double)j->families *
							     VERDICT_ALPHA / j->shown[k].alpha),
				};
			rule_on(j, &g, i, &j->shown[k], &of_family[i]);
		}
		scatter(&g);
	}
	free(of_family);
}
