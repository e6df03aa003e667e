/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_window.c: see fio_window.h. */
#include "runners/cell/fio_window.h"

#include <time.h>

#include "lib/proc.h"

#define FIO_STARTS_NS 150000000u  /* about what fio needs before its first operation */

static void sleep_until(uint64_t at_ns)
{
	const struct timespec t = { (time_t)(at_ns / 1000000000u), (long)(at_ns % 1000000000u) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		;
}

static void *watch(void *arg)
{
	struct fio_window *w = arg;
	uint64_t from_ns;

	sleep_until(w->from_ns);
	from_ns = now_ns();
	w->count(1);
	sleep_until(w->to_ns);
	w->count(0);
	w->counted_ns = now_ns() - from_ns;
	return NULL;
}

void fio_window_open(struct fio_window *w, void (*count)(int begin), uint64_t runtime_ns)
{
	*w = (struct fio_window){ .count = count };
	if (!count)
		return;
	if (runtime_ns) {
		w->from_ns = now_ns() + FIO_STARTS_NS + runtime_ns / 10 * 3;
		w->to_ns = w->from_ns + runtime_ns / 2;
		w->running = !pthread_create(&w->thread, NULL, watch, w);
	}
	if (!w->running)
		count(1);
}

uint64_t fio_window_close(struct fio_window *w)
{
	if (!w->count)
		return 0;
	if (!w->running) {
		w->count(0);
		return 0;
	}
	/* It sleeps in a cancellation point, if fio ended before its time. */
	pthread_cancel(w->thread);
	pthread_join(w->thread, NULL);
	return w->counted_ns;
}
