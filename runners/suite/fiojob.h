/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob.h: fio job files: read, refused where they contradict themselves,
 * given the cell's parameters. Running fio is the cell's business.
 */
#ifndef FSDUEL_RUNNERS_FIOJOB_H
#define FSDUEL_RUNNERS_FIOJOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/num.h"

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
 * *out (malloc'ed): without comments, parameters appended to every job section,
 * where they win, and lat_percentiles=1 with them, so that fio reports whole
 * latencies. Refused (-EINVAL, "name:line: ..."):
 * - no job, or jobs that run one after the other (stonewall): one workload, one measurement;
 * - an engine that does not work on files, or a synchronous one (psync, sync, ...) with
 *   iodepth above 1, where the depth does nothing;
 * - a path outside the work directory (absolute or with "..") in any option or job name;
 * - options that write where fsduel cannot see or change the machine (write_*_log, exec_*,
 *   ioscheduler, include, ...), and ${VARIABLES};
 * - a randseed the file insists on with randrepeat=0.
 * out may be NULL: only check. What *out holds passes fiojob_make again.
 */
int fiojob_make(const char *name, const char *text, const char *const *params, char **out,
		struct err *e);

/*
 * Put the block's seed into a job made by fiojob_make: in every job randseed,
 * with randrepeat=0 and allrandrepeat=0, for either of them at 1 (the former is
 * fio's default) makes fio take its offsets from a constant instead (seen with
 * 3.33, init.c td_fill_rand_seeds). The number is drawn from the seed: fio
 * takes 63 bits only, and 0 makes all threads alike. The text is for fio and
 * fiojob_overwrites; fiojob_make refuses it.
 */
int fiojob_seed(const char *text, uint64_t seed, char **out, struct err *e);

/*
 * Does a job in this text (made by fiojob_make) declare, by overwrite=1, that
 * the file of this path under the work directory is overwritten? Where the
 * job's file names cannot be known (filename_format), every file is declared.
 */
bool fiojob_overwrites(const char *text, const char *file);

#endif
