/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * headline.c: a contrast in a line: the geometric mean of its deciding rows' ratios, each turned
 * so that above 1 is better (Fleming and Wallace 1986). Its interval resamples whole blocks:
 * the symmetric bootstrap-t (Hall 1988), as percentiles of means are too narrow for six blocks.
 * A row with a value of 0 has no ratio, but is named first among the worst or best.
 */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"
#include "lib/rng.h"

#define DRAWS 9999u
#define BOOT_STREAM 0x626f6f74ull /* "boot": draws of its own */
#define LEVEL 0.95

/* Turned log ratios: cells rows of blocks, stride apart; NAN where there is none. */
struct grid {
	size_t cells;
	unsigned blocks, stride; /* blocks: in which some cell has a value */
	double *value, *cell;    /* cell: the mean of each over its blocks */
};

static void grid_init(struct grid *g, struct comparison_row *const *rows, size_t nr)
{
	unsigned planned = nr ? rows[0]->planned : 0;
	unsigned *column = xcalloc(planned + 1, sizeof(*column)); /* of a block, plus 1 */

	*g = (struct grid){ .stride = planned,
			    .value = xcalloc(nr * planned + 1, sizeof(*g->value)),
			    .cell = xcalloc(nr + 1, sizeof(*g->cell)) };
	for (size_t i = 0; i < nr * planned; i++)
		g->value[i] = NAN;
	for (size_t i = 0; i < nr; i++) {
		struct logs l;

		if (!rows[i]->j.has_change || !row_direction(rows[i]) ||
		    rows[i]->j.r.verdict == VERDICT_BROKEN)
			continue;
		logs_init(&l, rows[i], planned);
		for (unsigned k = 0; k < l.n; k++) {
			unsigned *at = &column[l.block[k] - 1];

			if (!*at)
				*at = ++g->blocks;
			g->value[g->cells * planned + *at - 1] = row_direction(rows[i]) * l.d[k];
		}
		g->cells += l.n > 0;
		logs_release(&l);
	}
	free(column);
}

/* Mean over cells of each one's mean over its blocks. */
static double grid_mean(struct grid *g)
{
	double sum = 0;

	for (size_t c = 0; c < g->cells; c++) {
		unsigned n = 0;

		for (const double *v = g->value + c * g->stride, *end = v + g->blocks; v < end;
		     v++) {
			g->cell[c] += isnan(*v) ? 0 : *v;
			n += isnan(*v) ? 0 : 1;
		}
		g->cell[c] /= n;
		sum += g->cell[c];
	}
	return sum / (double)g->cells;
}

/* How far each block lies from the mean: over its cells, each from the cell's own mean. */
static void block_residuals(const struct grid *g, double *residual)
{
	for (unsigned b = 0; b < g->blocks; b++) {
		size_t n = 0;

		for (size_t c = 0; c < g->cells; c++) {
			double v = g->value[c * g->stride + b];

			residual[b] += isnan(v) ? 0 : v - g->cell[c];
			n += isnan(v) ? 0 : 1;
		}
		residual[b] /= (double)n;
	}
}

/* |t| of one resample; a resample without spread is as far out as can be. */
static double draw_t(struct rng *rng, const double *residual, unsigned n, double *draw)
{
	double sd;

	for (unsigned b = 0; b < n; b++)
		draw[b] = residual[rng_below(rng, n)];
	sd = stats_sd(draw, n);
	return sd > 0 ? fabs(stats_mean(draw, n)) / (sd / sqrt(n)) : HUGE_VAL;
}

static struct interval bootstrap(const struct grid *g, double mean, uint64_t seed)
{
	struct rng rng = { rng_mix(seed, BOOT_STREAM) };
	double *residual = xcalloc(g->blocks, sizeof(*residual));
	double *draw = xcalloc(g->blocks, sizeof(*draw)), *t = xcalloc(DRAWS, sizeof(*t));
	struct interval i = { .exists = false };
	double sd, half = 0;

	block_residuals(g, residual);
	sd = stats_sd(residual, g->blocks);
	for (unsigned k = 0; k < DRAWS && sd > 0; k++)
		t[k] = draw_t(&rng, residual, g->blocks, draw);
	stats_sort(t, DRAWS);
	if (sd > 0)
		half = stats_quantile_sorted(t, DRAWS, LEVEL) * sd / sqrt(g->blocks);
	if (isfinite(half) && isfinite(exp(mean + half)))
		i = (struct interval){ true, exp(mean - half), exp(mean + half) };
	free(residual);
	free(draw);
	free(t);
	return i;
}

static double turned(const struct comparison_row *row)
{
	if (row->j.zero != ZERO_NONE)
		return row->j.r.verdict == VERDICT_SLOWER ? -HUGE_VAL : HUGE_VAL;
	return row_direction(row) * log(row->j.change);
}

static bool has_place(const struct comparison_row *row)
{
	enum verdict v = row->j.r.verdict;

	if (row->j.zero != ZERO_NONE)
		return v == VERDICT_SLOWER || v == VERDICT_FASTER;
	return row_direction(row) && row->j.has_change && v != VERDICT_BROKEN;
}

static int by_change(const void *a, const void *b)
{
	const struct comparison_row *x = *(struct comparison_row *const *)a;
	const struct comparison_row *y = *(struct comparison_row *const *)b;

	return ORDER(turned(x), turned(y)) ?: ORDER(x, y);
}

static size_t name(struct headline_cell *to, size_t nr, const struct comparison_row *row)
{
	to[nr] = (struct headline_cell){
		.workload = row->workload,
		.varying = row->varying,
		.metric = row->metric,
		.role = row->whole ? "" : row->role,
		.zero = row->j.zero,
		.change = row->j.change,
	};
	return nr + 1;
}

/* The furthest below and above no change; rows is left sorted. */
static void name_extremes(struct headline *h, struct comparison_row **rows, size_t nr)
{
	size_t n = 0;

	for (size_t i = 0; i < nr; i++)
		if (has_place(rows[i]))
			rows[n++] = rows[i];
	qsort(rows, n, sizeof(*rows), by_change);
	for (size_t i = 0; i < n && i < HEADLINE_NAMED; i++) {
		if (turned(rows[i]) < 0)
			h->nr_worst = name(h->worst, h->nr_worst, rows[i]);
		if (turned(rows[n - 1 - i]) > 0)
			h->nr_best = name(h->best, h->nr_best, rows[n - 1 - i]);
	}
}

/* Of the rows of one kind, nr of them. */
static struct headline_mean mean_of(const struct comparison *c, struct comparison_row *const *all,
				    size_t nr_all, bool path, uint64_t seed)
{
	struct comparison_row **rows = xcalloc(nr_all + 1, sizeof(*rows));
	struct headline_mean m = { .cells = 0 };
	struct grid g;
	size_t nr = 0;

	for (size_t i = 0; i < nr_all; i++)
		if (all[i]->path == path)
			rows[nr++] = all[i];
	for (size_t i = 0; i < nr; i++)
		m.zeros += rows[i]->j.zero != ZERO_NONE && rows[i]->j.r.verdict != VERDICT_BROKEN;
	grid_init(&g, rows, nr);
	m.cells = g.cells;
	if (g.cells) {
		double mean = grid_mean(&g);

		m.mean = exp(mean);
		if (g.blocks >= VERDICT_SEEDS_MIN && c->paired)
			m.i95 = bootstrap(&g, mean, seed);
	}
	free(g.value);
	free(g.cell);
	free(rows);
	return m;
}

static struct headline headline_of(const struct comparison *c, const char *contrast, uint64_t seed)
{
	struct headline h = { .contrast = contrast };
	size_t nr;
	struct comparison_row **rows = deciding_rows(c, contrast, &nr);

	for (size_t i = 0; i < c->nr_cells; i++)
		if (!strcmp(c->cells[i].contrast, contrast) && c->cells[i].nr_members)
			h.nr[c->cells[i].verdict]++;
	h.rate = mean_of(c, rows, nr, false, seed);
	h.path = mean_of(c, rows, nr, true, seed);
	name_extremes(&h, rows, nr);
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
