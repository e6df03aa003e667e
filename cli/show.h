/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.h: what several commands print of a results folder. */
#ifndef FSDUEL_CLI_SHOW_H
#define FSDUEL_CLI_SHOW_H

#include <stdbool.h>

#include "analysis/compare/compare.h"
#include "analysis/costs/costs.h"
#include "lib/buf.h"
#include "lib/err.h"

struct show_options {
	const char *contrast, *metric, *role,
		*format;                /* NULL: all contrasts, primary, "all" and roles, "table" */
	const char *margin;             /* "2%"; NULL: the suite's, or the mode's default */
	bool strict;                    /* a cell that is unsure is exit code 5 */
	const char *other;              /* a second folder, the patched side of DIR; NULL: none */
	const char *baseline, *patched; /* variants of the two; NULL: the only one */
	bool force;                     /* although the two differ in more than kernel and mount */
};

/* Compare DIR and print it to stdout as asked (o NULL: all defaults). Returns an exit code. */
int show_comparison(const char *dir, const struct show_options *o, struct err *e);

/*
 * What ends a measurement: DIR/comparison.csv written anew, with every row of every
 * contrast and metric, then the table with all defaults. Returns an exit code.
 */
int show_finished(const char *dir, struct err *e);

/* A results folder with all that is shown of it. */
struct shown {
	struct results *r;
	struct comparison c; /* its deciding rows judged, locks held against them */
	struct locks *locks; /* NULL: no locks pass */
	struct costs *costs; /* NULL: no profile pass */
	json_t *floor;       /* of its machine; NULL: none is kept */
};

/* Load DIR and judge it. show_close in any case; s starts as { 0 }. */
int show_open(const char *dir, const struct show_options *o, struct shown *s, struct err *e);
void show_close(struct shown *s);

/* show_open, of which only these two are kept. */
int show_load(const char *dir, const struct show_options *o, struct results **r,
	      struct comparison *c, struct err *e);

/* Print DIR's waits for locks in that format (NULL: a table). Returns an exit code. */
int show_locks(const char *dir, const char *format, struct err *e);

/* Load DIR and its profile; -ENOENT with a sentence where it has none. */
int show_costs_load(const char *dir, struct results **r, struct costs **c, struct err *e);

/* All of out to stdout. */
int show_print(const struct buf *out, struct err *e);

/* Path of the noise floor kept for a machine (malloc'ed). */
int show_floor_path(const char *machine, char **out, struct err *e);

#endif
