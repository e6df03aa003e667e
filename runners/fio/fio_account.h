/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_account.h: what of a job in fio's JSON is work, and how long that took: by the time of
 * its thread where one agrees with the job's milliseconds (fio_times.h), else by these.
 */
#ifndef FSDUEL_RUNNERS_FIO_ACCOUNT_H
#define FSDUEL_RUNNERS_FIO_ACCOUNT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "runners/preload/fio_clock.h"

/* 2^53: what a double and every JSON reader hold; no cell comes near it. */
#define FIO_COUNT_MAX ((json_int_t)1 << 53)

enum { FIO_READ, FIO_WRITE, FIO_TRIM, FIO_DIRECTIONS };
extern const char *const fio_directions[FIO_DIRECTIONS]; /* their keys: "read", ... */

struct fio_account {
	const json_t *json;
	bool works[FIO_DIRECTIONS]; /* as the workload; reads may only verify */
	bool checks;                /* it fills what it writes with sums to be checked */
	bool verifies;              /* it reads back after its work, before the next loop */
	bool backlog;               /* it verifies in the midst of its work as well */
	bool mixed;                 /* it reads and writes */
	uint64_t runtime_ms;        /* of its work, rounded up; 0: it did none */
	uint64_t io_ns;             /* spent in its I/O, one after the other; 0: not so simple */
	uint64_t fill_ns;           /* of such a job that checks: for sums, in its latencies */
	const struct fio_clock_thread *thread; /* NULL: none agrees with runtime_ms */
};

/* A direction's time, and how much of that is not known. */
struct fio_took {
	uint64_t ns, unknown_ns;
};

int fio_read_count(const json_t *o, const char *key, uint64_t *out, struct err *e);
/* Of a direction. */
int fio_read_runtime(const json_t *dir, uint64_t *ms, struct err *e);

/* By the job's options, in root's "global options" or its own. thread stays NULL. */
int fio_account_read(struct fio_account *j, const json_t *root, const json_t *job, struct err *e);
/* Which thread is which job. threads: as fio_times_threads gives them. */
void fio_account_match(struct fio_account *jobs, size_t nr, const struct fio_clock_thread *threads,
		       size_t n);
/* How long the work of a job with a thread took, all that fio did besides included. */
uint64_t fio_work_ns(const struct fio_account *j);
/* How long its direction d took, of which fio says runtime_ms, as fiojson.h has it. */
struct fio_took fio_account_took(const struct fio_account *j, unsigned d, uint64_t runtime_ms);

#endif
