/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trouble.h: the troubles of a guest, told apart. One table, a row a trouble, for the console
 * that the host sees and the kernel log that the cell reads. Linked into the guest's first
 * process, so it needs libc and jansson only.
 */
#ifndef FSDUEL_RUNNERS_TROUBLE_H
#define FSDUEL_RUNNERS_TROUBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/result/result.h"

/* The sign of a trouble: a line of text, or an observation of the caller. */
enum trouble_sign {
	TROUBLE_LINE,
	TROUBLE_LOG_LOST, /* the kernel log overran before it was read */
	TROUBLE_QEMU,     /* QEMU failed or was killed */
	TROUBLE_GARBAGE,  /* something arrived that is no result */
	TROUBLE_OFF,      /* the guest ended and nothing arrived */
	TROUBLE_SILENCE,  /* it ran on until it was ended */
};

struct trouble {
	const char *name; /* "oops" */
	enum trouble_sign sign;
	enum status status;          /* of a cell run that has its figures all the same */
	const char *sentence;        /* "the kernel had an oops"; the line comes after it */
	const char *const *patterns; /* fnmatch(3) over a whole line without its stamp; NULL ends */
};

/*
 * In the order in which they explain: where several are seen, the first row is
 * the reason. First troubles that end a guest, then how it ended, then those it outlives.
 * Every row makes a cell run worthless; a line that does not is in no row.
 */
extern const struct trouble troubles[]; /* ends with a NULL name */

/*
 * The row of a line of console or kernel log, or NULL. A level, time stamps and an unfinished
 * line of another program may stand before the kernel's text.
 */
const struct trouble *trouble_match(const char *line);

/*
 * Does the line name a block device, and another one than device ("sda1")? An error on sda
 * while loop0 is measured is no trouble of the cell.
 */
bool trouble_elsewhere(const char *line, const char *device);

/* What has been seen so far. Life cycle: TROUBLE_NONE, any number of looks, trouble_release. */
struct trouble_found {
	const struct trouble *row; /* NULL: nothing */
	char *line;                /* the first line of that row, without its time stamp; owned */
	char *where;               /* the function at the first "RIP:" after it, or NULL; owned */
	uint64_t seen;             /* bit i: row i of the table */
};

#define TROUBLE_NONE                                                                               \
	{                                                                                          \
		.row = NULL                                                                        \
	}

void trouble_look(struct trouble_found *f, const char *text, size_t len); /* at each line of it */
/* A sign that is no line, and a detail or "". */
void trouble_note(struct trouble_found *f, enum trouble_sign sign, const char *what);
/*
 * Make it the cell run's reason, if something was found: sentence, line, where, what
 * else the guest outlived, and why, which may be ""; and mark the run where the kernel
 * itself broke (MARK_BROKEN), or never said a word (MARK_HUNG). status STATUS_OK: the cell
 * run has its figures, and gets the row's status.
 */
void trouble_fail(const struct trouble_found *f, enum status status, const char *why,
		  struct result *r);
void trouble_release(struct trouble_found *f);

/*
 * The last lines of a console or a kernel log; where the line found lies further back, half of
 * them begin with that one. NULL when there is nothing. Caller frees.
 */
#define TROUBLE_LINES 25
char *trouble_excerpt(const struct trouble_found *f, const char *text, size_t len);

/*
 * klog.c: the kernel's words during a cell, from /dev/kmsg. A cell with a complaint of the
 * kernel is not valid, whatever its figures (liburing's runtests.sh looks into dmesg after
 * every test for the same reason).
 */
struct klog {
	int fd;             /* -1: closed */
	const char *device; /* lines that name another one are passed over; NULL: none are */
	struct buf tail;    /* the text read; of a log without end, the last part */
};

#define KLOG_NONE                                                                                  \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Note the end of the log as it is now. */
int klog_open(struct klog *k, struct err *e);

/*
 * Read the lines of the kernel itself (not of user space through /dev/kmsg) since klog_open or
 * the last klog_scan, and look for trouble in them. Records that were overwritten before they
 * were read are a trouble, too. 0, or -errno when the log cannot be read.
 */
int klog_scan(struct klog *k, struct trouble_found *f, struct err *e);

void klog_close(struct klog *k); /* accepts KLOG_NONE */

#endif
