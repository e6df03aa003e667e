/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker.h: a thread of the load generator (worker.c), its timed part (timed.c), and the run that
 * they share (run.c). A worker tidies up after the end gate, where it disturbs no measurement.
 */
#ifndef FSDUEL_WORKLOADS_WORKER_H
#define FSDUEL_WORKLOADS_WORKER_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "lib/proc.h"
#include "workloads/fsload.h"
#include "workloads/offsets.h"
#include "workloads/stamps.h"

enum gate { GATE_CLOSED, GATE_START, GATE_END };

struct run {
	const struct mix *mix;
	const char *path;
	struct stamps stamps;
	const atomic_int *stop; /* never NULL here */
	_Atomic uint32_t gate;  /* enum gate; only grows; a futex */
	atomic_uint pending;    /* threads that have not arrived yet */
	sem_t arrived;          /* posted by the last of them */
	atomic_uint bound_left; /* op-bound threads still at work */
	_Atomic uint32_t halt;  /* 1: those have all ended; a futex */
	/* The end of threads not bound by operations; UINT64_MAX while bound ones are at work. */
	_Atomic uint64_t until_ns;
	uint64_t start_ns;    /* these two are written before the start gate opens */
	bool cancelled;       /* there is no timed part */
	pthread_mutex_t lock; /* of the two below */
	int failed;           /* 0 or the first thread's -errno, its sentence in err */
	struct err err;
};

void run_init(struct run *r, const struct fsload *l, const atomic_int *stop);
void run_release(struct run *r);
void run_wait(struct run *r); /* until all threads have arrived */
void run_open(struct run *r, enum gate gate);
void run_arrive(struct run *r, enum gate gate); /* of a thread, which waits for the gate */
void run_fail(struct run *r, int ret, const struct err *e);
void run_halt(struct run *r, uint64_t end_ns); /* ends threads that are not bound by operations */
void run_sleep_until(struct run *r, uint64_t until_ns); /* or until the threads are to end */

static inline bool run_stopped(const struct run *r)
{
	return atomic_load_explicit(r->stop, memory_order_relaxed);
}

static inline bool run_ended(const struct run *r)
{
	return run_stopped(r) || atomic_load_explicit(&r->halt, memory_order_acquire);
}

/* The slots of an asynchronous role's thread. */
struct slots {
	uint64_t *begun_ns; /* of each slot: when its operation was started, or due */
	unsigned *free;     /* a stack of nr_free */
	unsigned nr_free;
	struct role_done *done;
};

struct worker {
	struct role_thread t;
	struct run *run;
	char *own_path; /* of its own file; NULL: it shares one */
	pthread_t thread;
	struct offset_stream offsets;
	int (*sync)(struct role_thread *t);
	uint64_t ops; /* 0: not bound by operations */
	uint64_t warmup;
	uint64_t sync_every; /* UINT64_MAX: never */
	bool final_sync;
	uint64_t delay_ns;
	struct pace pace;
	struct slots slots;
	/* where it stands */
	uint64_t left;    /* operations still to be started */
	uint64_t to_sync; /* operations until the next sync; sync_every: all are synced */
	bool over;        /* it starts none any more */
	uint64_t over_ns; /* since then */
	/* what came of it */
	uint64_t end_ns;
	uint64_t errors;
	uint64_t missed; /* operations that were due and never started; they are in lat */
	uint64_t first_error_ns;
	int first_errno;
	struct hist lat;
	struct series series;
	struct series_cursor cursor;
};

/* Thread index of entry en of run->mix; seed is the run's, zipf its entry's or NULL. */
void worker_init(struct worker *w, struct run *run, const struct mix_entry *en,
		 const struct zipf *zipf, unsigned index, uint64_t seed);
void worker_release(struct worker *w);
void *worker_main(void *worker); /* for pthread_create */

/* timed.c: between the two gates, and after the second. */
void worker_timed(struct worker *w);
void worker_count_missed(struct worker *w);

static inline uint64_t worker_completed(const struct worker *w)
{
	return w->lat.count - w->missed;
}

#endif
