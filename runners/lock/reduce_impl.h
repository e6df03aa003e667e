/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reduce_impl.h: what lies between the two halves of lock_reduce: reduce.c makes
 * waits of events, lockstacks.c rows of waits.
 */
#ifndef FSDUEL_RUNNERS_LOCK_REDUCE_IMPL_H
#define FSDUEL_RUNNERS_LOCK_REDUCE_IMPL_H

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
	struct texts texts;
	struct who *whos;
	size_t nr_whos, cap_whos;
};

uint32_t wait_list_who(struct wait_list *l, struct who who); /* appends, never looks */
/* Rows of waits: out->v and out->n. Uses l up as it likes. */
void lock_stacks_sum(struct lock_stacks *out, struct wait_list *l);

#endif
