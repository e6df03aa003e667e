/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h: `perf lock record` driven: started before the machine is to be idle, switched
 * on and off at the marks of the timed part, and ended after it. Each step waits until perf
 * acknowledges it. perf writes down each contention_begin and contention_end of every CPU
 * with its call chain in the kernel, at times of CLOCK_MONOTONIC. The same on the host and
 * in a guest.
 */
#ifndef FSDUEL_RUNNERS_LOCK_RECORD_H
#define FSDUEL_RUNNERS_LOCK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct lock_record;

/*
 * Start perf, its events switched off, and wait until it is ready. It writes the file at
 * path. When that grows beyond max_bytes perf ends, and lock_record_finish says so.
 * -ENOTSUP: there is no perf, or it cannot record here, with the reason. perf mounts tracefs
 * where it is missing. *r is NULL on error.
 */
int lock_record_open(struct lock_record **r, const char *path, uint64_t max_bytes, struct err *e);
/* Around the timed part. lock_record_finish tells of a failure. */
void lock_record_switch(struct lock_record *r, bool on);
/* Let perf complete its file; once. */
int lock_record_finish(struct lock_record *r, struct err *e);
/* Accepts NULL. The file stays; without lock_record_finish it is not complete. */
void lock_record_release(struct lock_record *r);

#endif
