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

#include "lib/proc.h"
#include "workloads/fsload.h"
#include "workloads/offsets.h"
#include "workloads/pace.h"
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
	/*
	 * The end of the time that threads not bound by operations have: the deadline; where
	 * others are bound, the end of the last of those, and UINT64_MAX until then.
	 */
	_Atomic uint64_t until_ns;
	uint64_t start_ns;    /* these two are written before the start gate opens */
	bool cancelled;       /* there is no timed part */
	pthread_mutex_t lock; /* of the two below */
	int failed;           /* 0 or the first thread's -errno, its sentence in err */
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

static inline uint64_t worker_completed(const struct worker *w)
{
	return w->lat.count - w->missed;
}

/* --- between worker.c and worker_async.c ------------------------------------------ */

void worker_error(struct worker *w, int64_t got, uint64_t now_ns);

/* The end of its time. */
static inline uint64_t worker_until(const struct worker *w)
{
	return w->ops ? UINT64_MAX : atomic_load_explicit(&w->run->until_ns, memory_order_relaxed);
}

/* Is it over at now_ns? Once it is, it stays so. */
static inline void worker_look(struct worker *w, uint64_t now_ns)
{
	uint64_t until_ns = worker_until(w);

	if (w->over || (w->left && now_ns < until_ns && !run_ended(w->run) &&
			!(w->pace.rate_per_s && w->pace.due_ns >= until_ns)))
		return;
	w->over = true;
	w->over_ns = now_ns;
}

/* One more operation is back: is a sync due? alone: no other of this thread is in flight. */
static inline bool worker_sync_due(struct worker *w, bool alone)
{
	if (--w->to_sync && !(w->over && alone && w->final_sync))
		return false;
	w->to_sync = w->sync_every;
	return true;
}

/*
 * The one account of an operation, of synchronous and of asynchronous threads. It was
 * begun at begun_ns and came back at back_ns; got is as role->op returns it. A sync that
 * is due belongs to it: it ends when that has ended, and fails where that fails. Returns
 * its end, and nothing may begin in its place before that. So the operations of one
 * place, a thread's or a slot's, follow each other without overlap, no time counts twice
 * there, and the latencies of a thread add up to its time by its depth at most. (Those of
 * a paced thread count from when they were due and do overlap.)
 */
static inline uint64_t worker_ended(struct worker *w, int64_t got, uint64_t begun_ns,
				    uint64_t back_ns, bool sync_due)
{
	uint64_t end_ns = back_ns;

	if (sync_due) {
		int ret = w->sync(&w->t);

		if (ret < 0 && got >= 0)
			got = ret;
		end_ns = now_ns();
		worker_look(w, end_ns);
	}
	if (got == (int64_t)w->t.bs) {
		hist_add(&w->lat, end_ns - begun_ns);
		series_count(&w->cursor, end_ns);
	} else {
		worker_error(w, got, end_ns);
	}
	return end_ns;
}

int slots_init(struct slots *s, unsigned depth); /* -ENOMEM */
void slots_release(struct slots *s);
/* One operation at that offset, waited for; before the barrier. */
void worker_warm_async(struct worker *w, uint64_t offset);
void worker_timed_async(struct worker *w);

#endif
