/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trouble.h: the troubles of a guest told apart, by one table for console and kernel log. */
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
	bool kernels;     /* it blames the kernel, not the device, memory size, QEMU or fsduel */
	enum trouble_sign sign;
	enum status status;          /* of a cell run that has its figures all the same */
	const char *sentence;        /* "the kernel had an oops"; the line comes after it */
	const char *const *patterns; /* fnmatch(3) over a whole line without its stamp; NULL ends */
};

/* The first row that is seen is the reason: first troubles that end a guest, then how it ended,
 * then those it outlives. Every row makes a cell run worthless. */
extern const struct trouble troubles[]; /* ends with a NULL name */

/* The row of a line that explains most, and where its text begins; or NULL. Level, stamps or
 * another program's line may stand before the text. */
const struct trouble *trouble_match(const char *line, const char **text);

/* Does the line name another block device than device ("sda1")? That is no trouble of the cell. */
bool trouble_elsewhere(const char *line, const char *device);

/* What has been seen so far. Life cycle: TROUBLE_NONE, any number of looks, trouble_release. */
struct trouble_found {
	const struct trouble *row; /* NULL: nothing */
	char *line;                /* the first line of that row, without its time stamp; owned */
	char *where;               /* the function at the first "RIP:" after it, or NULL; owned */
	uint64_t seen;             /* bit i: row i of the table */
};

#define TROUBLE_NONE ((struct trouble_found){ .row = NULL })

void trouble_look(struct trouble_found *f, const char *text, size_t len); /* at each line of it */
/* A sign that is no line, and a detail or "". */
void trouble_note(struct trouble_found *f, enum trouble_sign sign, const char *what);
/* Make it the reason, if something was found, with why ("": none); mark the run MARK_BROKEN where
 * the kernel broke, MARK_HUNG where it never spoke. STATUS_OK: the status is that of the row. */
void trouble_fail(const struct trouble_found *f, enum status status, const char *why,
		  struct result *r);
void trouble_release(struct trouble_found *f);

/* The last lines of a console or log; half of them from the line found, if that is further back. */
#define TROUBLE_LINES 25
char *trouble_excerpt(const struct trouble_found *f, const char *text, size_t len);

/* The kernel's words during a cell, from /dev/kmsg, as in liburing's runtests.sh. */
struct klog {
	int fd;             /* -1: closed */
	const char *device; /* lines that name another one are passed over; NULL: none are */
	struct buf tail;    /* the text read; of a log without end, the last part */
};

#define KLOG_NONE ((struct klog){ .fd = -1 })

/* Note the end of the log as it is now. */
int klog_open(struct klog *k, struct err *e);

/* Look for trouble in the kernel's own lines since klog_open or the last scan. */
int klog_scan(struct klog *k, struct trouble_found *f, struct err *e);

void klog_close(struct klog *k); /* accepts KLOG_NONE */

#endif
