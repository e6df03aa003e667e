/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perfdata.h: lock waits read from any version's perf.data-file-format. No byte is trusted. */
#ifndef FSDUEL_RUNNERS_LOCK_PERFDATA_H
#define FSDUEL_RUNNERS_LOCK_PERFDATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* Flags of contention_begin (include/trace/events/lock.h). <fcntl.h> has a LOCK_READ of its own. */
/* clang-format off */
enum lock_flag {
	LOCK_F_SPIN = 1, LOCK_F_READ = 2, LOCK_F_WRITE = 4, LOCK_F_RT = 8, LOCK_F_PERCPU = 16,
	LOCK_F_MUTEX = 32
};
/* clang-format on */

/* The one flag of WAIT_END: the thread was interrupted and has not got the lock. */
#define LOCK_GAVE_UP 1

enum lock_event_kind { LOCK_WAIT_BEGIN, LOCK_WAIT_END };

struct lock_event {
	uint64_t time_ns, lock;
	uint32_t tid;
	uint32_t chain;      /* index into lock_events.chains; of WAIT_BEGIN */
	uint8_t kind, flags; /* enum lock_flag of WAIT_BEGIN, LOCK_GAVE_UP of WAIT_END */
	uint16_t cpu;
	uint32_t order; /* in the file */
};

/* addresses[first .. first + n): innermost first, kernel only. */
struct lock_chain {
	uint32_t first, n;
};
/* The name that a thread has from then on: it took it, or has it from its parent. */
struct lock_comm {
	uint64_t time_ns;
	uint32_t tid;
	char comm[16];
	uint32_t parent, order; /* order: in the file */
	bool fork;
};

struct lock_events {
	struct lock_event *v;
	size_t n; /* sorted by time, ties in the file's order */
	uint64_t *addresses;
	size_t nr_addresses;
	struct lock_chain *chains;
	size_t nr_chains; /* each different chain once */
	struct lock_comm *comms;
	size_t nr_comms; /* sorted by tid, then time */
	uint64_t lost;   /* samples that the kernel or the file's limit lost */
	/* The timed part in CLOCK_MONOTONIC, set by the caller. Only waits in it count; 0: all. */
	uint64_t from_ns, to_ns;
};

/* The thread of an event. The idle threads, one a CPU, share tid 0, ended threads tid -1. */
static inline uint64_t lock_event_thread(const struct lock_event *v)
{
	return !v->tid || v->tid == UINT32_MAX ? (uint64_t)v->cpu << 32 | v->tid : v->tid;
}

/* -EINVAL: not complete, or damaged. -ENOTSUP: other events. *ev is initialised in any case. */
int perfdata_read(struct lock_events *ev, const void *data, size_t len, struct err *e);
void lock_events_release(struct lock_events *ev);

#endif
