/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h: how far a run is, on stderr (in a pipe only the failures), and the signal to stop. */
#ifndef FSDUEL_CLI_PROGRESS_H
#define FSDUEL_CLI_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "lib/buf.h"
#include "runners/folder/folder.h"
#include "runners/kernel/kernel_build.h"

struct progress_line {
	const char *command;     /* "duel" */
	const struct plan *plan; /* borrowed; may be made later */
	bool terminal, quiet;
	struct buf last; /* the cell run that ended last */
};

struct progress_line progress_line(const char *command, const struct plan *p, bool quiet);
void progress_show(void *line, const struct progress *p); /* a progress hook */
void progress_say(void *line, const char *sentence);      /* "fsduel duel: sentence" */
void progress_end(struct progress_line *line);            /* the line is gone, and what it held */

/* What progress_show writes on a terminal, of at most width columns, into b. */
void progress_text(struct progress_line *line, const struct progress *p, size_t width,
		   struct buf *b);

/* kernel_build, ended by a signal; on a terminal, unless quiet, behind one line of progress. */
int progress_build(struct kernel_build *b, bool quiet, struct err *e);

/* Set by SIGINT, SIGTERM and SIGHUP to the signal's number; the only mutable global. Threads look
 * at it, too. stop_signal_catch installs the handlers; a second signal ends the program at once. */
extern atomic_int stop_signal;
void stop_signal_catch(void);

#endif
