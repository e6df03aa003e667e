/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker_async.c: the timed part of a thread that keeps several operations in
 * flight; see role.h for its hooks. The clock is read once for each return of
 * reap: the end of the operations it brought is the start of those that take
 * their slots. A paced thread starts an operation when it is due and a slot is
 * free, and counts from when it was due.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/proc.h"
#include "workloads/worker_impl.h"

int slots_init(struct slots *s, unsigned depth)
{
	s->begun_ns = calloc(depth, sizeof(*s->begun_ns));
	s->free = calloc(depth, sizeof(*s->free));
	s->done = calloc(depth, sizeof(*s->done));
	if (!s->begun_ns || !s->free || !s->done)
		return -ENOMEM;
	for (s->nr_free = 0; s->nr_free < depth; s->nr_free++)
		s->free[s->nr_free] = depth - 1 - s->nr_free;
	return 0;
}

void slots_release(struct slots *s)
{
	free(s->begun_ns);
	free(s->free);
	free(s->done);
}

void worker_warm_async(struct worker *w, uint64_t offset)
{
	struct role_thread *t = &w->t;

	t->role->start(t, 0, offset);
	while (!t->role->reap(t, w->slots.done, ROLE_WAIT_FOREVER))
		;
}

/* What the loop carries from one reap to the next. */
struct async {
	uint64_t left;                 /* operations still to be started */
	uint64_t to_sync, sync_every;
	uint64_t now_ns;
	bool last;                     /* none is started any more */
};

static void start_due(struct worker *w, struct async *a)
{
	struct slots *s = &w->slots;
	const bool paced = w->pace.rate_per_s;

	while (s->nr_free && a->left && (!paced || w->pace.due_ns <= a->now_ns)) {
		unsigned slot = s->free[--s->nr_free];

		s->begun_ns[slot] = paced ? pace_take(&w->pace) : a->now_ns;
		w->t.role->start(&w->t, slot, offset_next(&w->offsets, &w->t.rng));
		a->left--;
	}
}

static void take_done(struct worker *w, struct async *a, sync_fn sync, unsigned nr)
{
	struct slots *s = &w->slots;

	for (unsigned i = 0; i < nr; i++) {
		unsigned slot = s->done[i].slot;
		int64_t got = s->done[i].got;
		uint64_t end_ns = a->now_ns;

		s->free[s->nr_free++] = slot;
		a->to_sync--;
		if (!a->to_sync || (a->last && s->nr_free == w->t.depth && w->final_sync)) {
			got = worker_sync(w, sync, got);
			a->to_sync = a->sync_every;
			end_ns = now_ns();
		}
		worker_count(w, got, s->begun_ns[slot], end_ns);
	}
}

/* How long reap may wait: until the next operation is due, where a slot is free for it. */
static uint64_t wait_ns(const struct worker *w, const struct async *a)
{
	if (!w->pace.rate_per_s || !w->slots.nr_free || a->last)
		return ROLE_WAIT_FOREVER;
	return w->pace.due_ns > a->now_ns ? w->pace.due_ns - a->now_ns : 0;
}

void worker_timed_async(struct worker *w, sync_fn sync, uint64_t deadline_ns)
{
	const uint64_t sync_every = w->sync_every ? w->sync_every : UINT64_MAX;
	struct async a = { .left = w->ops ? w->ops : UINT64_MAX, .to_sync = sync_every,
			   .sync_every = sync_every, .now_ns = now_ns() };
	const bool paced = w->pace.rate_per_s;

	for (;;) {
		int nr = 0;

		if (!a.last)
			start_due(w, &a);
		if (w->slots.nr_free < w->t.depth)
			nr = w->t.role->reap(&w->t, w->slots.done, wait_ns(w, &a));
		else if (a.last)
			break;
		else
			run_sleep_until(w->run, w->pace.due_ns);
		a.now_ns = now_ns();
		if (nr < 0) {
			worker_error(w, nr, a.now_ns);
			return;
		}
		a.last = a.last || !a.left || a.now_ns >= deadline_ns || run_ended(w->run) ||
			 (paced && w->pace.due_ns >= deadline_ns);
		take_done(w, &a, sync, (unsigned)nr);
	}
	if (w->final_sync && a.to_sync != a.sync_every)
		worker_sync_alone(w, sync);
}
