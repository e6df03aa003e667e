/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.h: a results folder loaded and judged, and outputs that several commands make. */
#ifndef FSDUEL_CLI_SHOW_H
#define FSDUEL_CLI_SHOW_H

#include "analysis/compare/compare.h"
#include "analysis/costs/costs.h"
#include "cli/command.h"
#include "dashboards/export/formats.h"
#include "dashboards/letter/letter.h"

/* A results folder with all that is shown of it. */
struct shown {
	struct results *r;
	struct comparison c; /* its deciding rows judged, locks and costs held against them */
	struct locks *locks; /* NULL: no locks pass */
	struct costs *costs; /* NULL: no profile pass */
	struct guard guard;  /* only by show_pass */
	json_t *floor;       /* of its machine; NULL: none is kept */
	struct costs_view view;
	bool strict, colour; /* as in struct findings */
};

/* Load DIR and judge it; other: the folder of the patched side, or NULL. s starts as { 0 };
 * show_close in any case. */
int show_open(const char *dir, const char *other, const struct options *o, struct shown *s,
	      struct err *e);
void show_close(struct shown *s);

/* Load DIR with its locks, costs or guard's counts. -ENOENT: it has no such pass. */
int show_pass(const char *dir, enum subject subject, struct shown *s, struct err *e);

/* The verdict as an exit code: the first that holds of worse, unmeasured, with strict unsure. */
int show_exit_code(const struct shown *s);

/* All of out to stdout: FSDUEL_OK or FSDUEL_MACHINE. */
int show_print(const struct buf *out, struct err *e);
/* Append the subject in a format; the same to stdout, a table in colours where a person sees it. */
void show_write(struct buf *out, const struct format *f, enum subject subject,
		const struct shown *s);
int show_report(const struct format *f, enum subject subject, struct shown *s, struct err *e);
/* The end of a measurement: write DIR/comparison.csv with all rows, and print the table. Returns an
 * exit code. summary: NULL, or it gets the result in a line, and worse is no exit code. */
int show_finished(const char *dir, struct buf *summary, struct err *e);

/* Path of the noise floor kept for a machine (malloc'ed). */
int show_floor_path(const char *machine, char **out, struct err *e);

/* cmd_guard.c: has DIR's suite a [guard]? */
bool guard_asked(const char *dir);
/* cmd_guard.c: print DIR's report, with keep write DIR/guard.csv, too. summary: NULL, or it gets
 * the result in a line. Returns an exit code; alarm: that of a stale variant. */
int guard_report(const char *dir, const struct options *o, bool keep, int alarm,
		 struct buf *summary, struct err *e);

/* cmd_truth.c: print nr folders, pairs of an exact one and another, held against each other;
 * output: NULL, or the folder for its CSV and picture. summary: NULL, or it gets the result in a
 * line. Returns an exit code. */
int truth_report(char *const *dirs, unsigned nr, const char *output, const struct format *f,
		 struct buf *summary, struct err *e);

/* cmd_letter.c: append DIR's letter to block. */
int letter_block(struct buf *block, const char *dir, const struct options *o, struct err *e);

/* cmd_plot.c: draw DIR's pictures; said: what `fsduel plot` prints. Returns an exit code. */
int plot_folder(const char *dir, const struct options *o, struct buf *said, struct err *e);

/* cmd_report.c: write DIR's page and print where it is. Returns an exit code. */
int report_folder(const char *dir, const struct options *o, struct err *e);

#endif
