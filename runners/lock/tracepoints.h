/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tracepoints.h: which of the kernel's tracepoints tell of waits for locks, with
 * their numbers and formats from tracefs. Nothing is switched on in tracefs and
 * nothing is mounted: one that is not mounted is opened without a place in the
 * tree of files, and gone when it is closed.
 */
#ifndef FSDUEL_RUNNERS_LOCK_TRACEPOINTS_H
#define FSDUEL_RUNNERS_LOCK_TRACEPOINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

#define LOCK_TRACEPOINTS_MAX 4

struct lock_tracepoint {
	const char *name;  /* "contention_begin", below lock: */
	unsigned frames;   /* of the call chain it is sampled with, at most; 0: none */
	uint64_t id;       /* perf_event_attr.config */
	struct buf format; /* text of its format file */
};

struct lock_tracepoints {
	struct lock_tracepoint v[LOCK_TRACEPOINTS_MAX];
	size_t n;
	struct buf header_page, header_event; /* of tracefs; what perf wants beside the formats */
};

#define LOCK_TRACEPOINTS_NONE                                                                      \
	{                                                                                          \
		.n = 0                                                                             \
	}

/*
 * The best set that the running kernel has: contention_begin and contention_end, or
 * the four of lock statistics. -ENOTSUP: it has neither, or no tracefs, with the
 * reason; -EPERM: may not be read. *t is empty on error.
 */
int lock_tracepoints_load(struct lock_tracepoints *t, struct err *e);
/* The same from the directory "events" of a tracefs. */
int lock_tracepoints_read(struct lock_tracepoints *t, const char *events, struct err *e);
void lock_tracepoints_release(struct lock_tracepoints *t);

#endif
