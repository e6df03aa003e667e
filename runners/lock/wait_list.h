/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wait_list.h: complete waits, between the two halves of lock_reduce: reduce.c makes them
 * of events, lockstacks.c sums them to rows.
 */
#ifndef FSDUEL_RUNNERS_LOCK_WAIT_LIST_H
#define FSDUEL_RUNNERS_LOCK_WAIT_LIST_H

#include "runners/lock/holders.h"
#include "runners/lock/keys.h"
#include "runners/lock/lockstacks.h"

/* Who waits or holds: a role, a mode and a call chain, by number in wait_list.texts. */
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

struct who wait_list_who(const struct wait_list *l, uint32_t number);
/* Rows of waits: out->v and out->n. Uses l up as it likes. */
void lock_stacks_sum(struct lock_stacks *out, struct wait_list *l);

#endif
