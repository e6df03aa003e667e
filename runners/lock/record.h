/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record.h: waits for locks as the kernel tells them, by perf_event_open(2): the
 * tracepoints lock:contention_begin and lock:contention_end (5.19 and later) with
 * call chains on every CPU, or, where a kernel lacks them but has lock statistics,
 * lock:lock_acquire, lock_contended, lock_acquired and lock_release. What is
 * recorded is a perf.data file that perf itself reads. The same code on the host
 * and in the guest, where there is no perf.
 */
#ifndef FSDUEL_RUNNERS_LOCK_RECORD_H
#define FSDUEL_RUNNERS_LOCK_RECORD_H

#include <stdint.h>

#include "lib/err.h"

struct lock_record;

/*
 * Open everything, switched off, and begin the file at path (made anew). tracefs is
 * mounted at its usual place where it is not; what was mounted is unmounted by
 * lock_record_release. max_bytes: what the file may grow to; samples beyond count as
 * lost. -ENOTSUP: neither kind of tracepoint, or no call chains, with the reason
 * that the results will carry; -EPERM: not allowed, says what to set.
 */
int lock_record_open(struct lock_record **r, const char *path, uint64_t max_bytes, struct err *e);
/* Around the timed part. Names of the threads there are when it begins go into the file (COMM). */
void lock_record_begin(struct lock_record *r);
void lock_record_end(struct lock_record *r);
/* Drain the buffers and complete the file. */
int lock_record_finish(struct lock_record *r, struct err *e);
/* Accepts NULL. The file stays. */
void lock_record_release(struct lock_record *r);

#endif
