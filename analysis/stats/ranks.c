/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ranks.c: signed ranks of pairs, and ranks of two groups; see stats.h for sources. */
#include "analysis/stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

struct member {
	double v;
	bool counts; /* its rank is of those that are added up */
};

/* Ranks are doubled, so that the mean ranks of equal values are whole. */
struct ranked {
	size_t n;
	unsigned *doubled; /* by value */
	unsigned sum;      /* of those that count */
	double ties;       /* sum of t^3 - t over groups of equal values */
};

static int by_value(const void *a, const void *b)
{
	double x = ((const struct member *)a)->v, y = ((const struct member *)b)->v;

	return (x > y) - (x < y);
}

/* m is put in order. */
static void rank(struct ranked *r, struct member *m, size_t n)
{
	*r = (struct ranked){ .n = n, .doubled = xcalloc(n + 1, sizeof(*r->doubled)) };
	if (n)
		qsort(m, n, sizeof(*m), by_value);
	for (size_t i = 0, end; i < n; i = end) {
		double t;

		for (end = i + 1; end < n && m[end].v == m[i].v; end++)
			;
		t = (double)(end - i);
		r->ties += t * t * t - t;
		for (size_t k = i; k < end; k++) {
			r->doubled[k] = (unsigned)(i + end + 1); /* ranks i + 1 to end */
			r->sum += m[k].counts ? r->doubled[k] : 0;
		}
	}
}

static double ties_of(const double *v, size_t n)
{
	struct member *m = xcalloc(n + 1, sizeof(*m));
	struct ranked r;

	for (size_t i = 0; i < n; i++)
		m[i].v = v[i];
	rank(&r, m, n);
	free(r.doubled);
	free(m);
	return r.ties;
}

/* Two-sided, with continuity: z is the distance of a sum of ranks from its middle. */
static double approximate_p(double z, double variance)
{
	if (z == 0 || variance == 0)
		return 1;
	return fmin(1, 2 * dist_normal_cdf(-(fabs(z) - 0.5) / sqrt(variance)));
}

/* Where the approximate test of a shift begins to reject. */
static size_t approximate_limit(double middle, double variance, double half)
{
	double at = middle + dist_normal_quantile(half) * sqrt(variance) - 0.5;

	return at < 0 ? 0 : (size_t)floor(at) + 1;
}

/* count[s]: choices of k of the nr weights, or with k 0 of any number of them, whose sum is s, up
 * to total. Up to RANK_EXACT_MAX weights these are whole doubles. */
static double *count_sums(const unsigned *weight, size_t nr, size_t k, unsigned total)
{
	size_t stride = k ? (size_t)total + 1 : 0; /* a row for each number chosen */
	double *count = xcalloc(k * stride + total + 1, sizeof(*count));

	count[0] = 1;
	for (size_t i = 0; i < nr; i++) {
		for (size_t c = !k ? 1 : i + 1 < k ? i + 1 : k; c > 0; c--) {
			double *to = count + c * stride;
			const double *from = to - stride;

			for (unsigned s = total; s >= weight[i]; s--)
				to[s] += from[s - weight[i]];
		}
	}
	memmove(count, count + k * stride, ((size_t)total + 1) * sizeof(*count));
	return count;
}

/* The share of choices at least as far from the middle as r->sum; ties can make it lopsided. */
static double counted_p(const struct ranked *r, size_t k)
{
	unsigned total = (unsigned)(r->n * (r->n + 1));
	unsigned middle = k ? (unsigned)(k * (r->n + 1)) : total / 2;
	double *count = count_sums(r->doubled, r->n, k, total), reach = 0, all = 0;
	int away = abs((int)r->sum - (int)middle);

	for (unsigned s = 0; s <= total; s++) {
		all += count[s];
		reach += abs((int)s - (int)middle) >= away ? count[s] : 0;
	}
	free(count);
	return fmin(1, reach / all);
}

/* The first sum of k of the untied ranks 1..n past half; 0: even the outermost is. */
static size_t counted_limit(size_t n, size_t k, double half)
{
	unsigned weight[RANK_EXACT_MAX], total = (unsigned)(n * (n + 1) / 2);
	double *count, below, all = 0;
	size_t s = 0;

	for (unsigned i = 0; i < n; i++)
		weight[i] = i + 1;
	count = count_sums(weight, n, k, total);
	for (unsigned i = 0; i <= total; i++)
		all += count[i];
	for (below = count[0]; below <= half * all; below += count[s])
		s++;
	free(count);
	return s - k * (k + 1) / 2;
}

/* All shifts that pairs or values of two groups show: v, nr of them. */
struct shifts {
	double *v;
	size_t nr, n, k; /* n ranks in all, k of them summed up; 0: any number */
	double variance; /* of that sum */
};

/* Their median, and intervals from the k-th smallest to the k-th largest. */
static double estimate(struct shifts *x, const double *levels, struct interval *out,
		       size_t nr_levels)
{
	stats_sort(x->v, x->nr);
	for (size_t i = 0; i < nr_levels; i++) {
		double half = (1 - levels[i]) / 2;
		size_t k = x->n <= RANK_EXACT_MAX
				   ? counted_limit(x->n, x->k, half)
				   : approximate_limit((double)x->nr / 2, x->variance, half);

		out[i] = (struct interval){ .exists = k > 0 };
		if (k)
			out[i] = (struct interval){ true, x->v[k - 1], x->v[x->nr - k] };
	}
	return stats_median_sorted(x->v, x->nr);
}

/* Variance of the sum of positive ranks, ties being groups of equal size. */
static double pairs_variance(double n, double ties)
{
	return n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
}

double paired_signed_rank_p(const double *d, size_t n)
{
	struct member *m = xcalloc(n + 1, sizeof(*m));
	double p = 1, nd;
	struct ranked r;
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (d[i] != 0)
			m[k++] = (struct member){ fabs(d[i]), d[i] > 0 };
	rank(&r, m, k);
	nd = (double)k;
	if (k)
		p = k <= RANK_EXACT_MAX ? counted_p(&r, 0)
					: approximate_p((double)r.sum / 2 - nd * (nd + 1) / 4,
							pairs_variance(nd, r.ties));
	free(r.doubled);
	free(m);
	return p;
}

double paired_estimate(const double *d, size_t n, const double *levels, struct interval *out,
		       size_t nr_levels)
{
	struct shifts x = { .v = xcalloc(n * (n + 1) / 2, sizeof(*x.v)), .n = n };
	double shift;

	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++)
			x.v[x.nr++] = d[i] / 2 + d[j] / 2; /* the sum of two huge ones overflows */
	if (nr_levels)
		x.variance = pairs_variance((double)n, ties_of(d, n));
	shift = estimate(&x, levels, out, nr_levels);
	free(x.v);
	return shift;
}

static double groups_variance(double m, double n, double ties)
{
	double all = m + n;

	return m * n / 12 * (all + 1 - ties / (all * (all - 1)));
}

double rank_sum_p(const double *x, size_t m, const double *y, size_t n)
{
	struct member *all = xcalloc(m + n, sizeof(*all));
	double md = (double)m, nd = (double)n, p;
	struct ranked r;

	for (size_t i = 0; i < m + n; i++)
		all[i] = (struct member){ i < m ? x[i] : y[i - m], i >= m };
	rank(&r, all, m + n);
	p = m + n <= RANK_EXACT_MAX ? counted_p(&r, n)
				    : approximate_p((double)r.sum / 2 - nd * (md + nd + 1) / 2,
						    groups_variance(md, nd, r.ties));
	free(r.doubled);
	free(all);
	return p;
}

double rank_estimate(const double *x, size_t m, const double *y, size_t n, const double *levels,
		     struct interval *out, size_t nr_levels)
{
	struct shifts s = { .v = xcalloc(m * n, sizeof(*s.v)), .n = m + n, .k = n };
	double shift;

	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++)
			s.v[s.nr++] = y[j] - x[i];
	/* Ties within a group remain when the other is shifted; those between do not. */
	s.variance = groups_variance((double)m, (double)n, ties_of(x, m) + ties_of(y, n));
	shift = estimate(&s, levels, out, nr_levels);
	free(s.v);
	return shift;
}
