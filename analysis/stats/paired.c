/* SPDX-License-Identifier: GPL-2.0-or-later */
/* paired.c: signed ranks of one cell's pairs; see paired.h for definitions and sources. */
#include "analysis/stats/paired.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats/dist.h"
#include "analysis/stats/stats.h"
#include "lib/buf.h"

/* Up to so many differences their pairwise means are listed and sorted, beyond it is searched. */
#define LIST_MAX 64

/*
 * count[s] becomes the number of subsets of the nr weights whose sum is s; sums
 * to weights' total. At most 2^50 subsets: doubles count them exactly.
 */
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

/* The differences that are not zero, by size; the sign is kept in another array. */
struct ranked {
	size_t n;
	unsigned *doubled; /* twice the mean rank, by size */
	unsigned sum_plus; /* of the doubled ranks of positive differences */
	double ties;       /* sum of t^3 - t over groups of equal size */
};

static int by_size(const void *a, const void *b)
{
	double x = fabs(*(const double *)a), y = fabs(*(const double *)b);

	return (x > y) - (x < y);
}

static void rank_sizes(struct ranked *r, const double *d, size_t n)
{
	double *v = xcalloc(n + 1, sizeof(*v));

	*r = (struct ranked){ .doubled = xcalloc(n + 1, sizeof(*r->doubled)) };
	for (size_t i = 0; i < n; i++) {
		if (d[i] != 0)
			v[r->n++] = d[i];
	}
	qsort(v, r->n, sizeof(*v), by_size);
	for (size_t i = 0, end; i < r->n; i = end) {
		double t;

		for (end = i + 1; end < r->n && fabs(v[end]) == fabs(v[i]); end++)
			;
		t = (double)(end - i);
		r->ties += t * t * t - t;
		for (size_t k = i; k < end; k++) {
			r->doubled[k] = (unsigned)(i + end + 1); /* ranks i + 1 to end */
			r->sum_plus += v[k] > 0 ? r->doubled[k] : 0;
		}
	}
	free(v);
}

static double counted_p(const struct ranked *r)
{
	unsigned total = (unsigned)(r->n * (r->n + 1));
	unsigned low = r->sum_plus < total - r->sum_plus ? r->sum_plus : total - r->sum_plus;
	double *count = xcalloc(total + 1, sizeof(*count));
	double below = 0;

	count_sums(r->doubled, r->n, count, total);
	for (unsigned s = 0; s <= low; s++)
		below += count[s];
	free(count);
	return fmin(1, 2 * ldexp(below, -(int)r->n));
}

/* Variance of the sum of positive ranks, ties being groups of equal size. */
static double rank_variance(double n, double ties)
{
	return n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
}

static double approximate_p(const struct ranked *r)
{
	double n = (double)r->n;
	double z = (double)r->sum_plus / 2 - n * (n + 1) / 4;
	double sd = sqrt(rank_variance(n, r->ties));

	if (z == 0)
		return 1;
	return fmin(1, 2 * dist_normal_cdf(-(fabs(z) - 0.5) / sd));
}

double paired_signed_rank_p(const double *d, size_t n)
{
	struct ranked r;
	double p = 1;

	rank_sizes(&r, d, n);
	if (r.n)
		p = r.n <= PAIRED_EXACT_MAX ? counted_p(&r) : approximate_p(&r);
	free(r.doubled);
	return p;
}

/* --- the pairwise means -------------------------------------------------------------- */

/* All sums v[i] + v[j], i <= j, of sorted v: as a list, or searched where that is too long. */
struct walsh {
	const double *v;
	size_t n, nr; /* nr = n (n + 1) / 2 */
	double *list; /* sorted; NULL: searched */
};

/* How many sums are at most t. For each j the i that fit shrink as j grows. */
static size_t sums_up_to(const struct walsh *w, double t)
{
	size_t count = 0, i = 0;

	/* From the largest j down, i up: pairs (i, j) with i <= j. */
	for (size_t j = w->n; j-- > 0;) {
		while (i < w->n && w->v[i] + w->v[j] <= t)
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
static double kth_sum(const struct walsh *w, size_t k)
{
	int64_t low, high;

	if (w->list)
		return w->list[k - 1];
	low = order_of(2 * w->v[0]);
	high = order_of(2 * w->v[w->n - 1]);
	while (low < high) {
		int64_t middle = (int64_t)(((uint64_t)high - (uint64_t)low) / 2 + (uint64_t)low);

		if (sums_up_to(w, double_of(middle)) >= k)
			high = middle;
		else
			low = middle + 1;
	}
	return double_of(low);
}

static void walsh_init(struct walsh *w, const double *sorted, size_t n)
{
	size_t k = 0;

	*w = (struct walsh){ .v = sorted, .n = n, .nr = n * (n + 1) / 2 };
	if (n > LIST_MAX)
		return;
	w->list = xcalloc(w->nr, sizeof(*w->list));
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++)
			w->list[k++] = sorted[i] + sorted[j];
	stats_sort(w->list, w->nr);
}

/*
 * The k-th smallest and k-th largest pairwise mean limit the interval: R's
 * qsignrank of half the rest, or 0 where even the outermost are too narrow.
 */
static size_t counted_limit(size_t n, double half)
{
	double count[PAIRED_EXACT_MAX * (PAIRED_EXACT_MAX + 1) / 2 + 1];
	unsigned rank[PAIRED_EXACT_MAX];
	unsigned total = (unsigned)(n * (n + 1) / 2);
	double below = 0, all = ldexp(1, (int)n);

	for (unsigned i = 0; i < n; i++)
		rank[i] = i + 1;
	count_sums(rank, n, count, total);
	for (unsigned s = 0; s <= total; s++) {
		below += count[s];
		if (below > half * all)
			return s;
	}
	return 0;
}

/* Where the approximate test of a shift begins to reject: groups of equal values count as ties. */
static size_t approximate_limit(const double *sorted, size_t n, double half)
{
	double ties = 0, nd = (double)n, at;

	for (size_t i = 0, end; i < n; i = end) {
		double t;

		for (end = i + 1; end < n && sorted[end] == sorted[i]; end++)
			;
		t = (double)(end - i);
		ties += t * t * t - t;
	}
	at = nd * (nd + 1) / 4 + dist_normal_quantile(half) * sqrt(rank_variance(nd, ties)) - 0.5;
	return at < 0 ? 0 : (size_t)floor(at) + 1;
}

double paired_estimate(const double *d, size_t n, const double *levels, struct interval *out,
		       size_t nr_levels)
{
	double *v = xcalloc(n, sizeof(*v));
	struct walsh w;
	double estimate;

	memcpy(v, d, n * sizeof(*v));
	stats_sort(v, n);
	walsh_init(&w, v, n);
	/* Halved one by one: the sum of two huge sums would overflow. */
	estimate = kth_sum(&w, (w.nr + 1) / 2) / 4 + kth_sum(&w, w.nr / 2 + 1) / 4;
	for (size_t i = 0; i < nr_levels; i++) {
		double half = (1 - levels[i]) / 2;
		size_t k = n <= PAIRED_EXACT_MAX ? counted_limit(n, half)
						 : approximate_limit(v, n, half);

		out[i] = (struct interval){ .exists = k > 0 };
		if (!k)
			continue;
		out[i].low = kth_sum(&w, k) / 2;
		out[i].high = kth_sum(&w, w.nr - k + 1) / 2;
	}
	free(w.list);
	free(v);
	return estimate;
}
