/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holders.c: who held a lock while others waited for it, as far as waits tell. A thread that got
 * the lock after a wait has it. No event says when it gives the lock back, but while somebody waits
 * the lock does not lie free: the next waiter soon ends its wait. So a holder is known
 *   - exclusive: from the end of its own wait until it asks for the lock again or another thread
 *     gets it, if somebody waited for at least half of that time (else others may have had the
 *     lock unseen in between);
 *   - shared: all threads that got it without an exclusive one in between hold it together. They
 *     are known only while somebody waited all the time, and as long as they are alike. They keep
 *     another reader out only through a writer that queued before it: without that writer the
 *     reader has been let in too, and only has not run yet.
 * A thread that gets a lock without waiting is never seen: free locks, trylocks and writers that
 * spin in front of a semaphore's queue. Its time counts for nobody, or for the last holder where
 * it cuts in between a release and the next waiter.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/lock/waits_impl.h"

/* A wait that saw more holders than this knows only the last of them. */
#define HOLDS_MAX 1024

static void tick(struct held_lock *l, uint64_t now_ns)
{
	if (l->waiters && now_ns > l->now_ns)
		l->watched_ns += now_ns - l->now_ns;
	if (now_ns > l->now_ns)
		l->now_ns = now_ns;
}

static struct hold *current(struct held_lock *l)
{
	return l->n && l->v[l->n - 1].end_ns == UINT64_MAX ? &l->v[l->n - 1] : NULL;
}

static void end_part(const struct held_lock *l, struct hold *h)
{
	h->end_ns = l->now_ns;
	h->watched_end_ns = l->watched_ns;
}

static void close_hold(struct held_lock *l)
{
	struct hold *h = current(l);

	if (h)
		end_part(l, h);
	l->nr_threads = 0;
}

static struct hold *new_hold(struct held_lock *l)
{
	if (l->n == HOLDS_MAX) {
		l->n /= 2;
		memmove(l->v, l->v + HOLDS_MAX - l->n, l->n * sizeof(*l->v));
	}
	ROOM(l->v, l->n, l->cap);
	return &l->v[l->n++];
}

static void open_hold(struct held_lock *l, uint32_t who, bool shared)
{
	*new_hold(l) = (struct hold){
		.start_ns = l->now_ns,
		.end_ns = UINT64_MAX,
		.got_ns = l->now_ns,
		.watched_got_ns = l->watched_ns,
		.who = who,
		.shared = shared,
		.queued_ns = l->writers ? l->queued_ns : UINT64_MAX,
	};
}

/* Writers begin to queue, or do no longer: a shared hold goes on as another part. */
static void split_hold(struct held_lock *l)
{
	struct hold *h = current(l), next;

	if (!h || !h->shared)
		return;
	next = *h;
	end_part(l, h);
	next.start_ns = l->now_ns;
	next.queued_ns = l->writers ? l->queued_ns : UINT64_MAX;
	*new_hold(l) = next;
}

static void add_thread(struct held_lock *l, uint32_t thread)
{
	ROOM(l->threads, l->nr_threads, l->cap_threads);
	l->threads[l->nr_threads++] = thread;
}

/* A thread that asks for the lock does not have it (any more). */
static void remove_thread(struct held_lock *l, uint32_t thread)
{
	size_t i = 0;

	while (i < l->nr_threads && l->threads[i] != thread)
		i++;
	if (i == l->nr_threads)
		return;
	l->threads[i] = l->threads[--l->nr_threads];
	if (!l->nr_threads)
		close_hold(l);
}

void held_wait_begin(struct held_lock *l, uint32_t thread, bool shared, uint64_t now_ns)
{
	tick(l, now_ns);
	remove_thread(l, thread);
	if (!l->waiters && l->n > 1) { /* nobody will ask about the past */
		l->v[0] = l->v[l->n - 1];
		l->n = 1;
	}
	l->waiters++;
	if (shared || l->writers++)
		return;
	l->queued_ns = l->now_ns;
	split_hold(l);
}

void held_wait_end(struct held_lock *l, bool shared, uint64_t now_ns)
{
	tick(l, now_ns);
	l->waiters--;
	if (!shared && !--l->writers)
		split_hold(l);
}

void held_got(struct held_lock *l, uint32_t thread, uint32_t who, bool shared, uint64_t now_ns)
{
	struct hold *h;

	tick(l, now_ns);
	h = current(l);
	if (!h || !h->shared || !shared) {
		close_hold(l);
		open_hold(l, who, shared);
	} else if (h->who != who && h->who != NOBODY) {
		end_part(l, h); /* from here on of several kinds; its threads stay */
		open_hold(l, NOBODY, true);
	}
	add_thread(l, thread);
}

static bool is_known(const struct held_lock *l, const struct hold *h)
{
	bool open = h->end_ns == UINT64_MAX;
	uint64_t held_ns = (open ? l->now_ns : h->end_ns) - h->got_ns;
	uint64_t watched_ns = (open ? l->watched_ns : h->watched_end_ns) - h->watched_got_ns;

	if (h->who == NOBODY)
		return false;
	return h->shared ? watched_ns == held_ns : watched_ns >= held_ns - watched_ns;
}

static uint64_t overlap(const struct held_lock *l, const struct hold *h, uint64_t start_ns)
{
	uint64_t end_ns = h->end_ns < l->now_ns ? h->end_ns : l->now_ns;

	if (h->start_ns > start_ns)
		start_ns = h->start_ns;
	return end_ns > start_ns ? end_ns - start_ns : 0;
}

/* Time of a hold for the one who asks; makes room for it. */
static uint64_t *sum_of(struct held_sums *sums, uint32_t who)
{
	if (who >= sums->n) {
		size_t n = 2 * (size_t)who + 64;

		sums->ns = xrealloc(sums->ns, n, sizeof(*sums->ns));
		memset(sums->ns + sums->n, 0, (n - sums->n) * sizeof(*sums->ns));
		sums->n = n;
	}
	return &sums->ns[who];
}

uint32_t held_by(const struct held_lock *l, bool shared, uint64_t start_ns, struct held_sums *sums,
		 uint64_t *held_ns)
{
	uint64_t length_ns = l->now_ns > start_ns ? l->now_ns - start_ns : 0, most_ns = 0;
	uint32_t best = NOBODY;
	size_t first = l->n;

	while (first && l->v[first - 1].end_ns > start_ns)
		first--;
	for (size_t i = first; i < l->n; i++) {
		const struct hold *h = &l->v[i];
		uint64_t *sum;

		if (!is_known(l, h) || (shared && h->shared && h->queued_ns >= start_ns))
			continue;
		sum = sum_of(sums, h->who);
		*sum += overlap(l, h, start_ns);
		if (*sum > most_ns) {
			most_ns = *sum;
			best = h->who;
		}
	}
	for (size_t i = first; i < l->n; i++) {
		if (l->v[i].who < sums->n)
			sums->ns[l->v[i].who] = 0;
	}
	*held_ns = 0;
	if (best == NOBODY || most_ns < length_ns - most_ns)
		return NOBODY;
	*held_ns = most_ns;
	return best;
}

void held_release(struct held_lock *l)
{
	free(l->v);
	free(l->threads);
	*l = (struct held_lock){ .n = 0 };
}
