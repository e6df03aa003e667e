/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * record_impl.h: what the files of the recorder share: record.c (life cycle),
 * record_events.c (events and their ring buffers), record_state.c (what was there
 * before recording began).
 */
#ifndef FSDUEL_RUNNERS_LOCK_RECORD_IMPL_H
#define FSDUEL_RUNNERS_LOCK_RECORD_IMPL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"
#include "runners/lock/perfdata_write.h"
#include "runners/lock/record.h"
#include "runners/lock/tracepoints.h"

/* The tracepoints in their order, then the dummy that tells of threads and owns the ring. */
#define LOCK_EVENTS_MAX (LOCK_TRACEPOINTS_MAX + 1)

/* Of one CPU that is online. */
struct lock_cpu {
	int fd[LOCK_EVENTS_MAX];           /* -1: none */
	struct perf_event_mmap_page *ring; /* NULL: none */
	size_t ring_bytes;                 /* of data, behind the first page */
};

struct lock_record {
	struct lock_tracepoints tracepoints;
	struct perfdata_event event[LOCK_EVENTS_MAX];
	size_t nr_events; /* tracepoints.n + 1 */
	bool counts_lost; /* the kernel has PERF_FORMAT_LOST */
	struct lock_cpu *cpu;
	size_t nr_cpus; /* online */
	unsigned cpus;  /* that there may be */

	pthread_mutex_t lock; /* of what follows, and of reading rings */
	struct perfdata_file file;
	uint64_t record[8192]; /* one that lies around the end of a ring; 64 KiB at most */
	int errnum;            /* of what begin, end and the thread could not do: the first */
	char *failed;          /* what that was */

	pthread_t thread;
	int stop; /* an eventfd, written to when the thread is to end */
	bool thread_runs, on, finished;
};

/* Bytes for each CPU's ring, a power of two of pages: little of the memory there is. */
size_t lock_ring_bytes(unsigned cpus);
/* Open all events on every CPU that is online, switched off, with rings of ring_bytes at most. */
int lock_events_open(struct lock_record *r, size_t ring_bytes, struct err *e);
void lock_events_close(struct lock_record *r);
/* Threads' names, or the tracepoints, on all CPUs. 0 or -errno. */
int lock_events_switch(struct lock_record *r, bool tracepoints, bool on);
/* All that lies in the rings goes to the file. */
void lock_events_drain(struct lock_record *r);
/* Samples that found no room in a ring, as the kernel counts them; 0 where it does not. */
uint64_t lock_events_lost(const struct lock_record *r);

/* What ends each record that the kernel did not write. */
struct perfdata_id lock_own_id(const struct lock_record *r, uint32_t pid, uint32_t tid,
			       uint64_t time_ns);
/* Where the kernel's code lies: its own and its modules'. */
void lock_state_add_kernel(struct lock_record *r);
/* Names of all threads that there are. 0 or -errno. */
int lock_state_add_threads(struct lock_record *r);

/* lock_record_open with rings of another size. */
int lock_record_open_rings(struct lock_record **r, const char *path, uint64_t max_bytes,
			   size_t ring_bytes, struct err *e);

#endif
