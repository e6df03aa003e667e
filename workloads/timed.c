/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timed.c: the timed part of a thread. Its loop reads the clock once an operation: the end of one
 * is the start of the next, so that a thread's latencies add up to the time it took.
 */
#include <errno.h>

#include "workloads/worker.h"

static void worker_error(struct worker *w, int64_t got, uint64_t now_ns)
{
	if (!w->errors++) {
		w->first_errno = got < 0 ? (int)-got : EIO;
		w->first_error_ns = now_ns;
	}
}

/* The end of its time. */
static inline uint64_t worker_until(const struct worker *w)
{
	return w->ops ? UINT64_MAX : atomic_load_explicit(&w->run->until_ns, memory_order_relaxed);
}

/* Is it over at now_ns? Once it is, it stays so. */
static inline void worker_look(struct worker *w, uint64_t now_ns)
{
	uint64_t until_ns = worker_until(w);

	if (w->over || (w->left && now_ns < until_ns && !run_ended(w->run) &&
			!(w->pace.rate_per_s && w->pace.due_ns >= until_ns)))
		return;
	w->over = true;
	w->over_ns = now_ns;
}

/* One more operation is back: is a sync due? alone: no other of this thread is in flight. */
static inline bool worker_sync_due(struct worker *w, bool alone)
{
	if (--w->to_sync && !(w->over && alone && w->final_sync))
		return false;
	w->to_sync = w->sync_every;
	return true;
}

/*
 * Account for one operation, from begun_ns to back_ns; got is as role->op returns it. A sync that
 * is due belongs to the operation: its time and its failure count there. Returns the operation's
 * end; the next one of this thread or slot begins then, so that no time counts twice. (Operations
 * of a paced thread count from when they were due and may overlap.)
 */
static inline uint64_t worker_ended(struct worker *w, int64_t got, uint64_t begun_ns,
				    uint64_t back_ns, bool sync_due)
{
	uint64_t end_ns = back_ns;

	if (sync_due) {
		int ret = w->sync(&w->t);

		if (ret < 0 && got >= 0)
			got = ret;
		end_ns = now_ns();
		worker_look(w, end_ns);
	}
	if (got == (int64_t)w->t.bs) {
		hist_add(&w->lat, end_ns - begun_ns);
		series_count(&w->cursor, end_ns);
	} else {
		worker_error(w, got, end_ns);
	}
	return end_ns;
}

/*
 * Wait for the turn of the next operation of a paced thread. False: its time ends before that. A
 * turn before the end is taken however late the thread wakes up.
 */
static bool wait_turn(struct worker *w, uint64_t *due_ns)
{
	run_sleep_until(w->run, w->pace.due_ns);
	if (run_stopped(w->run) || w->pace.due_ns >= worker_until(w))
		return false;
	*due_ns = pace_take(&w->pace);
	return true;
}

static void timed_ops(struct worker *w)
{
	struct role_thread *const t = &w->t;
	int64_t (*const op)(struct role_thread * t, uint64_t offset) = t->role->op;
	const bool paced = w->pace.rate_per_s;
	uint64_t before = now_ns();

	do {
		uint64_t now;
		int64_t got;

		if (paced && !wait_turn(w, &before))
			break;
		got = op(t, offset_next(&w->offsets, &t->rng));
		w->left--;
		now = now_ns();
		worker_look(w, now);
		before = worker_ended(w, got, before, now, worker_sync_due(w, true));
	} while (!w->over);
}

/* --- the timed part with several operations in flight; role.h has the hooks ------------------ */

/* Start the operations that are due, without a pace as many as there are slots. */
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
 * The nr operations that reap brought at now_ns end there; syncs that are due follow, one by one.
 * Returns the end of the last, when slots are taken again.
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

static void timed_async(struct worker *w)
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

/* --- the end of the timed part ------------------------------------------------------------ */

/* The last sync of a thread whose end came while it waited: it belongs to no operation. */
static void sync_alone(struct worker *w)
{
	int ret = 0;

	if (w->final_sync && w->to_sync != w->sync_every)
		ret = w->sync(&w->t);
	if (ret < 0)
		worker_error(w, ret, now_ns());
}

void worker_timed(struct worker *w)
{
	struct run *r = w->run;

	w->t.start_ns = r->start_ns;
	series_begin(&w->cursor, &w->series, r->start_ns);
	if (w->delay_ns)
		run_sleep_until(r, r->start_ns + w->delay_ns);
	w->pace.due_ns = r->start_ns + w->delay_ns;
	if (w->delay_ns && run_ended(r))
		worker_look(w, now_ns());
	else if (w->t.role->op)
		timed_ops(w);
	else
		timed_async(w);
	sync_alone(w);
	/* Between two turns the time is up: it was there until then. */
	if (w->pace.rate_per_s && !w->ops)
		run_sleep_until(r, worker_until(w));
	w->end_ns = now_ns();
}

/*
 * Operations that were due in a paced thread's time and never started. Each had waited until the
 * thread found its time over. They may be many, so this runs after the timed part.
 */
void worker_count_missed(struct worker *w)
{
	const uint64_t until_ns = worker_until(w);

	if (!w->pace.rate_per_s || !w->over || w->over_ns < until_ns)
		return;
	while (w->pace.due_ns < until_ns) {
		hist_add(&w->lat, w->over_ns - pace_take(&w->pace));
		w->missed++;
	}
}
