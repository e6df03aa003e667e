/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.c: a deadline and a caller's flag joined into one flag; see cell_impl.h. */
#include <time.h>

#include "lib/proc.h"
#include "runners/cell/cell_impl.h"

#define LOOK_EVERY_NS 50000000u

/* The first reason stays: the thread and the caller of watch_check may find one each. */
static void set_stop(struct watch *w, int why)
{
	int none = 0;

	atomic_compare_exchange_strong(&w->stop, &none, why);
}

int watch_check(struct watch *w)
{
	if (w->caller && *w->caller)
		set_stop(w, WATCH_CALLER);
	if (!w->stop && w->deadline_ns && now_ns() >= w->deadline_ns)
		set_stop(w, WATCH_OVERRAN);
	return w->stop;
}

uint64_t watch_left_ns(const struct watch *w)
{
	uint64_t now = now_ns();

	if (!w->deadline_ns)
		return 0;
	return now < w->deadline_ns ? w->deadline_ns - now : 1;
}

static void *watch_thread(void *arg)
{
	struct watch *w = arg;
	struct timespec ts;

	do {
		uint64_t wake = w->deadline_ns;

		if (w->caller && (!wake || watch_left_ns(w) > LOOK_EVERY_NS))
			wake = now_ns() + LOOK_EVERY_NS;
		ts.tv_sec = (time_t)(wake / 1000000000u);
		ts.tv_nsec = (long)(wake % 1000000000u);
	} while (!watch_check(w) && sem_clockwait(&w->quit, CLOCK_MONOTONIC, &ts));
	return NULL;
}

int watch_start(struct watch *w, uint64_t limit_ns, const atomic_int *caller, struct err *e)
{
	int errnum;

	*w = (struct watch){ .caller = caller };
	if (limit_ns && __builtin_add_overflow(now_ns(), limit_ns, &w->deadline_ns))
		w->deadline_ns = 0;
	if (!w->deadline_ns && !caller)
		return 0;
	sem_init(&w->quit, 0, 0);
	errnum = pthread_create(&w->thread, NULL, watch_thread, w);
	if (errnum)
		return err_sys(e, errnum, "cannot start the thread that watches the cell's limit");
	w->started = true;
	return 0;
}

void watch_end(struct watch *w)
{
	if (!w->started)
		return;
	sem_post(&w->quit);
	pthread_join(w->thread, NULL);
	w->started = false;
}
