/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_run.h: fio as it runs: the times of its threads, its output turned into measured values, and
 * jobs that outlive it. The library in fio (runners/preload/fio_clock.c) tells to the ns when each
 * thread began and ended its measured part; fio's JSON has whole ms. A job's time is that of its
 * thread, if one agrees with the job's milliseconds.
 */
#ifndef FSDUEL_RUNNERS_FIO_RUN_H
#define FSDUEL_RUNNERS_FIO_RUN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/preload/preload.h"
#include "runners/result/result.h"

/* Kill every fio that works in the directory dir (absolute, no symbolic links) or below it, and
 * wait up to two seconds until they are gone. Each job of fio has a session of its own (setsid in
 * thread_main), so it outlives fio and keeps the mount busy. */
void fio_jobs_end(const char *dir);

struct fio_times {
	char *path;              /* of the file that fio's threads write to */
	struct fio_clock *clock; /* mapped; NULL: there is no library, and nothing is known */
	struct strv env;         /* to start fio with; may be empty */
};

/* Make the file in the directory dir. Called again for another run of fio it begins anew. */
int fio_times_open(struct fio_times *t, const char *dir, struct err *e);
/* The threads that began, in fio's order. t may be NULL. Caller frees *v. */
size_t fio_times_threads(const struct fio_times *t, struct fio_clock_thread **v);
/* Parts of a run on CLOCK_MONOTONIC; both 0: it is not known. */
struct fio_span {
	uint64_t from_ns, to_ns;
};

/* All threads' work: from the first beginning to the last end. */
struct fio_span fio_times_all(const struct fio_clock_thread *threads, size_t n, bool verifies);
/* All at work side by side: from the last beginning to the first end; to < from: never. */
struct fio_span fio_times_common(const struct fio_clock_thread *threads, size_t n);
void fio_times_release(struct fio_times *t);

/* --- the work of a job ---------------------------------------------------------------- */

/* 2^53: what a double and every JSON reader hold; no cell comes near it. */
#define FIO_COUNT_MAX ((json_int_t)1 << 53)
#define FIO_RUNTIME_MAX (FIO_COUNT_MAX / 1000000) /* ms */

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

int fio_read_count(const json_t *o, const char *key, json_int_t max, uint64_t *out, struct err *e);

/* By the job's options, in root's "global options" or its own. thread stays NULL. */
int fio_account_read(struct fio_account *j, const json_t *root, const json_t *job, struct err *e);
/* Which thread is which job. threads: as fio_times_threads gives them. */
void fio_account_match(struct fio_account *jobs, size_t nr, const struct fio_clock_thread *threads,
		       size_t n);
/* How long the work of a job with a thread took, all that fio did besides included. */
uint64_t fio_work_ns(const struct fio_account *j);
/* How long its direction d took, of which fio says runtime_ms, as fio's JSON has it. */
struct fio_took fio_account_took(const struct fio_account *j, unsigned d, uint64_t runtime_ms);

/* Where on CLOCK_MONOTONIC the work of fio's threads lay; all 0: it is not known. */
struct fio_timed {
	struct fio_span all; /* from the first beginning to the last end */
	/* All of them at work, which is what a profile counts; empty (to <= from): never. */
	struct fio_span common;
	double ops_per_s; /* operations of work in it, over its threads' whole times */
};

/*
 * Read the output of fio with --output-format=json+ and append samples and histograms to r: roles
 * "read", "write", "trim" and "verify" if they did something, and "all". -EIO with fio's own words:
 * a job with an error, or no operation at all. -EINVAL: not fio's JSON. t and timed may be NULL.
 * docs/results.md ("What a fio job comes to") says which time and which reads count. Facts
 * "fio_elapsed" ("thread" or "milliseconds") and "fio_latency" ("total" or "completion") say which
 * figures fio gave. Verify reads are no work: role "verify" has them, and "all" does not.
 */
int fiojson_result(const char *text, size_t len, const struct fio_times *t, struct result *r,
		   struct fio_timed *timed, struct err *e);

/* Offset of the first line that is "{" alone, where fio's JSON begins; len: there is none. */
size_t fio_words_end(const char *text, size_t len);
/* The words on one line for an error message, cut after some: each line once, without "fio: " and
 * the indented lists that fio prints for a typing error. Caller frees. */
char *fio_words(const char *text, size_t len);

#endif
