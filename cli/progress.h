/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress.h: how far a run is, on stderr: on a terminal one line that is
 * rewritten, in a pipe only what went wrong.
 */
#ifndef FSDUEL_CLI_PROGRESS_H
#define FSDUEL_CLI_PROGRESS_H

#include <stdbool.h>

#include "runners/folder/progress.h"

struct progress_line {
	const char *command;       /* "duel" */
	const struct plan *plan;   /* borrowed; may be made later */
	bool terminal, quiet;
};

struct progress_line progress_line(const char *command, const struct plan *p, bool quiet);
void progress_show(void *line, const struct progress *p);   /* a progress hook */
void progress_say(void *line, const char *sentence);        /* "fsduel duel: sentence" */
void progress_end(const struct progress_line *line);        /* the line is gone */

#endif
