/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_report.h: the guard's report of a results folder, for the commands that end with one. */
#ifndef FSDUEL_CLI_GUARD_REPORT_H
#define FSDUEL_CLI_GUARD_REPORT_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

struct guard_show {
	const char *format; /* "table", "csv", "json"; NULL: a table */
	bool strict;        /* a variant that is unsure is exit code 5 */
	bool no_gate;       /* a variant that is stale is exit code 0 */
	bool keep;          /* DIR/guard.csv is written anew */
};

/* -EINVAL with a sentence where there is no such format. */
int guard_check_format(const char *format, struct err *e);

/* Has DIR's suite a [guard]? */
bool guard_asked(const char *dir);

/*
 * Print DIR's report; its first line, without the newline, is appended to summary,
 * which may be NULL. Returns an exit code as `compare` has them: stale is what slower
 * is there.
 */
int guard_report(const char *dir, const struct guard_show *show, struct buf *summary,
		 struct err *e);

#endif
