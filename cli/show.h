/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.h: what several commands print of a results folder. */
#ifndef FSDUEL_CLI_SHOW_H
#define FSDUEL_CLI_SHOW_H

#include "lib/err.h"

struct show_options {
	const char *contrast, *metric, *role, *format; /* NULL: all contrasts, primary, "all" and roles, "table" */
};

/* Compare DIR and print it to stdout as asked (o NULL: all defaults). Returns an exit code. */
int show_comparison(const char *dir, const struct show_options *o, struct err *e);

#endif
