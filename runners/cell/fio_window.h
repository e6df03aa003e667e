/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_window.h: the part of a fio run that a profile counts: the middle half of its
 * runtime. fio's own start (a hundred million instructions) and end would otherwise
 * be shared out among the operations. A thread sleeps until then; in every pass, so
 * that nothing differs.
 */
#ifndef FSDUEL_RUNNERS_CELL_FIO_WINDOW_H
#define FSDUEL_RUNNERS_CELL_FIO_WINDOW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct fio_window {
	void (*count)(int begin);
	uint64_t from_ns, to_ns;     /* CLOCK_MONOTONIC */
	uint64_t counted_ns;         /* 0 until it is over */
	pthread_t thread;
	bool running;
};

/* Just before fio is started. count may be NULL: nothing is done. runtime_ns 0: all is counted. */
void fio_window_open(struct fio_window *w, void (*count)(int begin), uint64_t runtime_ns);
/* When fio has ended. How long it counted; 0: all of it, or fio ended before. */
uint64_t fio_window_close(struct fio_window *w);

#endif
