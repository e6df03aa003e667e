/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker_impl.h: one thread of the load generator, and what all threads of a run
 * share. Internal to fsload.c and worker.c.
 *
 * A worker sets itself up, arrives, waits for the start gate, does its timed
 * part, arrives again, waits for the end gate and only then tidies up, so that
 * one thread's munmap never disturbs another's measurement.
 */
#ifndef FSDUEL_WORKLOADS_WORKER_IMPL_H
#define FSDUEL_WORKLOADS_WORKER_IMPL_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "workloads/fsload.h"
#include "workloads/offsets.h"

enum gate { GATE_CLOSED, GATE_START, GATE_END };

struct run {
	const struct mix *mix;
	const char *path;
	const volatile int *stop;      /* never NULL here */
	_Atomic uint32_t gate;         /* enum gate; only grows; a futex */
	atomic_uint pending;           /* threads that have not arrived yet */
	sem_t arrived;                 /* posted by the last of them */
	atomic_uint bound_left;        /* op-bound threads still at work */
	atomic_int halt;               /* 1: those have all ended */
	uint64_t deadline_ns;          /* written before the start gate opens */
	bool cancelled;                /* likewise: there is no timed part */
	pthread_mutex_t lock;          /* of the two below */
	int failed;                    /* 0 or the first thread's -errno, its sentence in err */
	struct err err;
};

void run_init(struct run *r, const struct mix *m, const char *path, const volatile int *stop);
void run_release(struct run *r);
/* Wait until all threads have arrived. */
void run_wait(struct run *r);
void run_open(struct run *r, enum gate gate);

/* It is set by a signal handler or by another thread of the caller. */
static inline bool run_stopped(const struct run *r)
{
	return __atomic_load_n(r->stop, __ATOMIC_RELAXED);
}

struct worker {
	struct role_thread t;
	struct run *run;
	pthread_t thread;
	struct offset_stream offsets;
	uint64_t ops;                  /* 0: not bound by operations */
	uint64_t warmup;
	uint64_t sync_every;           /* 0: never */
	bool final_sync;
	/* what came of it */
	uint64_t end_ns;
	uint64_t errors;
	uint64_t first_error_ns;
	int first_errno;
	struct hist lat;
};

/* Thread index of entry en of run->mix; seed is the run's. */
void worker_init(struct worker *w, struct run *run, const struct mix_entry *en, unsigned index,
		 uint64_t seed);
void *worker_main(void *worker);       /* for pthread_create */

#endif
