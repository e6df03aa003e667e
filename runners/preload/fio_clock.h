/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_clock.h: what the library in fio_clock.c, which is loaded into fio, and the cell
 * that runs fio agree on: a file that both map, with one entry for each thread of fio
 * that has come to its measured part.
 */
#ifndef FSDUEL_RUNNERS_PRELOAD_FIO_CLOCK_H
#define FSDUEL_RUNNERS_PRELOAD_FIO_CLOCK_H

#include <stdint.h>

#define FIO_CLOCK_LIB "fsduel-fio-clock.so"
#define FIO_CLOCK_ENV "FSDUEL_FIO_CLOCK" /* path of the file */
#define FIO_CLOCK_THREADS 4096u          /* more than fio has (REAL_MAX_JOBS) */

/*
 * A thread of fio works, then takes the lock of fio's statistics and leaves it, reads
 * back what it wrote where it verifies, takes and leaves the lock again, and so on with
 * each loop: each of these is a step. All times are CLOCK_MONOTONIC in ns.
 */
struct fio_clock_thread {
	uint64_t begin_ns;     /* of the measured part: after the ramp where there is one */
	uint64_t first_end_ns; /* of its first work; 0: it never came so far */
	uint64_t last_ns;      /* the last step */
	uint64_t spent_ns[4];  /* from the step before, summed by the step modulo 4 */
	uint64_t at_ns[4];     /* the last of these steps */
	uint32_t steps;
	uint32_t tid;
};

struct fio_clock {
	uint32_t threads; /* entries taken, in the order in which they began */
	uint32_t reserved;
	struct fio_clock_thread thread[FIO_CLOCK_THREADS];
};

#endif
