/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * worker_impl.h: one thread of the load generator, and what all threads of a run
 * share. Internal to fsload.c, worker.c and worker_async.c.
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
#include "workloads/pace.h"
#include "workloads/stamps.h"

enum gate { GATE_CLOSED, GATE_START, GATE_END };

struct run {
	const struct mix *mix;
	const char *path;
	struct stamps stamps;
	const atomic_int *stop;        /* never NULL here */
	_Atomic uint32_t gate;         /* enum gate; only grows; a futex */
	atomic_uint pending;           /* threads that have not arrived yet */
	sem_t arrived;                 /* posted by the last of them */
	atomic_uint bound_left;        /* op-bound threads still at work */
	_Atomic uint32_t halt;         /* 1: those have all ended; a futex */
	uint64_t start_ns;             /* these two are written before the start gate opens */
	uint64_t deadline_ns;
	bool cancelled;                /* likewise: there is no timed part */
	pthread_mutex_t lock;          /* of the two below */
	int failed;                    /* 0 or the first thread's -errno, its sentence in err */
	struct err err;
};

void run_init(struct run *r, const struct fsload *l, const atomic_int *stop);
void run_release(struct run *r);
/* Wait until all threads have arrived. */
void run_wait(struct run *r);
void run_open(struct run *r, enum gate gate);
/* Until that time, or until the threads are to end. */
void run_sleep_until(struct run *r, uint64_t until_ns);

/* It is set by a signal handler or by another thread of the caller. */
static inline bool run_stopped(const struct run *r)
{
	return atomic_load_explicit(r->stop, memory_order_relaxed);
}

static inline bool run_ended(const struct run *r)
{
	return run_stopped(r) || atomic_load_explicit(&r->halt, memory_order_relaxed);
}

/* The slots of an asynchronous role's thread. */
struct slots {
	uint64_t *begun_ns;            /* of each slot: when its operation was started, or due */
	unsigned *free;                /* a stack of nr_free */
	unsigned nr_free;
	struct role_done *done;
};

struct worker {
	struct role_thread t;
	struct run *run;
	char *own_path;                /* of its own file; NULL: it shares one */
	pthread_t thread;
	struct offset_stream offsets;
	uint64_t ops;                  /* 0: not bound by operations */
	uint64_t warmup;
	uint64_t sync_every;           /* 0: never */
	bool final_sync;
	uint64_t delay_ns;
	struct pace pace;
	struct slots slots;
	/* what came of it */
	uint64_t end_ns;
	uint64_t errors;
	uint64_t first_error_ns;
	int first_errno;
	struct hist lat;
	struct series series;
	struct series_cursor cursor;
};

typedef int (*sync_fn)(struct role_thread *t);

/* Thread index of entry en of run->mix; seed is the run's, zipf its entry's or NULL. */
void worker_init(struct worker *w, struct run *run, const struct mix_entry *en,
		 const struct zipf *zipf, unsigned index, uint64_t seed);
void worker_release(struct worker *w);
void *worker_main(void *worker);       /* for pthread_create */

/* --- between worker.c and worker_async.c ------------------------------------------ */

void worker_error(struct worker *w, int64_t got, uint64_t now_ns);

/* One operation has ended: got as role->op returns it. */
static inline void worker_count(struct worker *w, int64_t got, uint64_t before_ns, uint64_t now_ns)
{
	if (got == (int64_t)w->t.bs) {
		hist_add(&w->lat, now_ns - before_ns);
		series_count(&w->cursor, now_ns);
	} else {
		worker_error(w, got, now_ns);
	}
}

/* A sync of role and the operation it belongs to: the one that failed tells. */
static inline int64_t worker_sync(struct worker *w, sync_fn sync, int64_t got)
{
	int ret = sync(&w->t);

	return ret < 0 && got >= 0 ? ret : got;
}

/* The last sync where it ended while waiting: there is no operation for its time to go to. */
void worker_sync_alone(struct worker *w, sync_fn sync);

int slots_init(struct slots *s, unsigned depth);   /* -ENOMEM */
void slots_release(struct slots *s);
/* One operation at that offset, waited for; before the barrier. */
void worker_warm_async(struct worker *w, uint64_t offset);
void worker_timed_async(struct worker *w, sync_fn sync, uint64_t deadline_ns);

#endif
