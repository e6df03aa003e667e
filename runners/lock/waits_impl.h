/* SPDX-License-Identifier: GPL-2.0-or-later */
/* waits_impl.h: the parts of lock_reduce: keys.c, holders.c, reduce.c and lockstacks.c. */
#ifndef FSDUEL_RUNNERS_LOCK_WAITS_IMPL_H
#define FSDUEL_RUNNERS_LOCK_WAITS_IMPL_H

#include <stdbool.h>

#include "lib/buf.h"
#include "runners/lock/lockstacks.h"

/* Make room for one more of v[n]; doubles. */
#define ROOM(v, n, cap)                                                                            \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			(cap) = (cap) ? 2 * (cap) : 4;                                             \
			(v) = xrealloc((v), (cap), sizeof(*(v)));                                  \
		}                                                                                  \
	} while (0)

static inline int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* --- keys.c ----------------------------------------------------------------------------- */

/* Dense numbers for threads, locks, names, call chains: strings of bytes. Numbers go up from 0 in
 * the order of first meeting, so equal input gives equal numbers. All zero is an empty table. */
struct keys {
	struct buf bytes; /* all keys, one after the other */
	size_t *ends;     /* in bytes, by number */
	size_t n, cap;
	uint32_t *slots;
	size_t nr_slots; /* number + 1; a power of two */
};

/* The number of these bytes; n grows when they are new. */
uint32_t keys_add(struct keys *k, const void *bytes, size_t len);
uint32_t keys_add_u64(struct keys *k, uint64_t key);
/* With its NUL. */
uint32_t keys_add_text(struct keys *k, const char *text);
/* Good until the next keys_add. */
const void *keys_at(const struct keys *k, size_t number, size_t *len);
const char *keys_text(const struct keys *k, size_t number);
void keys_release(struct keys *k);

/* --- perfdata_build.c ------------------------------------------------------------------------ */

/* lock_events under construction. */
struct builder {
	struct lock_events *ev;
	size_t cap_v, cap_comms;
	struct keys chains;
	uint64_t lost_records, lost_samples;
};

void builder_event(struct builder *b, const struct lock_event *v);
void builder_comm(struct builder *b, const struct lock_comm *c);
/* Sort by time, hand names on to children. b is released. */
void builder_finish(struct builder *b);

/* --- holders.c ---------------------------------------------------------------------------- */

#define NOBODY UINT32_MAX

/* A hold. A shared one is split into parts where writers begin or cease to queue. */
struct hold {
	uint64_t start_ns, end_ns;               /* end UINT64_MAX: it goes on */
	uint64_t got_ns;                         /* when it began: start_ns of its first part */
	uint64_t watched_got_ns, watched_end_ns; /* held_lock.watched_ns then */
	uint64_t queued_ns; /* since when writers had queued, UINT64_MAX: they had not */
	uint32_t who;       /* its number in wait_list.whos, or NOBODY */
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

/* Room for held_by, shared by all locks: time by who. */
struct held_sums {
	uint64_t *ns;
	size_t n;
};

void held_wait_begin(struct held_lock *l, uint32_t thread, bool shared, uint64_t now_ns);
/* The wait is over or given up, or its end was lost. */
void held_wait_end(struct held_lock *l, bool shared, uint64_t now_ns);
/* thread has it now. who NOBODY: its kind is not known. */
void held_got(struct held_lock *l, uint32_t thread, uint32_t who, bool shared, uint64_t now_ns);
/* The holder that kept a shared or an exclusive waiter waiting for most of start to now, and its
 * time; NOBODY: no known holder did so for half of it. */
uint32_t held_by(const struct held_lock *l, bool shared, uint64_t start_ns, struct held_sums *sums,
		 uint64_t *held_ns);
void held_release(struct held_lock *l);

/* --- waits ---------------------------------------------------------------------------------- */

/* A kind of waiters or holders: a role, a mode and a call chain, by number in wait_list.texts. */
struct who {
	uint32_t role, mode, chain;
};

/* One complete wait; who and holder are numbers in wait_list.whos, NOBODY: unknown. */
struct wait {
	uint64_t lock, wait_ns, held_ns;
	uint32_t who, holder;
};

struct wait_list {
	struct wait *v;
	size_t n, cap;
	struct keys texts; /* keys_add_text */
	struct keys whos;  /* each a struct who */
};

/* Rows of waits: out->v and out->n. Uses l up as it likes. */
void lock_stacks_sum(struct lock_stacks *out, struct wait_list *l);

#endif
