/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob_impl.h: the parts of fiojob.c: fio_checks.c (each line and each job by itself), fio_text.c
 * (variables, and texts that were written) and, below both, fio_options.c (an option's value).
 */
#ifndef FSDUEL_RUNNERS_FIOJOB_IMPL_H
#define FSDUEL_RUNNERS_FIOJOB_IMPL_H

#include "lib/ini.h"
#include "runners/fio/fiojob.h"

struct fio_file {
	const char *name;
	struct ini ini;   /* as read; lines are changed and dropped in it */
	struct strv over; /* "option=value" of the parameters */
	struct fio_section {
		unsigned part; /* from 0; of a job */
		bool outside;  /* a line here named a device or file elsewhere */
		bool no_size;  /* of a job: its files get FIOJOB_DEVICE */
	} * sections;          /* one for each of ini's */
	struct strv parts, notes;
	struct err *e;
	int ret;
};

#define FIOJOB_SET "set."  /* the parameter "set.NAME" sets the variable NAME */
#define FIO_JOBS_MAX 4096u /* fio's REAL_MAX_JOBS */

/* --- fio_options.c ----------------------------------------------------------------------- */

/* A mistake of that line, into f->e and f->ret. */
void fio_refuse(struct fio_file *f, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Section i is a job; fio takes every name that begins with "global" for a global section. */
bool fio_is_job(const struct fio_file *f, size_t i);
const char *fio_job_name(const struct fio_file *f, size_t i);
/* The same name, or an alias ("runtime" and "timeout")? */
bool fio_same_option(const char *option, const char *name);
/* The value that the parameters give the option, or NULL. */
const char *fio_over(const struct fio_file *f, const char *option);
/* Value of an option in a job: the parameters', then the job's own last line, then the last line
 * of the [global] sections before it. "1" for a bare key; NULL: none. line: the value's, or the
 * job's. */
const char *fio_value(const struct fio_file *f, size_t job, const char *option, unsigned *line);
const char *fio_get(const struct fio_file *f, size_t job, const char *option);
/* Is a flag set? "0" unsets one. */
bool fio_flag(const struct fio_file *f, size_t job, const char *option);

/* Bytes and times as fio reads them ("4k", "1GiB", "10", "5m"); false: not a plain number. */
bool fio_bytes(const char *text, uint64_t *v);
bool fio_ns(const char *text, uint64_t *v);

/* An engine that works on files. */
struct fio_engine {
	const char *name;
	bool synchronous; /* iodepth does nothing */
	bool no_data;     /* its files take no room, or there are none */
};
/* The engine of a job; NULL: not one of those. */
const struct fio_engine *fio_engine(const struct fio_file *f, size_t job);

/* Threads, time and room of a part of a checked file, and of the parts before it. */
void fio_expect(const struct fio_file *f, unsigned part, struct fiojob_expect *x);

/* --- the others, each called by fiojob.c -------------------------------------------------- */

/* Text without comments, and with the variables that params or the environment set, line for line.
 * -EINVAL in f->ret: a variable is not set, or set for nothing. */
void fio_text_plain(struct fio_file *f, const char *text, const char *const *params,
		    struct buf *out);
/* Check, change and drop lines. */
void fio_check_lines(struct fio_file *f);
/* Can this job be measured as a file system's work? */
void fio_check_job(struct fio_file *f, size_t job);

#endif
