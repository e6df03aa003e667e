/* SPDX-License-Identifier: GPL-2.0-or-later */
/* preload.h: names and layouts that the libraries share with those who load or read them. */
#ifndef FSDUEL_RUNNERS_PRELOAD_PRELOAD_H
#define FSDUEL_RUNNERS_PRELOAD_PRELOAD_H

#include <stdint.h>

/* --- exact_order.c ---------------------------------------------------------------------- */

#define EXACT_ORDER_LIB "fsduel-exact-order.so"

/* On QEMU's stderr as soon as the library has found the CPU thread; without it no run is exact. */
#define EXACT_ORDER_SAID "fsduel-exact-order: on"

/* --- fio_clock.c: a file that fio and the cell map, an entry for each thread of fio ---------- */

#define FIO_CLOCK_LIB "fsduel-fio-clock.so"
#define FIO_CLOCK_ENV "FSDUEL_FIO_CLOCK" /* path of the file */
#define FIO_CLOCK_THREADS 4096u          /* more than fio has (REAL_MAX_JOBS) */

/* A thread of fio works, takes and leaves the lock of fio's statistics, verifies where it is to,
 * takes and leaves the lock again, and so on with each loop. Each of these is a step. All times are
 * CLOCK_MONOTONIC. */
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

/* --- profile.c ----------------------------------------------------------------------------- */

#define PROFILE_LIB "fsduel-profile.so"

/* The number of QEMU's plug-in interface that the plug-in claims, a digit up to
 * PROFILE_INTERFACE_MAX. With PROFILE_ASK in the place of out=PATH the plug-in writes
 * PROFILE_USABLE or a reason to stdout, and ends QEMU. */
#define PROFILE_INTERFACE_ENV "FSDUEL_PLUGIN_INTERFACE"
#define PROFILE_INTERFACE_MAX 7
#define PROFILE_ASK "ask=interface"
#define PROFILE_USABLE "usable"

/* A nopl with a displacement that no compiler writes; in every pass, so that all are alike. */
#define PROFILE_MARK_BYTES 0x0f, 0x1f, 0x80
#define PROFILE_MARK_LEN 7
#define PROFILE_MARK_BEGIN 0x66736475u
#define PROFILE_MARK_END 0x66736476u

#define PROFILE_MARK(disp)                                                                         \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80\n\t.long %c0" : : "i"(disp) : "memory")

/* A byte on the guest's way to the host, before all else there: the part that is counted begins
 * in a moment. The plug-in, in LD_PRELOAD as well, sees QEMU write it. */
#define PROFILE_SOON 1

/* The plug-in's file: a header and a record for each executed address, in order of address. */
#define PROFILE_MAGIC "fsduelP1"

struct profile_header {
	char magic[8];
	uint32_t begins, ends; /* marks seen: the last beginning before the first end counts */
	uint64_t records;
	uint64_t instructions; /* their sum */
};

struct profile_record {
	uint64_t address, count;
};

#endif
