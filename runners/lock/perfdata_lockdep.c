/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_lockdep.c: waits of the older tracepoints, which lock statistics
 * bring (CONFIG_LOCK_STAT): lock_acquire tells how a lock is asked for, lock_contended
 * that it is not free, and the next lock_acquired of the thread on it that it has
 * it. Most locks are free: those have no lock_contended, and give no event.
 * Exclusive waits are LOCK_F_WRITE whatever the lock's kind: the record does not tell it.
 */
#include <stdlib.h>

#include "lib/buf.h"
#include "runners/lock/keys.h"
#include "runners/lock/perfdata_impl.h"

/* Locks that a thread has asked for and not got; interrupts ask for more on top. */
#define DEPTH 16

struct asked {
	uint64_t lock;
	uint8_t flags;
	bool contended;
};

struct thread {
	unsigned n;
	struct asked v[DEPTH];
};

static struct asked *ask(struct thread *t, uint64_t lock, uint8_t flags)
{
	if (t->n == DEPTH) /* the oldest lost its end */
		memmove(t->v, t->v + 1, --t->n * sizeof(*t->v));
	t->v[t->n] = (struct asked){ .lock = lock, .flags = flags };
	return &t->v[t->n++];
}

static struct asked *find(struct thread *t, uint64_t lock)
{
	for (unsigned i = t->n; i; i--) {
		if (t->v[i - 1].lock == lock)
			return &t->v[i - 1];
	}
	return NULL;
}

/* True: *v has become a wait's event. */
static bool convert(struct thread *t, struct lock_event *v)
{
	struct asked *a = find(t, v->lock);
	bool contended;

	switch (v->kind) {
	case LOCKDEP_ACQUIRE:
		if (v->flags != LOCKDEP_TRY)
			ask(t, v->lock, v->flags);
		return false;
	case LOCKDEP_CONTENDED:
		if (!a) /* its lock_acquire was lost or is not recorded */
			a = ask(t, v->lock, LOCK_F_WRITE);
		v->kind = LOCK_WAIT_BEGIN;
		v->flags = a->flags;
		a->contended = true;
		return true;
	default:
		if (!a)
			return false;
		contended = a->contended;
		t->n = (unsigned)(a - t->v); /* what was asked for on top has lost its end */
		v->kind = LOCK_WAIT_END;
		v->flags = 0;
		return contended;
	}
}

void lockdep_to_waits(struct lock_events *ev)
{
	struct thread *threads = NULL;
	struct keys keys = { .n = 0 };
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < ev->n; i++) {
		uint32_t t = keys_add(&keys, lock_event_thread(&ev->v[i]));

		if (t >= cap) {
			threads = xrealloc(threads, 2 * cap + 64, sizeof(*threads));
			memset(threads + cap, 0, (cap + 64) * sizeof(*threads));
			cap = 2 * cap + 64;
		}
		if (convert(&threads[t], &ev->v[i]))
			ev->v[n++] = ev->v[i];
	}
	ev->n = n;
	keys_release(&keys);
	free(threads);
}
