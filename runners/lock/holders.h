/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * holders.h: who held a lock while others waited for it, as far as waits tell. A thread
 * that got the lock after a wait has it then. No event says when it gives the lock back,
 * but the lock does not lie free while somebody waits: the next waiter soon ends its wait.
 * So a holder is known
 *   - exclusive: from the end of its own wait until it asks for the lock again or another
 *     thread gets it, if somebody waited for at least half of that time (else others may
 *     have had the lock unseen in between);
 *   - shared: all threads that got it without an exclusive one in between hold it together.
 *     They are known only while somebody waited all the time, and as long as they are
 *     alike. They keep another reader out only by way of a writer that queued before it:
 *     without such a writer the reader has been let in too, and only has not run yet.
 * A thread that gets a lock without waiting is never seen: free locks, trylocks and writers
 * that spin in front of a semaphore's queue. Time that they hold the lock counts as
 * nobody's, or, where they cut in between a release and the next waiter, as the last
 * holder's.
 */
#ifndef FSDUEL_RUNNERS_LOCK_HOLDERS_H
#define FSDUEL_RUNNERS_LOCK_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOBODY UINT32_MAX

/* A hold, or the part of a shared one in which writers queued or did not. */
struct hold {
	uint64_t start_ns, end_ns;               /* end UINT64_MAX: it goes on */
	uint64_t got_ns;                         /* when it began: start_ns of its first part */
	uint64_t watched_got_ns, watched_end_ns; /* held_lock.watched_ns then */
	uint64_t queued_ns; /* since when writers had queued, UINT64_MAX: they had not */
	uint32_t who;       /* the caller's number of its kind, or NOBODY */
	bool shared;
};

/* One lock; all zero is one that nothing is known of. */
struct held_lock {
	uint64_t now_ns, watched_ns; /* time in which somebody waited, up to now */
	size_t waiters, writers;     /* that wait; the exclusive ones of them */
	uint64_t queued_ns;          /* since when there are writers */
	struct hold *v;
	size_t n, cap; /* since the oldest waiter began; the last may go on */
	uint32_t *threads;
	size_t nr_threads, cap_threads; /* of the last */
};

/* The same for all locks: time by who, cleared between questions. */
struct held_sums {
	uint64_t *ns;
	size_t n;
};

void held_wait_begin(struct held_lock *l, uint32_t thread, bool shared, uint64_t now_ns);
/* The wait is over or given up, or its end was lost. */
void held_wait_end(struct held_lock *l, bool shared, uint64_t now_ns);
/* thread has it now. who NOBODY: its kind is not known. */
void held_got(struct held_lock *l, uint32_t thread, uint32_t who, bool shared, uint64_t now_ns);
/*
 * The one that held it against a shared or an exclusive waiter for most of start to now, and
 * for how long; NOBODY: none that is known held it for half of it.
 */
uint32_t held_by(const struct held_lock *l, bool shared, uint64_t start_ns, struct held_sums *sums,
		 uint64_t *held_ns);
void held_release(struct held_lock *l);

#endif
