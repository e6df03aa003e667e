/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * headline.c: a contrast in a line: the geometric mean of its deciding cells'
 * ratios, each turned so that above 1 is better, after Fleming and Wallace, "How
 * not to lie with statistics: the correct way to summarize benchmark results",
 * CACM 29 (1986). Its interval comes from resampling whole blocks, so that what
 * cells have in common within a block stays together: Efron, "Bootstrap methods:
 * another look at the jackknife", Annals of Statistics 7 (1979), with the
 * percentiles moved outwards for few blocks as Hesterberg, "What teachers should
 * know about the bootstrap", The American Statistician 69 (2015), section 3.2
 * (expanded percentile interval): plain percentiles of six blocks cover 86 % only.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/dist.h"
#include "analysis/judge_impl.h"
#include "lib/rng.h"

#define DRAWS_MIN 999u
#define DRAWS_MAX 9999u
#define DRAWS_WORK 20000000u  /* cells x blocks x draws that take a moment */
#define BOOT_STREAM 0x626f6f74ull /* "boot": draws of its own */
#define LEVEL 0.95

/* Turned log ratios: cells rows of blocks, and which of them are there. */
struct grid {
	size_t cells;
	unsigned blocks;          /* in which some cell has a value */
	double *value;            /* 0 where there is none */
	unsigned char *there;
};

static void grid_init(struct grid *g, struct comparison_row *const *rows, size_t nr)
{
	unsigned planned = nr ? rows[0]->planned : 0;
	unsigned *column = xcalloc(planned + 1, sizeof(*column)); /* of a block, plus 1 */

	*g = (struct grid){ .value = xcalloc(nr * planned + 1, sizeof(*g->value)),
			    .there = xcalloc(nr * planned + 1, 1) };
	for (size_t i = 0; i < nr; i++) {
		struct logs l;

		if (!rows[i]->j.has_change || !row_direction(rows[i]))
			continue;
		logs_init(&l, rows[i], planned);
		for (unsigned k = 0; k < l.n; k++) {
			unsigned *at = &column[l.block[k] - 1];

			if (!*at)
				*at = ++g->blocks;
			g->value[g->cells * planned + *at - 1] = row_direction(rows[i]) * l.d[k];
			g->there[g->cells * planned + *at - 1] = 1;
		}
		g->cells += l.n > 0;
		logs_release(&l);
	}
	/* Rows were planned wide: now that the number of blocks is known, close the gaps. */
	for (size_t c = 0; c < g->cells; c++) {
		memmove(g->value + c * g->blocks, g->value + c * planned,
			g->blocks * sizeof(*g->value));
		memmove(g->there + c * g->blocks, g->there + c * planned, g->blocks);
	}
	free(column);
}

static void grid_release(struct grid *g)
{
	free(g->value);
	free(g->there);
}

/* Mean over cells of each one's mean over blocks, a block counting times[b]. */
static double grid_mean(const struct grid *g, const unsigned *times)
{
	double sum = 0;
	size_t cells = 0;

	for (size_t c = 0; c < g->cells; c++) {
		const double *v = g->value + c * g->blocks;
		const unsigned char *there = g->there + c * g->blocks;
		double own = 0;
		unsigned n = 0;

		for (unsigned b = 0; b < g->blocks; b++) {
			own += times[b] * v[b];
			n += times[b] * there[b];
		}
		sum += n ? own / n : 0;
		cells += n > 0;
	}
	return cells ? sum / (double)cells : 0;
}

static struct interval bootstrap(const struct grid *g, uint64_t seed)
{
	struct rng rng = { rng_mix(seed, BOOT_STREAM) };
	uint64_t draws = DRAWS_WORK / ((uint64_t)g->cells * g->blocks + 1);
	unsigned *times = xcalloc(g->blocks + 1, sizeof(*times));
	double n = g->blocks, tail, *mean;
	struct interval i = { .exists = true };

	draws = draws < DRAWS_MIN ? DRAWS_MIN : draws > DRAWS_MAX ? DRAWS_MAX : draws;
	mean = xcalloc(draws, sizeof(*mean));
	for (uint64_t k = 0; k < draws; k++) {
		memset(times, 0, g->blocks * sizeof(*times));
		for (unsigned b = 0; b < g->blocks; b++)
			times[rng_below(&rng, g->blocks)]++;
		mean[k] = grid_mean(g, times);
	}
	stats_sort(mean, draws);
	tail = dist_normal_cdf(sqrt(n / (n - 1)) * dist_t_quantile((1 - LEVEL) / 2, n - 1));
	i.low = exp(stats_quantile_sorted(mean, draws, tail));
	i.high = exp(stats_quantile_sorted(mean, draws, 1 - tail));
	free(times);
	free(mean);
	return i;
}

static double turned(const struct comparison_row *row)
{
	return row_direction(row) * log(row->j.change);
}

static int by_change(const void *a, const void *b)
{
	const struct comparison_row *x = *(struct comparison_row *const *)a;
	const struct comparison_row *y = *(struct comparison_row *const *)b;
	double tx = turned(x), ty = turned(y);

	if (tx != ty)
		return tx < ty ? -1 : 1;
	return x < y ? -1 : x > y;
}

static struct headline_cell named(const struct comparison_row *row)
{
	return (struct headline_cell){ row->workload, row->varying, row->metric, row->j.change };
}

/* The furthest below and above no change; rows is left sorted. */
static void name_extremes(struct headline *h, struct comparison_row **rows, size_t nr)
{
	size_t n = 0;

	for (size_t i = 0; i < nr; i++) {
		if (rows[i]->j.has_change && row_direction(rows[i]))
			rows[n++] = rows[i];
	}
	qsort(rows, n, sizeof(*rows), by_change);
	while (h->nr_worst < n && h->nr_worst < HEADLINE_NAMED && turned(rows[h->nr_worst]) < 0) {
		h->worst[h->nr_worst] = named(rows[h->nr_worst]);
		h->nr_worst++;
	}
	while (h->nr_best < n && h->nr_best < HEADLINE_NAMED &&
	       turned(rows[n - 1 - h->nr_best]) > 0) {
		h->best[h->nr_best] = named(rows[n - 1 - h->nr_best]);
		h->nr_best++;
	}
}

static struct headline headline_of(const struct comparison *c, const char *contrast, uint64_t seed)
{
	struct headline h = { .contrast = contrast };
	size_t nr;
	struct comparison_row **rows = deciding_rows(c, contrast, &nr);
	struct grid g;

	for (size_t i = 0; i < nr; i++)
		h.nr[rows[i]->j.r.verdict]++;
	grid_init(&g, rows, nr);
	h.cells = g.cells;
	if (g.cells) {
		unsigned *once = xcalloc(g.blocks, sizeof(*once));

		for (unsigned b = 0; b < g.blocks; b++)
			once[b] = 1;
		h.mean = exp(grid_mean(&g, once));
		free(once);
		if (g.blocks >= VERDICT_SEEDS_MIN && c->paired)
			h.i95 = bootstrap(&g, seed);
	}
	name_extremes(&h, rows, nr);
	grid_release(&g);
	free(rows);
	return h;
}

void headline_fill(struct comparison *c, const struct results *r)
{
	c->headlines = xcalloc(r->nr_contrasts + 1, sizeof(*c->headlines));
	for (size_t i = 0; i < c->nr_rows; i++) {
		const char *contrast = c->rows[i].contrast;

		if (c->nr_headlines &&
		    !strcmp(c->headlines[c->nr_headlines - 1].contrast, contrast))
			continue;
		c->headlines[c->nr_headlines] = headline_of(c, contrast, c->judge->seed);
		c->nr_headlines++;
	}
}
