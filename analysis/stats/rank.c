/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank.c: ranks of two groups; see rank.h for definitions and sources. */
#include "analysis/stats/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats/dist.h"
#include "analysis/stats/stats.h"
#include "lib/buf.h"

/* Both groups together, sorted: ranks doubled, so that means of neighbours are whole. */
struct pool {
	size_t m, n;       /* values of x and of y */
	unsigned *doubled; /* m + n of them, by value */
	unsigned sum_y;    /* of y's doubled ranks */
	double ties;       /* sum of t^3 - t over groups of equal values */
};

struct member {
	double v;
	bool y;
};

static int by_value(const void *a, const void *b)
{
	double x = ((const struct member *)a)->v, y = ((const struct member *)b)->v;

	return (x > y) - (x < y);
}

static void pool_init(struct pool *p, const double *x, size_t m, const double *y, size_t n)
{
	struct member *all = xcalloc(m + n, sizeof(*all));

	*p = (struct pool){ .m = m, .n = n, .doubled = xcalloc(m + n, sizeof(*p->doubled)) };
	for (size_t i = 0; i < m + n; i++)
		all[i] = (struct member){ i < m ? x[i] : y[i - m], i >= m };
	qsort(all, m + n, sizeof(*all), by_value);
	for (size_t i = 0, end; i < m + n; i = end) {
		double t;

		for (end = i + 1; end < m + n && all[end].v == all[i].v; end++)
			;
		t = (double)(end - i);
		p->ties += t * t * t - t;
		for (size_t k = i; k < end; k++) {
			p->doubled[k] = (unsigned)(i + end + 1);
			p->sum_y += all[k].y ? p->doubled[k] : 0;
		}
	}
	free(all);
}

/*
 * count[s] for the number of choices of k among the nr weights with sum s (k rows of total + 1
 * behind each other; row k is the one wanted). Binomials up to RANK_EXACT_MAX are whole doubles.
 */
static double *count_choices(const unsigned *weight, size_t nr, size_t k, unsigned total)
{
	size_t stride = (size_t)total + 1;
	double *count = xcalloc((k + 1) * stride, sizeof(*count));

	count[0] = 1;
	for (size_t i = 0; i < nr; i++) {
		for (size_t c = i + 1 < k ? i + 1 : k; c > 0; c--) {
			double *to = count + c * stride;
			const double *from = to - stride;

			for (unsigned s = total; s >= weight[i]; s--)
				to[s] += from[s - weight[i]];
		}
	}
	return count;
}

/* Twice the middle of y's doubled ranks is n (m + n + 1); ties can make the rest lopsided. */
static double counted_p(const struct pool *p)
{
	unsigned total = (unsigned)((p->m + p->n) * (p->m + p->n + 1));
	unsigned middle = (unsigned)(p->n * (p->m + p->n + 1));
	double *count = count_choices(p->doubled, p->m + p->n, p->n, total);
	const double *row = count + p->n * ((size_t)total + 1);
	int away = abs((int)p->sum_y - (int)middle);
	double reach = 0, all = 0;

	for (unsigned s = 0; s <= total; s++) {
		all += row[s];
		reach += abs((int)s - (int)middle) >= away ? row[s] : 0;
	}
	free(count);
	return fmin(1, reach / all);
}

static double variance(double m, double n, double ties)
{
	double all = m + n;

	return m * n / 12 * (all + 1 - ties / (all * (all - 1)));
}

static double approximate_p(const struct pool *p)
{
	double m = (double)p->m, n = (double)p->n;
	double z = (double)p->sum_y / 2 - n * (m + n + 1) / 2;
	double sd = sqrt(variance(m, n, p->ties));

	if (z == 0 || sd == 0)
		return 1;
	return fmin(1, 2 * dist_normal_cdf(-(fabs(z) - 0.5) / sd));
}

double rank_sum_p(const double *x, size_t m, const double *y, size_t n)
{
	struct pool pool;
	double p;

	pool_init(&pool, x, m, y, n);
	p = m + n <= RANK_EXACT_MAX ? counted_p(&pool) : approximate_p(&pool);
	free(pool.doubled);
	return p;
}

/* As in paired.c: the k-th smallest and k-th largest difference, or 0. U is of untied values. */
static size_t counted_limit(size_t m, size_t n, double half)
{
	unsigned total = (unsigned)((m + n) * (m + n + 1) / 2);
	unsigned least = (unsigned)(n * (n + 1) / 2);
	unsigned rank[RANK_EXACT_MAX];
	double *count, below = 0, all = 0;
	size_t limit = 0;

	for (unsigned i = 0; i < m + n; i++)
		rank[i] = i + 1;
	count = count_choices(rank, m + n, n, total);
	for (unsigned s = least; s <= total; s++)
		all += count[n * ((size_t)total + 1) + s];
	for (unsigned s = least; s <= total; s++) {
		below += count[n * ((size_t)total + 1) + s];
		if (below > half * all) {
			limit = s - least;
			break;
		}
	}
	free(count);
	return limit;
}

static double pool_ties(const double *x, size_t m, const double *y, size_t n)
{
	struct pool p;

	pool_init(&p, x, m, y, n);
	free(p.doubled);
	return p.ties;
}

/* Ties within a group remain when the other is shifted; those between groups do not. */
static size_t approximate_limit(const double *x, size_t m, const double *y, size_t n, double half)
{
	double ties = pool_ties(x, m, x, 0) + pool_ties(y, n, y, 0);
	double sd = sqrt(variance((double)m, (double)n, ties));
	double at = (double)m * (double)n / 2 + dist_normal_quantile(half) * sd - 0.5;

	return at < 0 ? 0 : (size_t)floor(at) + 1;
}

double rank_estimate(const double *x, size_t m, const double *y, size_t n, const double *levels,
		     struct interval *out, size_t nr_levels)
{
	size_t nr = m * n, k = 0;
	double *diff = xcalloc(nr, sizeof(*diff));
	double estimate;

	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++)
			diff[k++] = y[j] - x[i];
	stats_sort(diff, nr);
	estimate = stats_median_sorted(diff, nr);
	for (size_t i = 0; i < nr_levels; i++) {
		double half = (1 - levels[i]) / 2;

		k = m + n <= RANK_EXACT_MAX ? counted_limit(m, n, half)
					    : approximate_limit(x, m, y, n, half);
		out[i] = (struct interval){ .exists = k > 0 };
		if (!k)
			continue;
		out[i].low = diff[k - 1];
		out[i].high = diff[nr - k];
	}
	free(diff);
	return estimate;
}
