/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fiojson.h: what fio printed turned into measured values. */
#ifndef FSDUEL_RUNNERS_FIOJSON_H
#define FSDUEL_RUNNERS_FIOJSON_H

#include "lib/err.h"
#include "runners/fio/fio_times.h"
#include "runners/result/result.h"

/* Where on CLOCK_MONOTONIC the work of fio's threads lay; all 0: it is not known. */
struct fio_timed {
	struct fio_span all; /* from the first beginning to the last end */
	/* All of them at work, which is what a profile counts; empty (to <= from): never. */
	struct fio_span common;
	double ops_per_s; /* operations of work in it, over its threads' whole times */
};

/*
 * Read what fio printed with --output-format=json+ (anything before the first line that
 * is "{" alone is fio's words) and append samples and histograms to r: roles "read",
 * "write", "trim" and "verify" where they did something, and "all"; operations and bytes
 * summed over jobs, percentiles from merged bins. -EIO with fio's own words: a job with
 * an error, or no operation at all. -EINVAL: not fio's JSON.
 *
 * Operations in a second are the sum of the jobs' rates, each over its own time:
 * - that of its thread (t, may be NULL) where one agrees with the job's "runtime";
 * - its "runtime" else, which fio rounds up to whole ms, and the metric "resolution" says to
 *   how many % the sum is known.
 * Of a job that only does one I/O after the other, each with its latency, all is known that
 * it spent outside of I/O. It is no part of its time:
 * - up to 0.25 ms, for fio's clock starts before fio is ready (1 ms of a "runtime");
 * - to make sums over what it writes, where it verifies;
 * - all of it, where it verifies in between (verify_backlog).
 * Facts "fio_elapsed": "thread" or "milliseconds".
 *
 * Verify reads are no work: role "verify" has them, and "all" does not. They are all reads
 * of a job that only writes. A job that reads, writes and verifies has one figure for both
 * kinds of reads, which is then under "verify", too.
 *
 * Latencies are lat_ns where it has bins (lat_percentiles=1) and clat_ns otherwise, which
 * lacks the time to submit; and clat_ns of jobs that verify, whose lat_ns holds the time for
 * sums. Facts "fio_latency" says which: "total" or "completion". timed may be NULL.
 */
int fiojson_result(const char *text, size_t len, const struct fio_times *t, struct result *r,
		   struct fio_timed *timed, struct err *e);

#endif
