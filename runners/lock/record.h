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
 * Open everything, switched off, and begin the file at path (made anew, readable by
 * its owner only). tracefs need not be mounted and is not: it is opened beside the
 * tree of files, so a process that is killed leaves no mount behind. This reads
 * /proc/kallsyms: do it before the machine is to be idle, not just before the timed
 * part. A thread is started that sleeps until half of a buffer is full.
 *
 * max_bytes: what the file may come to; samples beyond count as lost. -EINVAL when that is
 * too little for any sample. -ENOTSUP: neither kind of tracepoint, or no call chains, with
 * the reason that the results will carry; -EPERM: not allowed, says what to set. *r is NULL
 * on error, and there is no file.
 */
int lock_record_open(struct lock_record **r, const char *path, uint64_t max_bytes, struct err *e);
/*
 * Around the timed part, as fsload_run's mark does. The names of all threads that there
 * are when it begins go into the file (COMM), and of those that come later (FORK, COMM).
 * What they fail at is told by lock_record_finish.
 */
void lock_record_begin(struct lock_record *r);
void lock_record_end(struct lock_record *r);
/*
 * Drain the buffers and complete the file; once. Samples that the kernel had no buffer for
 * (PERF_RECORD_LOST, or counted in its events) and those beyond max_bytes are all told of,
 * each once, by PERF_RECORD_LOST and PERF_RECORD_LOST_SAMPLES in the file: the sum is what
 * was lost. Before Linux 6.0 what was lost after the last sample that found room is unknown.
 */
int lock_record_finish(struct lock_record *r, struct err *e);
/* Accepts NULL. The file stays; without lock_record_finish it is one that was cut short. */
void lock_record_release(struct lock_record *r);

#endif
