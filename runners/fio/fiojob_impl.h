/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob_impl.h: shared by the files that read a fio job: fiojob.c (text in, text out),
 * fiojob_vars.c (comments and variables), fiojob_keys.c (each line by itself),
 * fiojob_jobs.c (each job), fiojob_beside.c (the jobs of a part together) and fio_expect.c
 * (threads and room). For these files only.
 */
#ifndef FSDUEL_RUNNERS_FIOJOB_IMPL_H
#define FSDUEL_RUNNERS_FIOJOB_IMPL_H

#include "lib/ini.h"
#include "runners/fio/fiojob.h"

struct fiojob_check {
	const char *name; /* of the file */
	struct ini ini;   /* as read; lines are changed and dropped in it */
	struct strv over; /* "option=value" of the parameters */
	const char *part; /* the one asked for; NULL: the first */
	struct fiojob_section {
		unsigned part; /* from 0; of a job */
		bool outside;  /* a line here named a device or file elsewhere, which has a size
				  there */
		bool no_size;  /* of a job: its files get FIOJOB_DEVICE */
	} * sections;          /* one for each of ini's */
	struct strv parts, notes;
	struct err *e;
	int rc;
};

/* A parameter "set.NAME" sets the variable NAME. */
#define FIOJOB_SET "set."

/*
 * fiojob_vars.c: text without comments and with the variables that params set, line for line.
 * -EINVAL: a variable is not set, or set for nothing, or a blank stands where fio takes it for
 * a value's.
 */
int fiojob_plain(const char *name, const char *text, const char *const *params, struct buf *out,
		 struct err *e);

/* Note a mistake of that line, in c->e and c->rc, or a word about a change. */
void fiojob_refuse(struct fiojob_check *c, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void fiojob_note(struct fiojob_check *c, unsigned line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* To fio every name that begins so is a [global] section. */
bool fiojob_is_global(const struct ini_section *s);
/* Are these two names of one option, "size" and "size", "runtime" and its alias "timeout"? */
bool fiojob_same(const char *option, const char *name);
/* Does over set the option? */
bool fiojob_is_over(const struct strv *over, const char *option);
/*
 * Value of an option in a job: over wins, then the job's own last line, then the last line
 * of the [global] sections before it. "1" for a bare key, NULL where nothing sets it. line
 * (may be NULL) is where that stands, or the job.
 */
const char *fiojob_value(const struct ini *ini, const struct strv *over, size_t job,
			 const char *option, unsigned *line);
/* Is a flag set? "0" unsets one. */
bool fiojob_flag(const struct ini *ini, const struct strv *over, size_t job, const char *option);

/* fiojob_jobs.c: -EINVAL where some job measures no file system at all. */
int fiojob_check_engines(struct fiojob_check *c);
/* fiojob_keys.c: check, change and drop lines. */
void fiojob_check_keys(struct fiojob_check *c);
/* fiojob_beside.c: refuse job late where it does not start before job early has ended. */
void fiojob_check_overlap(struct fiojob_check *c, size_t late, size_t early);
/* fiojob_jobs.c: part the jobs, then check each. */
void fiojob_check_jobs(struct fiojob_check *c);

/* Threads that fio has room for (REAL_MAX_JOBS); its --parse-only does not look. */
#define FIO_JOBS_MAX 4096u

/* Bytes and times as fio reads them ("4k", "1GiB", "10", "5m"); false: not a plain number. */
bool fio_bytes(const char *text, uint64_t *v);
bool fio_ns(const char *text, uint64_t *v);
/* Does this engine read and write files that take room? */
bool fio_engine_has_files(const char *engine);

#endif
