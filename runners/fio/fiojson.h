/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fiojson.h: fio's output turned into measured values. */
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
 * Read the output of fio with --output-format=json+ and append samples and histograms to r: roles
 * "read", "write", "trim" and "verify" if they did something, and "all". Operations and bytes are
 * summed over jobs, percentiles come from merged bins. -EIO with fio's own words: a job with an
 * error, or no operation at all. -EINVAL: not fio's JSON. timed may be NULL.
 *
 * Operations in a second are the sum of the jobs' rates, each over its own time:
 * - that of its thread (t, may be NULL) if one agrees with the job's "runtime";
 * - else its "runtime", which fio rounds up to whole ms; then the metric "resolution" says to how
 *   many % the sum is known.
 * A job that only does one I/O after the other, each with its latency, shows all the time that it
 * spent outside of I/O. These parts of it do not count:
 * - up to 0.25 ms, because fio's clock starts before fio is ready (1 ms of a "runtime");
 * - the making of sums over its data, if it verifies;
 * - all of it, if it verifies in between (verify_backlog).
 * Facts "fio_elapsed": "thread" or "milliseconds".
 *
 * Verify reads are no work: role "verify" has them, and "all" does not. They are all reads of a
 * job that only writes. A job that reads, writes and verifies has one figure for both kinds of
 * reads, which is then under "verify", too.
 *
 * Latencies are lat_ns if it has bins (lat_percentiles=1), else clat_ns, which lacks the time to
 * submit; and clat_ns for jobs that verify, whose lat_ns holds the time for sums. Facts
 * "fio_latency": "total" or "completion".
 */
int fiojson_result(const char *text, size_t len, const struct fio_times *t, struct result *r,
		   struct fio_timed *timed, struct err *e);

/* --- fio's words and its JSON, which come out of one pipe or file, told apart ------------- */

/* Offset of the first line that is "{" alone, where fio's JSON begins; len: there is none. */
size_t fio_words_end(const char *text, size_t len);

/*
 * The words on one line for an error message: each line once, without "fio: " in front, the
 * first ones where there are many, no word cut. Lists of values that fio prints for a
 * typing error, indented, are left out. Caller frees; "" where fio said nothing.
 */
char *fio_words(const char *text, size_t len);

#endif
