/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lockstacks.c: waits summed to rows by lock, waiter and holder. A row has a histogram of 18 kB, so
 * their number is bounded: beyond it the rows that waited least lose their address, and if they are
 * still too many, all but their mode.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/lock/waits_impl.h"

#define ROWS_MAX 4096
#define ROWS_KEPT 2048 /* as they are, when there are more */

struct group {
	size_t first, n;
	uint64_t total_ns;
};

static int by_row(const void *a, const void *b)
{
	const struct wait *x = a, *y = b;
	int c = compare_u64(x->lock, y->lock);

	c = c ? c : compare_u64(x->who, y->who);
	c = c ? c : compare_u64(x->holder, y->holder);
	return c ? c : compare_u64(x->wait_ns, y->wait_ns);
}

static int by_total(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int c = compare_u64(y->total_ns, x->total_ns);

	return c ? c : compare_u64(x->first, y->first);
}

/* Sorts the waits so that those of a row stand together. Caller frees. */
static struct group *make_groups(struct wait_list *l, size_t *n)
{
	struct group *groups = NULL;
	size_t cap = 0;

	*n = 0;
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_row);
	for (size_t i = 0; i < l->n; i++) {
		const struct wait *w = &l->v[i];

		if (!i || w->lock != w[-1].lock || w->who != w[-1].who ||
		    w->holder != w[-1].holder) {
			ROOM(groups, *n, cap);
			groups[(*n)++] = (struct group){ .first = i };
		}
		groups[*n - 1].n++;
		groups[*n - 1].total_ns += w->wait_ns;
	}
	return groups;
}

static struct who wait_list_who(const struct wait_list *l, uint32_t number)
{
	struct who who;
	size_t len;

	memcpy(&who, keys_at(&l->whos, number, &len), sizeof(who));
	return who;
}

/* The waits of the lightest rows give up their address; with all set, everything but their mode. */
static void merge(struct wait_list *l, struct group *groups, size_t nr_groups, bool all)
{
	uint32_t others = all ? keys_add_text(&l->texts, "[others]") : 0;

	qsort(groups, nr_groups, sizeof(*groups), by_total);
	for (size_t i = ROWS_KEPT; i < nr_groups; i++) {
		for (size_t k = 0; k < groups[i].n; k++) {
			struct wait *w = &l->v[groups[i].first + k];
			struct who who = wait_list_who(l, w->who);

			w->lock = 0;
			if (!all)
				continue;
			who.role = who.chain = others;
			w->who = keys_add(&l->whos, &who, sizeof(who));
			w->holder = NOBODY;
			w->held_ns = 0;
		}
	}
}

static char *text_of(const struct wait_list *l, uint32_t number)
{
	return xstrdup(keys_text(&l->texts, number));
}

static void fill(struct lock_stack *s, const struct wait_list *l, const struct group *g)
{
	const struct wait *w = &l->v[g->first];
	struct who who = wait_list_who(l, w->who);

	*s = (struct lock_stack){
		.lock = w->lock,
		.count = g->n,
		.total_ns = g->total_ns,
		.role = text_of(l, who.role),
		.mode = text_of(l, who.mode),
		.chain = text_of(l, who.chain),
		.waits = xcalloc(1, sizeof(*s->waits)),
	};
	hist_init(s->waits);
	for (size_t i = 0; i < g->n; i++) {
		hist_add(s->waits, w[i].wait_ns);
		s->held_ns += w[i].held_ns;
	}
	s->max_ns = s->waits->max_ns;
	if (w->holder == NOBODY)
		return;
	who = wait_list_who(l, w->holder);
	s->holder_role = text_of(l, who.role);
	s->holder_mode = text_of(l, who.mode);
	s->holder_chain = text_of(l, who.chain);
}

static int compare_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int by_weight(const void *a, const void *b)
{
	const struct lock_stack *x = a, *y = b;
	int c = compare_u64(y->total_ns, x->total_ns);

	c = c ? c : compare_u64(x->lock, y->lock);
	c = c ? c : compare_text(x->mode, y->mode);
	c = c ? c : compare_text(x->role, y->role);
	c = c ? c : compare_text(x->chain, y->chain);
	c = c ? c : compare_text(x->holder_role, y->holder_role);
	c = c ? c : compare_text(x->holder_mode, y->holder_mode);
	return c ? c : compare_text(x->holder_chain, y->holder_chain);
}

void lock_stacks_sum(struct lock_stacks *out, struct wait_list *l)
{
	size_t n;
	struct group *groups = make_groups(l, &n);

	for (int all = 0; all < 2 && n > ROWS_MAX; all++) {
		merge(l, groups, n, all);
		free(groups);
		groups = make_groups(l, &n);
	}
	out->n = n;
	out->v = xcalloc(n + 1, sizeof(*out->v));
	for (size_t i = 0; i < n; i++)
		fill(&out->v[i], l, &groups[i]);
	qsort(out->v, n, sizeof(*out->v), by_weight);
	free(groups);
}

void lock_stacks_release(struct lock_stacks *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct lock_stack *v = &s->v[i];

		free(v->mode);
		free(v->role);
		free(v->chain);
		free(v->waits);
		free(v->holder_role);
		free(v->holder_mode);
		free(v->holder_chain);
	}
	free(s->v);
	*s = (struct lock_stacks){ .n = 0 };
}

/* --- metrics ---------------------------------------------------------------------------- */

static double waits(const struct lock_stacks *s)
{
	return (double)s->waits;
}

static double wait_ns(const struct lock_stacks *s)
{
	uint64_t sum_ns = 0;

	for (size_t i = 0; i < s->n; i++)
		sum_ns += s->v[i].total_ns;
	return (double)sum_ns;
}

static double cut(const struct lock_stacks *s)
{
	return (double)s->cut;
}

static double lost(const struct lock_stacks *s)
{
	return (double)s->lost;
}

const struct lock_metric lock_metrics[] = {
	{ "lock_waits", "count", "waits for locks, of all threads of the machine", BETTER_LOWER,
	  waits },
	{ "lock_wait", "ns", "time waited for locks, summed over those threads", BETTER_LOWER,
	  wait_ns },
	{ "lock_cut", "count", "waits that began before or ended after the timed part", BETTER_NONE,
	  cut },
	{ "lock_lost", "count", "lock events that the recording lost", BETTER_NONE, lost },
	{ .name = NULL },
};
