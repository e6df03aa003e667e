/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h: `perf lock record` on the host and in a guest: started before the machine is idle,
 * switched on and off at the marks of the timed part, and ended after it. perf acknowledges each
 * step. It writes each contention_begin and contention_end of every CPU with the kernel's call
 * chain.
 */
#ifndef FSDUEL_RUNNERS_LOCK_RECORD_H
#define FSDUEL_RUNNERS_LOCK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct lock_record;

/* Start perf with its events off, and wait until it is ready. When its file at path exceeds
 * max_bytes, perf ends and lock_record_finish fails. -ENOTSUP: there is no perf, or it cannot
 * record here. perf mounts tracefs where it is missing. *r is NULL on error. */
int lock_record_open(struct lock_record **r, const char *path, uint64_t max_bytes, struct err *e);
/* Around the timed part. lock_record_finish reports a failure. */
void lock_record_switch(struct lock_record *r, bool on);
/* Let perf complete its file; once. */
int lock_record_finish(struct lock_record *r, struct err *e);
/* Accepts NULL. The file stays; without lock_record_finish it is not complete. */
void lock_record_release(struct lock_record *r);

#endif
