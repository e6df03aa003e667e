/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fiojob.h: fio job files: read, refused where they contradict themselves, given parameters. */
#ifndef FSDUEL_RUNNERS_FIOJOB_H
#define FSDUEL_RUNNERS_FIOJOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/num.h"

/* One suite parameter and the fio option it sets, for the suite reader, help and docs. */
struct fiojob_param {
	const char *name;   /* "threads"; "set.NAME" stands for every key that begins with "set." */
	const char *option; /* "numjobs"; NULL: it sets none */
	const char *also;   /* further lines it brings, e.g. "time_based=1"; may be NULL */
	const char *help;   /* of one without an option */
	enum num_kind kind;
	bool text; /* passed on as it is (rw, ioengine) */
};
extern const struct fiojob_param fiojob_params[];          /* ends with a NULL name */
const struct fiojob_param *fiojob_param(const char *name); /* NULL: unknown */

/* Threads, time and room of a job, as far as its text says. */
struct fiojob_expect {
	unsigned threads, helpers; /* helpers: of the threads, those beside fio's jobs */
	uint64_t timed_ns;         /* the longest runtime; 0: not known */
	uint64_t before_ns;        /* the same of each part before, added up */
	uint64_t file_bytes;       /* its files with those of the parts before; 0: not known */
	bool fills;                /* it writes until the file system is full */
};

/* A job file made ready for the cells of a workload. */
struct fiojob {
	char *text;        /* the job that fio runs and that is measured: one part of the file */
	char *before;      /* the parts before it in the file, to be run first; NULL: none */
	struct strv parts; /* names of the file's parts; a single one where no job waits */
	struct strv notes; /* each change of the file's words: "name:line: ..." */
	struct fiojob_expect expect;
};
void fiojob_release(struct fiojob *j);

/*
 * Check the job file's text with the given parameters (name, value, name, value, ..., NULL) put
 * over it, and write the job that fio is to run into *out. docs/fio.md says what is changed, with a
 * note each, and what is refused (-EINVAL, "name:line: ..."). ${NAME} is the value of the parameter
 * set.NAME, or else the environment's. Lines are read as fio reads them (init.c,
 * __parse_jobs_ini). Parameters are appended to every job section, where they win, with
 * lat_percentiles=1, so that fio reports whole latencies.
 *
 * Jobs that wait (stonewall) part the file. The parameter "part" chooses the measured part (else
 * the first is), and those before it are run first on the same file system.
 *
 * out->text passes fiojob_make again and stays as it is. On error *out is empty.
 */
int fiojob_make(const char *name, const char *text, const char *const *params, struct fiojob *out,
		struct err *e);
#define FIOJOB_DEVICE "64m" /* the file that takes the place of a device without a size */

/* The rest is for a text that fiojob_make wrote. Append each directory=, which fio wants there. */
void fiojob_directories(const char *text, struct strv *dirs);

/*
 * Put the block's seed into every job: randseed, with randrepeat=0 and allrandrepeat=0, because
 * with either at 1 (the former is fio's default) fio takes its offsets from a constant (seen with
 * 3.33, init.c td_fill_rand_seeds). The number is drawn from the seed: fio takes 63 bits only, and
 * 0 makes all threads alike.
 */
int fiojob_seed(const char *text, uint64_t seed, char **out, struct err *e);

/* Does a job declare, by overwrite=1, that it overwrites the file of this path under the work
 * directory? A job whose file names cannot be known (filename_format) declares every file. */
bool fiojob_overwrites(const char *text, const char *file);
/* The first job that declares so and has none of these files (malloc'ed); NULL: there is none. */
char *fiojob_unproven(const char *text, const struct strv *files);

#endif
