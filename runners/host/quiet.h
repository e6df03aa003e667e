/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quiet.h: make the machine quiet for a run, and put it back. What is changed
 * stands in one table in quiet.c (the CPUs' frequency governor); before a setting
 * is changed the caller is told what it was, so that it can be put back after a
 * crash too. How disturbed a sample was all the same: noise.h.
 */
#ifndef FSDUEL_RUNNERS_HOST_QUIET_H
#define FSDUEL_RUNNERS_HOST_QUIET_H

#include <jansson.h>

#include "lib/buf.h"
#include "lib/err.h"

/* How long a cell may wait for an idle machine (settle.h). */
#define QUIET_SETTLE_NS 10000000000u

/*
 * About to write value into the file at path: note what it holds where that
 * outlives this process. On an error the setting is left as it is.
 */
typedef int (*quiet_record_fn)(void *arg, const char *path, const char *value, struct err *e);

struct quiet {
	struct strv paths, old, now; /* one each a setting that was changed */
	struct strv notes;           /* what a reader of the results should know: for run.json */
};

#define QUIET_NONE                                                                                 \
	{                                                                                          \
		{ NULL, 0 }, { NULL, 0 }, { NULL, 0 },                                             \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}

/*
 * sys is "/sys" (tests have one of their own). record may be NULL. What this
 * machine does not have is a note, not an error. -errno: record's, or a setting
 * that could not be written; quiet_end then puts back what was changed before.
 */
int quiet_begin(struct quiet *q, const char *sys, quiet_record_fn record, void *arg, struct err *e);
/* Put back and release. Goes on after an error; the first is returned. Accepts QUIET_NONE, and
 * twice. */
int quiet_end(struct quiet *q, struct err *e);

/*
 * Write old over path, if it still says now: what somebody else has set since,
 * or a reboot has, is left alone. A path that is gone is fine.
 */
int quiet_put_back(const char *path, const char *old, const char *now, struct err *e);

#endif
