/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch.h: the limit of a cell run and the caller's wish to stop, made into the
 * one flag that fsload_run and proc_run look at. A thread of its own sleeps
 * until the deadline; it wakes in between only when the caller has a flag to
 * look at, so that in exact mode nothing but the cell runs.
 */
#ifndef FSDUEL_RUNNERS_WATCH_H
#define FSDUEL_RUNNERS_WATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

struct watch {
	atomic_int stop;          /* non-zero: give up; 1 the caller's wish, 2 overran */
	uint64_t deadline_ns;     /* CLOCK_MONOTONIC; 0: none */
	const atomic_int *caller; /* may be NULL */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t quit_cond;
	bool quit, started; /* quit under lock */
};

enum { WATCH_CALLER = 1, WATCH_OVERRAN = 2 };

/* limit_ns 0: no limit. */
int watch_start(struct watch *w, uint64_t limit_ns, const atomic_int *caller, struct err *e);
/* Look now, without waiting for the thread to do it: 0, WATCH_CALLER or WATCH_OVERRAN. */
int watch_check(struct watch *w);
/* What is left, at least 1; 0 when there is no limit (as proc_opts.timeout_ns wants it). */
uint64_t watch_left_ns(const struct watch *w);
void watch_end(struct watch *w); /* accepts a zeroed one */

#endif
