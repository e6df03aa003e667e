/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_sum.c: the rows of one cell and variant by class and direction, and by who and where. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/locks/locks_impl.h"

#define NR_SLOTS (2 * LOCK_CLASSES_MAX) /* a class and direction each */

/* A figure while it grows. */
struct slot {
	struct lock_figures f;
	uint64_t *hist;       /* by range; NULL before the first wait */
	uint32_t run;         /* where locks are being counted, + 1 */
	uint64_t lock, locks; /* the last one counted, and how many in that run */
};

/* A lock_who while it grows, and one of its holders; keys of interns, so without padding. */
struct who_key {
	uint32_t class, shared, role, where;
};

struct holder_key {
	uint32_t who, shared, role, where;
};

struct gathering {
	const struct lock_data *d;
	struct slot slots[NR_SLOTS];
	struct intern who_index, holder_index;
	struct lock_who *who;
	uint64_t *held_ns; /* by holder */
};

static void count_lock(struct slot *s, const struct lock_row *row)
{
	if (s->run != row->run + 1) {
		s->run = row->run + 1;
		s->lock = s->locks = 0;
	}
	s->locks += row->lock && row->lock != s->lock;
	s->lock = row->lock;
	s->f.locks = s->locks > s->f.locks ? s->locks : s->f.locks;
}

static void add_figures(struct gathering *g, const struct lock_row *row)
{
	struct slot *s = &g->slots[2 * row->class + row->shared];
	struct lock_figures *f = &s->f;

	f->class = row->class;
	f->shared = row->shared;
	f->waits = add_capped(f->waits, row->count);
	f->total_ns = add_capped(f->total_ns, row->total_ns);
	f->max_ns = row->max_ns > f->max_ns ? row->max_ns : f->max_ns;
	f->held_ns = add_capped(f->held_ns, row->held_ns);
	if (g->d->own[row->role]) {
		f->own_waits = add_capped(f->own_waits, row->count);
		f->own_total_ns = add_capped(f->own_total_ns, row->total_ns);
	}
	count_lock(s, row);
	if (!s->hist)
		s->hist = xcalloc((size_t)g->d->range_index.nr + 1, sizeof(*s->hist));
	for (uint32_t i = 0; i < row->nr_buckets; i++) {
		const struct lock_bucket *b = &g->d->buckets[row->bucket + i];

		s->hist[b->range] = add_capped(s->hist[b->range], b->count);
	}
}

static int compare_ranges(const void *a, const void *b, void *arg)
{
	const struct lock_range *ranges = arg;
	const struct lock_range *x = &ranges[*(const uint32_t *)a];
	const struct lock_range *y = &ranges[*(const uint32_t *)b];

	return ORDER(x->low_ns, y->low_ns) ?: ORDER(x->high_ns, y->high_ns);
}

/* Nearest rank: the middle of the bucket that the value lies in, not past the largest value. */
static double p99(const struct slot *s, const struct lock_data *d, const uint32_t *order)
{
	uint64_t rank = s->f.waits - s->f.waits / 100, seen = 0; /* 0.99 n, rounded up */

	for (uint32_t i = 0; i < d->range_index.nr; i++) {
		const struct lock_range *r = &d->ranges[order[i]];
		uint64_t high = r->high_ns < s->f.max_ns ? r->high_ns : s->f.max_ns;

		seen = add_capped(seen, s->hist[order[i]]);
		if (seen >= rank)
			return high > r->low_ns ? (double)r->low_ns + (double)(high - r->low_ns) / 2
						: (double)high;
	}
	return (double)s->f.max_ns;
}

static int compare_figures(const void *a, const void *b)
{
	const struct lock_figures *x = a, *y = b;

	/* clang-format off */
	return ORDER(y->total_ns, x->total_ns) ?: ORDER(x->class, y->class) ?:
	       ORDER(x->shared, y->shared);
	/* clang-format on */
}

static void end_figures(struct lock_cell *c, struct gathering *g)
{
	const struct lock_data *d = g->d;
	uint32_t *order = xcalloc((size_t)d->range_index.nr + 1, sizeof(*order));

	for (uint32_t i = 0; i < d->range_index.nr; i++)
		order[i] = i;
	qsort_r(order, d->range_index.nr, sizeof(*order), compare_ranges, d->ranges);
	c->figures = xcalloc(NR_SLOTS, sizeof(*c->figures));
	for (size_t i = 0; i < NR_SLOTS; i++) {
		struct slot *s = &g->slots[i];

		if (!s->hist)
			continue;
		s->f.mean_ns = (double)s->f.total_ns / (double)s->f.waits;
		s->f.p99_ns = p99(s, d, order);
		c->figures[c->nr_figures++] = s->f;
		free(s->hist);
	}
	qsort(c->figures, c->nr_figures, sizeof(*c->figures), compare_figures);
	free(order);
}

static void add_who(struct gathering *g, const struct lock_row *row)
{
	const struct lock_data *d = g->d;
	struct who_key key = { row->class, row->shared, row->role, row->where };
	uint32_t old = g->who_index.nr, n = intern_add_mem(&g->who_index, &key, sizeof(key));
	struct holder_key held = { n, row->holder_shared, row->holder_role, row->holder_where };
	struct lock_who *w;

	if (n == old) {
		g->who = intern_room(g->who, n, sizeof(*g->who));
		g->who[n] = (struct lock_who){
			.class = row->class,
			.shared = row->shared,
			.own = d->own[row->role],
			.role = intern_str(&d->strings, row->role),
			.where = intern_str(&d->strings, row->where),
		};
	}
	w = &g->who[n];
	w->waits = add_capped(w->waits, row->count);
	w->total_ns = add_capped(w->total_ns, row->total_ns);
	w->held_ns = add_capped(w->held_ns, row->held_ns);
	if (!row->holder_role)
		return;
	old = g->holder_index.nr;
	n = intern_add_mem(&g->holder_index, &held, sizeof(held));
	if (n == old) {
		g->held_ns = intern_room(g->held_ns, n, sizeof(*g->held_ns));
		g->held_ns[n] = 0;
	}
	g->held_ns[n] = add_capped(g->held_ns[n], row->held_ns);
}

/* Of two holders the one that had it longer; ties by name. */
static bool holds_more(const struct lock_who *w, uint64_t ns, const char *role, const char *where)
{
	int d;

	if (!w->holder_role || ns != w->holder_ns)
		return !w->holder_role || ns > w->holder_ns;
	d = strcmp(role, w->holder_role);
	return d < 0 || (!d && strcmp(where, w->holder_where) < 0);
}

static void pick_holders(struct gathering *g)
{
	for (uint32_t i = 0; i < g->holder_index.nr; i++) {
		struct holder_key key;
		struct lock_who *w;
		const char *role, *where;

		memcpy(&key, intern_str(&g->holder_index, i), sizeof(key));
		w = &g->who[key.who];
		role = intern_str(&g->d->strings, key.role);
		where = intern_str(&g->d->strings, key.where);
		if (!g->held_ns[i] || !holds_more(w, g->held_ns[i], role, where))
			continue;
		w->holder_role = role;
		w->holder_where = where;
		w->holder_shared = key.shared;
		w->holder_ns = g->held_ns[i];
	}
}

static int compare_who(const void *a, const void *b)
{
	const struct lock_who *x = a, *y = b;

	/* clang-format off */
	return ORDER(y->total_ns, x->total_ns) ?: ORDER(x->class, y->class) ?:
	       strcmp(x->role, y->role) ?: strcmp(x->where, y->where) ?:
	       ORDER(x->shared, y->shared);
	/* clang-format on */
}

void locks_sum(struct lock_cell *c, const struct lock_data *d, size_t from, size_t to)
{
	struct gathering *g = xcalloc(1, sizeof(*g));

	g->d = d;
	for (size_t i = from; i < to; i++) {
		if (!d->runs[d->rows[i].run].ok)
			continue;
		add_figures(g, &d->rows[i]);
		add_who(g, &d->rows[i]);
	}
	end_figures(c, g);
	pick_holders(g);
	c->who = g->who;
	c->nr_who = g->who_index.nr;
	if (c->nr_who)
		qsort(c->who, c->nr_who, sizeof(*c->who), compare_who);
	intern_release(&g->who_index);
	intern_release(&g->holder_index);
	free(g->held_ns);
	free(g);
}
