/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c: the gates, the sleep and the first failure that the threads of a run share. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "workloads/worker.h"

void run_init(struct run *r, const struct fsload *l, const atomic_int *stop)
{
	static const atomic_int never;

	memset(r, 0, sizeof(*r));
	r->mix = l->mix;
	r->path = l->path;
	stamps_init(&r->stamps, l->mix, l->seed);
	r->stop = stop ? stop : &never;
	sem_init(&r->arrived, 0, 0);
	pthread_mutex_init(&r->lock, NULL);
}

void run_release(struct run *r)
{
	sem_destroy(&r->arrived);
	pthread_mutex_destroy(&r->lock);
	stamps_release(&r->stamps);
}

void run_wait(struct run *r)
{
	while (sem_wait(&r->arrived))
		; /* EINTR: the signal flag is the threads' to see */
}

/* One wake-up lets all of them go; a condition variable would pass its mutex round first. */
void run_open(struct run *r, enum gate gate)
{
	atomic_store_explicit(&r->gate, gate, memory_order_release);
	syscall(SYS_futex, &r->gate, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Nobody can wake a sleeper for run->stop, so it looks for that now and then. */
#define LOOK_NS 1000000000u

void run_sleep_until(struct run *r, uint64_t until_ns)
{
	uint64_t now = now_ns();

	while (now < until_ns && !run_ended(r)) {
		uint64_t till = until_ns - now > LOOK_NS ? now + LOOK_NS : until_ns;
		struct timespec ts = { (time_t)(till / 1000000000), (long)(till % 1000000000) };

		/* Absolute, on CLOCK_MONOTONIC; only the end of the bound threads cuts it short. */
		syscall(SYS_futex, &r->halt, FUTEX_WAIT_BITSET_PRIVATE, 0, &ts, NULL,
			FUTEX_BITSET_MATCH_ANY);
		now = now_ns();
	}
}

void run_arrive(struct run *r, enum gate gate)
{
	uint32_t now;

	if (atomic_fetch_sub(&r->pending, 1) == 1)
		sem_post(&r->arrived);
	while ((now = atomic_load_explicit(&r->gate, memory_order_acquire)) < gate)
		syscall(SYS_futex, &r->gate, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
}

void run_fail(struct run *r, int ret, const struct err *e)
{
	pthread_mutex_lock(&r->lock);
	if (!r->failed) {
		r->failed = ret;
		r->err = *e;
	}
	pthread_mutex_unlock(&r->lock);
}

void run_halt(struct run *r, uint64_t end_ns)
{
	atomic_store_explicit(&r->until_ns, end_ns, memory_order_relaxed);
	atomic_store_explicit(&r->halt, 1, memory_order_release);
	syscall(SYS_futex, &r->halt, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}
