/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot_files.h: the pictures of a results folder, for the commands that draw them. */
#ifndef FSDUEL_CLI_PLOT_FILES_H
#define FSDUEL_CLI_PLOT_FILES_H

#include <stdbool.h>

#include "cli/command.h"
#include "lib/buf.h"

struct plot_choice {
	const char *output;              /* folder; NULL: plots in the results folder */
	const char *contrast, *workload; /* NULL: all */
	struct option_strings kinds;     /* none: all */
	bool ascii;                      /* into said, and no files */
};

/*
 * Load DIR and draw it. said gets the lines that `fsduel plot` prints: what was drawn
 * where, or the pictures themselves, and what was not drawn and why. Returns an exit code.
 */
int show_plots(const char *dir, const struct plot_choice *o, struct buf *said, struct err *e);

#endif
