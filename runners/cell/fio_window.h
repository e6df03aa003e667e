/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_window.h: the part of a fio run that a profile counts: the middle half of its
 * runtime. fio's own start (a hundred million instructions and more, in an unknown time)
 * and end would otherwise be shared out among the operations. The jobs have begun when
 * the device has done something; a thread looks for that and sleeps until then, in every
 * pass, so that nothing differs.
 */
#ifndef FSDUEL_RUNNERS_CELL_FIO_WINDOW_H
#define FSDUEL_RUNNERS_CELL_FIO_WINDOW_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct fio_window {
	void (*count)(int begin);
	dev_t device;
	uint64_t done;               /* by the device before fio was started */
	uint64_t begin_ns;           /* CLOCK_MONOTONIC: when that was */
	uint64_t runtime_ns;
	uint64_t counted_ns;         /* 0 until it is over */
	pthread_t thread;
	bool running;
};

/*
 * Just before fio is started. count may be NULL: nothing is done. runtime_ns 0: all is
 * counted. device: the path of the one that fio's files are on.
 */
void fio_window_open(struct fio_window *w, void (*count)(int begin), uint64_t runtime_ns,
		     const char *device);
/*
 * When fio has ended. True: a part of it was to be counted, *counted_ns long; 0: fio ended
 * before that part did. False: all of it was, or nothing.
 */
bool fio_window_close(struct fio_window *w, uint64_t *counted_ns);

#endif
