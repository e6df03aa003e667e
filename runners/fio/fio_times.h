/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_times.h: when each thread of fio began and ended its measured part, to the ns, by
 * the library that is loaded into fio (runners/preload/fio_clock.c). fio itself tells
 * how long that took in whole ms.
 */
#ifndef FSDUEL_RUNNERS_FIO_TIMES_H
#define FSDUEL_RUNNERS_FIO_TIMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/preload/fio_clock.h"

struct fio_times {
	char *path;              /* of the file that fio's threads write to */
	struct fio_clock *clock; /* mapped; NULL: there is no library, and nothing is known */
	struct strv env;         /* for fio */
};

#define FIO_TIMES_NONE                                                                             \
	{                                                                                          \
		NULL, NULL, STRV_INIT                                                              \
	}

/* Make the file in the directory dir. Called again for another run of fio it begins anew. */
int fio_times_open(struct fio_times *t, const char *dir, struct err *e);
/* What fio is to be started with, for proc_opts.env. */
const char *const *fio_times_env(const struct fio_times *t);
/*
 * The threads that began, in the order in which fio started them. t may be NULL. Caller
 * frees *v.
 */
size_t fio_times_threads(const struct fio_times *t, struct fio_clock_thread **v);
/* Parts of a run on CLOCK_MONOTONIC; both 0: it is not known. */
struct fio_span {
	uint64_t from_ns, to_ns;
};

/* All threads' work: from the first beginning to the last end. */
struct fio_span fio_times_all(const struct fio_clock_thread *threads, size_t n, bool verifies);
/* All at work side by side: from the last beginning to the first end; to < from: never. */
struct fio_span fio_times_common(const struct fio_clock_thread *threads, size_t n);
/* Accepts FIO_TIMES_NONE. */
void fio_times_release(struct fio_times *t);

#endif
