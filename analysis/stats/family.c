/* SPDX-License-Identifier: GPL-2.0-or-later */
/* family.c: step-down max-t over joint sign flips and over looks; see stats.h for sources. */
#include "analysis/stats/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/stats/flips.h"
#include "lib/buf.h"

#define DRAWS_MIN 9999u
#define DRAWS_MAX 65535u
#define DRAWS_WORK 400000000u /* cells x blocks x draws that take well under a second */

struct place {
	double t;
	size_t cell;
};

static int by_statistic(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->t != y->t)
		return x->t < y->t ? 1 : -1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

struct maxima {
	const struct flips *x;
	struct flips_set set;
	double *largest; /* by look, then flip */
	size_t *first;   /* of each flip: the first look at which it reaches the limit */
};

static void note_largest(void *arg, size_t look, uint64_t flip, const double *sum)
{
	struct maxima *m = arg;
	double *to = m->largest + look * m->set.nr + flip, largest = 0;

	if (!sum) {
		*to = to[-1];
		return;
	}
	for (size_t k = 0; k < m->x->cells; k++) {
		double t = flips_statistic(m->x, look * m->x->cells + k, sum[k]);

		largest = t > largest ? t : largest;
	}
	*to = largest;
}

static void maxima_init(struct maxima *m, const struct flips *x, struct flips_set set,
			size_t nr_looks)
{
	*m = (struct maxima){ .x = x, .set = set };
	m->largest = xcalloc(set.nr * nr_looks + 1, sizeof(*m->largest));
	m->first = xcalloc(set.nr + 1, sizeof(*m->first));
	for (uint64_t i = 0; i < set.nr; i++)
		m->first[i] = x->nr_looks;
	flips_walk(x, &set, nr_looks, note_largest, m);
}

static void maxima_release(struct maxima *m)
{
	free(m->largest);
	free(m->first);
}

/* Bring the k largest of n values to the front, in any order: Hoare's FIND, CACM 4 (1961). */
static void largest_first(double *v, size_t n, size_t k)
{
	size_t low = 0, high = n;

	while (high - low > 1 && k > low && k < high) {
		double pivot = v[low + (high - low) / 2], was;
		size_t i = low, j = high - 1;

		for (;;) {
			while (v[i] > pivot)
				i++;
			while (v[j] < pivot)
				j--;
			if (i >= j)
				break;
			was = v[i];
			v[i++] = v[j];
			v[j--] = was;
		}
		/* Those before i are at least the pivot, the others at most. */
		if (k <= i)
			high = i;
		else
			low = i;
	}
}

/* The least limit that at most room of the values reach; v is put in another order. */
static double least_limit(double *v, size_t n, size_t room)
{
	size_t k = room;

	if (!room || room >= n)
		return room ? 0 : INFINITY;
	largest_first(v, n, room + 1);
	stats_sort(v, room + 1);
	/* v[0] is the largest that must not reach it; those equal to it must not either. */
	for (size_t i = 1; i <= room; i++) {
		if (v[i] - v[i - 1] > 2 * FLIPS_EQUAL)
			return v[i] - FLIPS_EQUAL;
		k--;
	}
	return INFINITY;
}

/* Flips that reach the limit of a look for the first time are marked with it. */
static void mark(struct maxima *m, size_t look, double limit)
{
	const double *largest = m->largest + look * m->set.nr;

	for (uint64_t i = 0; i < m->set.nr; i++)
		if (m->first[i] > look && largest[i] >= limit)
			m->first[i] = look;
}

/* The limit of a look, which may also spend the rest that the looks before have left. */
static double find_limit(struct maxima *m, size_t look, double alpha)
{
	double room = floor(alpha * (double)m->set.nr + 1e-9);
	double *v = xcalloc(m->set.nr + 1, sizeof(*v)), limit;
	size_t n = 0, spent = 0;

	for (uint64_t i = 0; i < m->set.nr; i++) {
		if (m->first[i] < look)
			spent++;
		else
			v[n++] = m->largest[look * m->set.nr + i];
	}
	limit = least_limit(v, n, room > (double)spent ? (size_t)room - spent : 0);
	free(v);
	return limit;
}

/* The share of flips that were rejected before the look, or reach the limit in it. */
static double share(const struct maxima *m, size_t look, double limit)
{
	const double *largest = m->largest + look * m->set.nr;
	uint64_t nr = 0;

	for (uint64_t i = 0; i < m->set.nr; i++)
		nr += m->first[i] < look || largest[i] >= limit;
	return (double)nr / (double)m->set.nr;
}

/* Looks of few blocks are exact, also where flips are drawn for those that come after. */
struct sequence {
	struct flips x;
	struct maxima few, many; /* many: drawn, where there are such looks */
	size_t nr_few;           /* looks that few is for */
	double *limit;           /* of each look */
};

static uint64_t count_draws(const struct family *f)
{
	uint64_t work = (uint64_t)f->cells * f->blocks + 1, draws = f->draws;

	if (!draws) {
		draws = DRAWS_WORK / work;
		draws = draws < DRAWS_MIN ? DRAWS_MIN : draws > DRAWS_MAX ? DRAWS_MAX : draws;
	}
	return draws + 1; /* the first is the data as they are */
}

static void sequence_init(struct sequence *s, const struct family *f, const size_t *which,
			  size_t nr)
{
	*s = (struct sequence){ .limit = xcalloc(f->nr_looks, sizeof(*s->limit)) };
	flips_init(&s->x, f, which, nr);
	while (s->nr_few < f->nr_looks && s->x.upto[s->nr_few] <= FAMILY_EXACT_MAX)
		s->nr_few++;
	if (s->nr_few)
		maxima_init(&s->few, &s->x, flips_all(s->x.upto[s->nr_few - 1]), s->nr_few);
	for (size_t l = 0; l < s->nr_few; l++) {
		s->limit[l] = find_limit(&s->few, l, f->looks[l].alpha);
		mark(&s->few, l, s->limit[l]);
	}
	if (s->nr_few == f->nr_looks)
		return;
	maxima_init(&s->many, &s->x, flips_drawn(s->x.blocks, count_draws(f), f->seed),
		    f->nr_looks);
	for (size_t l = 0; l < f->nr_looks; l++) {
		if (l >= s->nr_few)
			s->limit[l] = find_limit(&s->many, l, f->looks[l].alpha);
		mark(&s->many, l, s->limit[l]);
	}
}

static void sequence_release(struct sequence *s)
{
	flips_release(&s->x);
	maxima_release(&s->few);
	maxima_release(&s->many);
	free(s->limit);
}

static const struct maxima *maxima_of(const struct sequence *s, size_t look)
{
	return look < s->nr_few ? &s->few : &s->many;
}

struct stepping {
	const struct flips *x;
	const size_t *first;       /* of each flip, as in maxima; NULL: none was rejected before */
	size_t look;               /* the last */
	const struct place *order; /* by statistic, largest first */
	double *alone_limit;       /* sums to be reached */
	uint64_t *alone, *family;  /* flips that did, by cell and by place in order */
};

static void count_flip(void *arg, size_t look, uint64_t flip, const double *sum)
{
	struct stepping *s = arg;
	bool before = s->first && s->first[flip] < s->look;
	const size_t at = look * s->x->cells;
	double largest = 0;

	if (look != s->look)
		return;
	/* From the smallest statistic up: the largest of those not larger in the data. */
	for (size_t i = s->x->cells; i-- > 0;) {
		size_t k = s->order[i].cell;
		double t = flips_statistic(s->x, at + k, sum[k]);

		largest = t > largest ? t : largest;
		s->family[i] += before || largest >= s->x->seen[at + k] - FLIPS_EQUAL;
		s->alone[k] += fabs(sum[k]) >= s->alone_limit[k];
	}
}

/* p of each cell of x at the last look, and p_alone where first is NULL. */
static void step_down(const struct flips *x, const struct flips_set *set, const size_t *first,
		      const size_t *which, struct family_cell *out)
{
	struct place *order = xcalloc(x->cells + 1, sizeof(*order));
	struct stepping s = { .x = x, .first = first, .look = x->nr_looks - 1, .order = order };
	double before = 0;

	s.alone_limit = xcalloc(x->cells + 1, sizeof(*s.alone_limit));
	s.alone = xcalloc(x->cells + 1, sizeof(*s.alone));
	s.family = xcalloc(x->cells + 1, sizeof(*s.family));
	for (size_t k = 0; k < x->cells; k++) {
		double sum = 0, scale = x->scale[s.look * x->cells + k];

		for (unsigned b = 0; b < x->blocks; b++)
			sum += x->d[b * x->cells + k];
		s.alone_limit[k] = scale > 0 ? fabs(sum) - FLIPS_EQUAL / scale : 0;
		order[k] = (struct place){ x->seen[s.look * x->cells + k], k };
	}
	qsort(order, x->cells, sizeof(*order), by_statistic);
	flips_walk(x, set, x->nr_looks, count_flip, &s);
	for (size_t i = 0; i < x->cells; i++) {
		struct family_cell *c = &out[which[order[i].cell]];

		before = fmax(before, (double)s.family[i] / (double)set->nr);
		c->p = before;
		if (!first)
			c->p_alone = (double)s.alone[order[i].cell] / (double)set->nr;
	}
	free(order);
	free(s.alone_limit);
	free(s.alone);
	free(s.family);
}

/* Cells of s that reach a limit up to that look leave which; returns how many are left. */
static size_t reject(const struct sequence *s, size_t look, size_t *which, struct family_cell *out)
{
	size_t left = 0, nr = s->x.cells;

	for (size_t k = 0; k < nr; k++) {
		size_t l = 0;

		while (l <= look && s->x.seen[l * nr + k] < s->limit[l])
			l++;
		if (l > look) {
			which[left++] = which[k];
			continue;
		}
		out[which[k]].look = look;
		out[which[k]].p = share(maxima_of(s, l), l, s->x.seen[l * nr + k] - FLIPS_EQUAL);
	}
	return left;
}

/* Look by look, and at each again as long as some cell leaves. */
static void test_looks(const struct family *f, size_t *which, struct family_cell *out)
{
	size_t left = f->cells, nr = left;
	struct sequence s;

	sequence_init(&s, f, which, left);
	for (size_t look = 0; look < f->nr_looks && left; look += left == nr) {
		nr = left;
		left = reject(&s, look, which, out);
		if (left == nr)
			continue;
		sequence_release(&s);
		sequence_init(&s, f, which, left);
	}
	if (left) {
		const struct maxima *m = maxima_of(&s, f->nr_looks - 1);

		step_down(&s.x, &m->set, m->first, which, out);
	}
	sequence_release(&s);
}

struct family_how family_test(const struct family *f, struct family_cell *out)
{
	size_t *which = xcalloc(f->cells + 1, sizeof(*which));
	struct family_how how;
	struct flips_set set;
	struct flips x;

	for (size_t c = 0; c < f->cells; c++)
		which[c] = c;
	flips_init(&x, f, which, f->cells);
	how = (struct family_how){ .exact = x.blocks <= FAMILY_EXACT_MAX, .blocks = x.blocks };
	set = how.exact ? flips_all(x.blocks) : flips_drawn(x.blocks, count_draws(f), f->seed);
	how.flips = how.exact ? 1ull << x.blocks : set.nr;
	step_down(&x, &set, NULL, which, out);
	for (size_t c = 0; c < f->cells; c++)
		out[c].look = out[c].p <= f->looks[0].alpha * (1 + 1e-12) ? 0 : f->nr_looks;
	if (f->nr_looks > 1) {
		for (size_t c = 0; c < f->cells; c++)
			out[c].look = f->nr_looks;
		test_looks(f, which, out);
	}
	flips_release(&x);
	free(which);
	return how;
}

void family_holm(const double *p, size_t n, double *adjusted)
{
	struct place *place = xcalloc(n + 1, sizeof(*place));
	double before = 0;

	for (size_t i = 0; i < n; i++)
		place[i] = (struct place){ -p[i], i }; /* the smallest p first */
	qsort(place, n, sizeof(*place), by_statistic);
	for (size_t k = 0; k < n; k++) {
		before = fmax(before, fmin(1, (double)(n - k) * -place[k].t));
		adjusted[place[k].cell] = before;
	}
	free(place);
}

unsigned family_min_blocks(double alpha, size_t families)
{
	unsigned blocks = 1;

	while (blocks < 64 && ldexp((double)families, 1 - (int)blocks) > alpha)
		blocks++;
	return blocks;
}
