/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker_async.c: the timed part of a thread that keeps several operations in
 * flight; see role.h for its hooks. The clock is read once for each return of
 * reap: the end of the operations it brought is the start of those that take
 * their slots; where syncs were due for some, these come in between. A paced
 * thread starts an operation when it is due and a slot is free, and counts from
 * when it was due.
 */
#include <errno.h>
#include <stdlib.h>

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

/* Of a paced thread what is due, of another as many as there are slots. */
static void start_due(struct worker *w, uint64_t now_ns)
{
	struct slots *s = &w->slots;
	const bool paced = w->pace.rate_per_s;
	const uint64_t until_ns = worker_until(w);

	while (s->nr_free && w->left && !w->over &&
	       (!paced || (w->pace.due_ns <= now_ns && w->pace.due_ns < until_ns))) {
		unsigned slot = s->free[--s->nr_free];

		s->begun_ns[slot] = paced ? pace_take(&w->pace) : now_ns;
		w->t.role->start(&w->t, slot, offset_next(&w->offsets, &w->t.rng));
		w->left--;
	}
}

/*
 * Account for the nr that reap brought at now_ns. All of them are back by then, so those
 * that no sync is due for end there, and the syncs of the others come after, one by one.
 * Returns the end of the last one: when their slots are taken again.
 */
static uint64_t take_done(struct worker *w, unsigned nr, uint64_t now_ns)
{
	struct slots *s = &w->slots;
	struct role_done *done = s->done;
	uint64_t end_ns = now_ns;
	unsigned to_sync = 0;

	for (unsigned i = 0; i < nr; i++) {
		s->free[s->nr_free++] = done[i].slot;
		if (worker_sync_due(w, s->nr_free == w->t.depth))
			done[to_sync++] = done[i];
		else
			worker_ended(w, done[i].got, s->begun_ns[done[i].slot], now_ns, false);
	}
	for (unsigned i = 0; i < to_sync; i++)
		end_ns = worker_ended(w, done[i].got, s->begun_ns[done[i].slot], end_ns, true);
	return end_ns;
}

/* How long reap may wait: until the next operation is due, where a slot is free for it. */
static uint64_t wait_ns(const struct worker *w, uint64_t now_ns)
{
	if (!w->pace.rate_per_s || !w->slots.nr_free || w->over)
		return ROLE_WAIT_FOREVER;
	return w->pace.due_ns > now_ns ? w->pace.due_ns - now_ns : 0;
}

void worker_timed_async(struct worker *w)
{
	uint64_t now = now_ns();

	for (;;) {
		int nr = 0;

		start_due(w, now);
		if (w->slots.nr_free < w->t.depth)
			nr = w->t.role->reap(&w->t, w->slots.done, wait_ns(w, now));
		else if (w->over)
			return;
		else
			run_sleep_until(w->run, w->pace.due_ns);
		now = now_ns();
		if (nr < 0) {
			worker_error(w, nr, now);
			return;
		}
		/* A slot was free when these fell due, so their turn is before any end. */
		start_due(w, now);
		worker_look(w, now);
		now = take_done(w, (unsigned)nr, now);
	}
}
