/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_window.c: see fio_window.h. */
#include "runners/cell/fio_window.h"

#include <sys/stat.h>
#include <time.h>

#include "lib/proc.h"
#include "runners/cell/settle.h"

#define LOOK_NS 2000000u
#define STARTS_WITHIN_NS 400000000u  /* jobs that the page cache serves leave the device idle */

static void sleep_until(uint64_t at_ns)
{
	const struct timespec t = { (time_t)(at_ns / 1000000000u), (long)(at_ns % 1000000000u) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL))
		;
}

/* Not to be cancelled on the way: it holds a file and memory. */
static uint64_t done_by(dev_t device)
{
	uint64_t done;
	int old;
	bool busy;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	done = devices_done(&device, 1, &busy);
	pthread_setcancelstate(old, NULL);
	return done;
}

static void *watch(void *arg)
{
	struct fio_window *w = arg;
	uint64_t at_ns = w->begin_ns, from_ns;

	do {
		at_ns += LOOK_NS;
		sleep_until(at_ns);
	} while (done_by(w->device) == w->done && at_ns - w->begin_ns < STARTS_WITHIN_NS);
	at_ns += w->runtime_ns / 4;
	sleep_until(at_ns);
	from_ns = now_ns();
	w->count(1);
	sleep_until(at_ns + w->runtime_ns / 2);
	w->count(0);
	w->counted_ns = now_ns() - from_ns;
	return NULL;
}

void fio_window_open(struct fio_window *w, void (*count)(int begin), uint64_t runtime_ns,
		     const char *device)
{
	struct stat st;

	*w = (struct fio_window){ .count = count, .runtime_ns = runtime_ns };
	if (!count)
		return;
	if (runtime_ns) {
		w->device = stat(device, &st) ? 0 : st.st_rdev;
		w->done = done_by(w->device);
		w->begin_ns = now_ns();
		w->running = !pthread_create(&w->thread, NULL, watch, w);
	}
	if (!w->running)
		count(1);
}

bool fio_window_close(struct fio_window *w, uint64_t *counted_ns)
{
	*counted_ns = 0;
	if (w->count && !w->running)
		w->count(0);
	if (!w->running)
		return false;
	/* It sleeps in a cancellation point, if fio ended before its time. */
	pthread_cancel(w->thread);
	pthread_join(w->thread, NULL);
	*counted_ns = w->counted_ns;
	return true;
}
