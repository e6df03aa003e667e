/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob.h: fio job files: read, refused where they contradict themselves,
 * given the cell's parameters; and fio's JSON turned into measured values.
 * Running fio is the cell's business.
 */
#ifndef FSDUEL_RUNNERS_FIOJOB_H
#define FSDUEL_RUNNERS_FIOJOB_H

#include "lib/err.h"
#include "runners/result.h"

/* One suite parameter and the fio option it sets, for the suite reader, help and docs. */
struct fiojob_param {
	const char *name;    /* "threads" */
	const char *option;  /* "numjobs" */
	const char *also;    /* further lines it brings, e.g. "time_based=1"; may be NULL */
	enum num_kind kind;
	bool text;           /* passed on as it is (rw, ioengine) */
};
extern const struct fiojob_param fiojob_params[];   /* ends with a NULL name */

/*
 * Check the job file's text with the given parameters (name, value, name,
 * value, ..., NULL) put over it, and write the job that fio is to run into
 * *out (malloc'ed): parameters are appended to every job section, where they
 * win. Refused (-EINVAL, "name:line: ..."): no job, a synchronous engine
 * (psync, sync, vsync, pvsync, pvsync2) with iodepth above 1, filename or directory outside the
 * work directory (absolute or with ".."), options that write where fsduel cannot see (write_*_log,
 * exec_prerun, exec_postrun, ...), a randseed the file insists on with randrepeat=0.
 * out may be NULL: only check.
 */
int fiojob_make(const char *name, const char *text, const char *const *params, char **out,
		struct err *e);

/* Put the block's seed into a job made by fiojob_make: randseed and allrandrepeat in every job. */
int fiojob_seed(const char *text, uint64_t seed, char **out, struct err *e);

/*
 * Read what fio printed with --output-format=json+ (anything before the first
 * line that is "{" alone is fio's warnings) and append samples and histograms to r: roles "read",
 * "write" (and "trim") where they did something, and "all"; operations and
 * bytes summed over jobs, percentiles from merged bins. A job with an error is
 * -EIO with fio's own words (warnings included).
 */
int fiojob_result(const char *text, size_t len, struct result *r, struct err *e);

#endif
