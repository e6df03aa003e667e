/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cases.c: seeded data sets and what analysis/ makes of them, one a line, for
 * check.R to do again with R:
 *   KIND<TAB>numbers<TAB>numbers<TAB>results
 * Numbers are written so that they read back exactly.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analysis/stats/stats.h"
#include "lib/rng.h"

#define ROUNDS 40
#define MAX 256

static const double levels[] = { 0.95, 0.90 };

static double uniform(struct rng *r)
{
	return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(struct rng *r)
{
	return dist_normal_quantile(uniform(r));
}

/* Half of them heavy-tailed and skewed; step 0: no ties. A negative step keeps them off zero. */
static void draw(struct rng *r, double *v, size_t n, double shift, double step)
{
	int skewed = rng_below(r, 2) == 1;

	for (size_t i = 0; i < n; i++) {
		double z = normal(r);

		v[i] = shift + (skewed ? exp(1.5 * z) - 1 : z);
		if (step != 0)
			v[i] = step * floor(v[i] / step + 0.5) + (step < 0 ? step / 3 : 0);
	}
}

static void print(const char *sep, const double *v, size_t n)
{
	printf("%s", sep);
	for (size_t i = 0; i < n; i++)
		printf("%s%.17g", i ? " " : "", v[i]);
}

static void print_result(double p, double estimate, const struct interval *i)
{
	printf("\t%.17g %.17g", p, estimate);
	for (int k = 0; k < 2; k++)
		printf(i[k].exists ? " %.17g %.17g" : " NA NA", i[k].low, i[k].high);
	printf("\n");
}

static void signed_rank(struct rng *r, const char *kind, size_t from, size_t to, double step)
{
	double v[MAX];
	struct interval i[2];
	size_t n = from + rng_below(r, to - from + 1);
	double estimate;

	draw(r, v, n, normal(r) / 2, step);
	estimate = paired_estimate(v, n, levels, i, 2);
	print(kind, v, n);
	print("\t", v, 0);
	print_result(paired_signed_rank_p(v, n), estimate, i);
}

static void rank_sum(struct rng *r, const char *kind, size_t from, size_t to, double step)
{
	double x[MAX], y[MAX];
	struct interval i[2];
	size_t m = from + rng_below(r, to - from + 1), n = from + rng_below(r, to - from + 1);
	double estimate;

	draw(r, x, m, 0, step);
	draw(r, y, n, normal(r), step);
	estimate = rank_estimate(x, m, y, n, levels, i, 2);
	print(kind, x, m);
	print("\t", y, n);
	print_result(rank_sum_p(x, m, y, n), estimate, i);
}

/* Cells of many kinds: two states, all equal, a wild one, holes, zeros. */
static void draw_cell(struct rng *r, double *d, unsigned blocks)
{
	double shift = rng_below(r, 2) ? 2 * normal(r) : 0;

	switch (rng_below(r, 5)) {
	case 0:
		for (unsigned b = 0; b < blocks; b++)
			d[b] = rng_below(r, 2) ? 0.4 : -0.4;
		break;
	case 1:
		for (unsigned b = 0; b < blocks; b++)
			d[b] = shift;
		break;
	default:
		draw(r, d, blocks, shift, rng_below(r, 3) ? 0 : 0.5);
	}
	if (rng_below(r, 3) == 0)
		d[rng_below(r, blocks)] = rng_below(r, 2) ? 0 : NAN;
}

/*
 * A family of cells in rows of blocks: margins, then the blocks and alpha of each look;
 * results are p alone, p of the family, and the look that rejected.
 */
static void family(struct rng *r, const char *kind, size_t nr_looks)
{
	double d[MAX], in[MAX] = { 0 }, out[3 * MAX], *margin = in + 2;
	size_t cells = 1 + rng_below(r, 6), at;
	unsigned blocks = 2 + (unsigned)rng_below(r, 8);
	struct family_look looks[8] = { { 0, 0 } };
	struct family_cell cell[8];

	if (nr_looks > 1)
		blocks = 7 + (unsigned)rng_below(r, 4);
	in[0] = (double)cells;
	in[1] = (double)blocks;
	for (size_t c = 0; c < cells; c++) {
		draw_cell(r, d + c * blocks, blocks);
		margin[c] = rng_below(r, 3) ? 0.1 * (double)rng_below(r, 6) : 0;
	}
	at = 2 + cells;
	for (size_t l = 0; l < nr_looks; l++) {
		looks[l] = (struct family_look){ blocks - (unsigned)(nr_looks - 1 - l),
						 0.05 + 0.03 * (double)l };
		in[at++] = looks[l].blocks;
		in[at++] = looks[l].alpha;
	}
	family_test(&(struct family){ .d = d,
				      .margin = margin,
				      .cells = cells,
				      .blocks = blocks,
				      .looks = looks,
				      .nr_looks = nr_looks,
				      .seed = 1 },
		    cell);
	for (size_t c = 0; c < cells; c++) {
		out[c] = cell[c].p_alone;
		out[cells + c] = cell[c].p;
		out[2 * cells + c] = (double)cell[c].look;
	}
	print(kind, d, cells * blocks);
	print("\t", in, at);
	print("\t", out, 3 * cells);
	printf("\n");
}

static void adjust(struct rng *r)
{
	double p[MAX], holm[MAX];
	size_t n = 1 + rng_below(r, 30);

	for (size_t i = 0; i < n; i++)
		p[i] = rng_below(r, 4) ? pow(uniform(r), 3) : 0.0625;
	family_holm(p, n, holm);
	print("holm\t", p, n);
	print("\t", p, 0);
	print("\t", holm, n);
	printf("\n");
}

static void quantiles(struct rng *r)
{
	static const double at[] = { 0, 0.05, 0.25, 0.5, 0.75, 0.975, 1 };
	double v[MAX], q[7];
	size_t n = 1 + rng_below(r, 60);

	draw(r, v, n, 0, rng_below(r, 2) ? 0 : 0.5);
	stats_sort(v, n);
	for (size_t i = 0; i < 7; i++)
		q[i] = stats_quantile_sorted(v, n, at[i]);
	print("quantile\t", v, n);
	print("\t", at, 7);
	print("\t", q, 7);
	printf("\n");
}

static void distributions(struct rng *r)
{
	double p = rng_below(r, 3) ? uniform(r) : uniform(r) * 1e-9;
	double df = 0.5 + uniform(r) * (rng_below(r, 2) ? 60 : 5), t = 4 * normal(r);
	double in[] = { p, df, t };
	double out[] = { dist_normal_quantile(p), dist_normal_cdf(t), dist_t_quantile(p, df),
			 dist_t_cdf(t, df) };

	print("dist\t", in, 3);
	print("\t", in, 0);
	print("\t", out, 4);
	printf("\n");
}

static void proportion(struct rng *r)
{
	double n = 1 + (double)rng_below(r, 300), k = (double)rng_below(r, (uint64_t)n + 1);
	double in[] = { k, n };
	struct interval i = stats_wilson((size_t)k, (size_t)n, 0.95);
	double out[] = { i.low, i.high };

	print("wilson\t", in, 2);
	print("\t", in, 0);
	print("\t", out, 2);
	printf("\n");
}

int main(void)
{
	struct rng r = { 20260101 };

	for (int i = 0; i < ROUNDS; i++) {
		signed_rank(&r, "signed_rank\t", 3, 49, 0);
		signed_rank(&r, "signed_rank_ties\t", 3, 40, 0.5);
		signed_rank(&r, "signed_rank_many\t", 51, 250, i % 2 ? 0 : -0.25);
		rank_sum(&r, "rank_sum\t", 2, 25, 0);
		rank_sum(&r, "rank_sum_ties\t", 2, 20, 0.5);
		rank_sum(&r, "rank_sum_many\t", 26, 80, i % 2 ? 0 : 0.25);
		family(&r, "family\t", 1);
		family(&r, "looks\t", 2 + rng_below(&r, 4));
		adjust(&r);
		quantiles(&r);
		distributions(&r);
		proportion(&r);
	}
	return 0;
}
