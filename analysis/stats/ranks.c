/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ranks.c: signed ranks of pairs, and ranks of two groups; see stats.h for sources. */
#include "analysis/stats/stats.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

/* --- ranks -------------------------------------------------------------------------------- */

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

/* --- pairs -------------------------------------------------------------------------------- */

/* count[s]: subsets of the weights whose sum is s, up to total. Up to 2^50 doubles are exact. */
static void count_sums(const unsigned *weight, size_t nr, double *count, unsigned total)
{
	unsigned reached = 0;

	memset(count, 0, (total + 1) * sizeof(*count));
	count[0] = 1;
	for (size_t i = 0; i < nr; i++) {
		reached += weight[i];
		for (unsigned s = reached; s >= weight[i] && s > 0; s--)
			count[s] += count[s - weight[i]];
	}
}

static double counted_pairs(const struct ranked *r)
{
	unsigned total = (unsigned)(r->n * (r->n + 1));
	unsigned low = r->sum < total - r->sum ? r->sum : total - r->sum;
	double *count = xcalloc(total + 1, sizeof(*count));
	double below = 0;

	count_sums(r->doubled, r->n, count, total);
	for (unsigned s = 0; s <= low; s++)
		below += count[s];
	free(count);
	return fmin(1, 2 * ldexp(below, -(int)r->n));
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
		p = k <= PAIRED_EXACT_MAX ? counted_pairs(&r)
					  : approximate_p((double)r.sum / 2 - nd * (nd + 1) / 4,
							  pairs_variance(nd, r.ties));
	free(r.doubled);
	free(m);
	return p;
}

/* How many of the sums v[i] + v[j], i <= j, of sorted v are at most t. */
static size_t sums_up_to(const double *v, size_t n, double t)
{
	size_t count = 0, i = 0;

	/* For each j the i that fit grow as j shrinks. */
	for (size_t j = n; j-- > 0;) {
		while (i < n && v[i] + v[j] <= t)
			i++;
		count += i <= j ? i : j + 1;
	}
	return count;
}

/* Doubles as integers in the same order. */
static int64_t order_of(double v)
{
	int64_t i;

	v += 0.0; /* no negative zero */
	memcpy(&i, &v, sizeof(i));
	return i < 0 ? INT64_MIN - i : i;
}

static double double_of(int64_t i)
{
	double v;

	i = i < 0 ? INT64_MIN - i : i;
	memcpy(&v, &i, sizeof(v));
	return v;
}

/* The k-th smallest sum, k from 1: the least double with k sums up to it. */
static double kth_sum(const double *v, size_t n, size_t k)
{
	int64_t low = order_of(2 * v[0]), high = order_of(2 * v[n - 1]);

	while (low < high) {
		int64_t middle = (int64_t)(((uint64_t)high - (uint64_t)low) / 2 + (uint64_t)low);

		if (sums_up_to(v, n, double_of(middle)) >= k)
			high = middle;
		else
			low = middle + 1;
	}
	return double_of(low);
}

/* k of paired_estimate: R's qsignrank of half the rest; 0: even the outermost are too narrow. */
static size_t counted_pairs_limit(size_t n, double half)
{
	double count[PAIRED_EXACT_MAX * (PAIRED_EXACT_MAX + 1) / 2 + 1];
	unsigned weight[PAIRED_EXACT_MAX];
	unsigned total = (unsigned)(n * (n + 1) / 2);
	double below = 0, all = ldexp(1, (int)n);

	for (unsigned i = 0; i < n; i++)
		weight[i] = i + 1;
	count_sums(weight, n, count, total);
	for (unsigned s = 0; s <= total; s++) {
		below += count[s];
		if (below > half * all)
			return s;
	}
	return 0;
}

double paired_estimate(const double *d, size_t n, const double *levels, struct interval *out,
		       size_t nr_levels)
{
	double *v = xcalloc(n, sizeof(*v)), nd = (double)n, estimate;
	size_t nr = n * (n + 1) / 2;

	memcpy(v, d, n * sizeof(*v));
	stats_sort(v, n);
	/* Halved one by one: the sum of two huge sums would overflow. */
	estimate = kth_sum(v, n, (nr + 1) / 2) / 4 + kth_sum(v, n, nr / 2 + 1) / 4;
	for (size_t i = 0; i < nr_levels; i++) {
		double half = (1 - levels[i]) / 2;
		size_t k = n <= PAIRED_EXACT_MAX
				   ? counted_pairs_limit(n, half)
				   : approximate_limit(nd * (nd + 1) / 4,
						       pairs_variance(nd, ties_of(v, n)), half);

		out[i] = (struct interval){ .exists = k > 0 };
		if (!k)
			continue;
		out[i].low = kth_sum(v, n, k) / 2;
		out[i].high = kth_sum(v, n, nr - k + 1) / 2;
	}
	free(v);
	return estimate;
}

/* --- two groups --------------------------------------------------------------------------- */

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
static double counted_groups(const struct ranked *r, size_t n)
{
	unsigned total = (unsigned)(r->n * (r->n + 1)), middle = (unsigned)(n * (r->n + 1));
	double *count = count_choices(r->doubled, r->n, n, total);
	const double *row = count + n * ((size_t)total + 1);
	int away = abs((int)r->sum - (int)middle);
	double reach = 0, all = 0;

	for (unsigned s = 0; s <= total; s++) {
		all += row[s];
		reach += abs((int)s - (int)middle) >= away ? row[s] : 0;
	}
	free(count);
	return fmin(1, reach / all);
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
	p = m + n <= RANK_EXACT_MAX ? counted_groups(&r, n)
				    : approximate_p((double)r.sum / 2 - nd * (md + nd + 1) / 2,
						    groups_variance(md, nd, r.ties));
	free(r.doubled);
	free(all);
	return p;
}

/* The k-th smallest and k-th largest difference, or 0. U is of untied values. */
static size_t counted_groups_limit(size_t m, size_t n, double half)
{
	unsigned total = (unsigned)((m + n) * (m + n + 1) / 2);
	unsigned least = (unsigned)(n * (n + 1) / 2);
	unsigned weight[RANK_EXACT_MAX];
	double *count, below = 0, all = 0;
	const double *row;
	size_t limit = 0;

	for (unsigned i = 0; i < m + n; i++)
		weight[i] = i + 1;
	count = count_choices(weight, m + n, n, total);
	row = count + n * ((size_t)total + 1);
	for (unsigned s = least; s <= total; s++)
		all += row[s];
	for (unsigned s = least; s <= total && below <= half * all; s++) {
		below += row[s];
		limit = s - least;
	}
	free(count);
	return limit;
}

double rank_estimate(const double *x, size_t m, const double *y, size_t n, const double *levels,
		     struct interval *out, size_t nr_levels)
{
	size_t nr = m * n, k = 0;
	double *diff = xcalloc(nr, sizeof(*diff)), md = (double)m, nd = (double)n;
	double estimate;

	for (size_t i = 0; i < m; i++)
		for (size_t j = 0; j < n; j++)
			diff[k++] = y[j] - x[i];
	stats_sort(diff, nr);
	estimate = stats_median_sorted(diff, nr);
	for (size_t i = 0; i < nr_levels; i++) {
		double half = (1 - levels[i]) / 2;

		/* Ties within a group remain when the other is shifted; those between do not. */
		k = m + n <= RANK_EXACT_MAX
			    ? counted_groups_limit(m, n, half)
			    : approximate_limit(
				      md * nd / 2,
				      groups_variance(md, nd, ties_of(x, m) + ties_of(y, n)), half);
		out[i] = (struct interval){ .exists = k > 0 };
		if (!k)
			continue;
		out[i].low = diff[k - 1];
		out[i].high = diff[nr - k];
	}
	free(diff);
	return estimate;
}
