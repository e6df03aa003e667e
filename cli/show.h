/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show.h: a results folder loaded and judged (show.c), and the outputs of one command
 * that other commands make as well (in that command's file).
 */
#ifndef FSDUEL_CLI_SHOW_H
#define FSDUEL_CLI_SHOW_H

#include "analysis/compare/compare.h"
#include "analysis/costs/costs.h"
#include "cli/command.h"
#include "dashboards/letter/letter.h"

/* A results folder with all that is shown of it. */
struct shown {
	struct results *r;
	struct comparison c; /* its deciding rows judged, locks and costs held against them */
	struct locks *locks; /* NULL: no locks pass */
	struct costs *costs; /* NULL: no profile pass */
	json_t *floor;       /* of its machine; NULL: none is kept */
};

/*
 * Load DIR and judge it. other: a second folder, the patched side of DIR, or NULL. Of o
 * count contrast and margin and, for two folders, baseline, patched and force. show_close
 * in any case; s starts as { 0 }.
 */
int show_open(const char *dir, const char *other, const struct options *o, struct shown *s,
	      struct err *e);
void show_close(struct shown *s);

/* Load DIR and its profile; -ENOENT with a sentence where it has none. */
int show_costs_load(const char *dir, struct results **r, struct costs **c, struct err *e);

/*
 * The verdict as an exit code: the first that holds of worse, unmeasured, unsure where
 * that is asked for, fine. finished: a measurement ends here, so a cell run outside all
 * pairs counts as well.
 */
int show_exit_code(const struct shown *s, bool strict, bool finished);

/* All of out to stdout; on failure FSDUEL_MACHINE, else FSDUEL_OK. */
int show_print(const struct buf *out, struct err *e);
/* Append the table, in colours where a person sees it. */
void show_table(struct buf *out, const struct shown *s);
/*
 * The end of a measurement: DIR/comparison.csv written anew, with every row of every
 * contrast and metric, then the table with all defaults printed. Returns an exit code.
 */
int show_finished(const char *dir, struct err *e);

/* Path of the noise floor kept for a machine (malloc'ed). */
int show_floor_path(const char *machine, char **out, struct err *e);

/* cmd_guard.c: has DIR's suite a [guard]? */
bool guard_asked(const char *dir);
/*
 * cmd_guard.c: print DIR's report, and write DIR/guard.csv where keep is set; its first
 * line is appended to summary, which may be NULL. Of o count format and strict. Returns
 * an exit code as `compare` does; alarm is that of a stale variant.
 */
int guard_report(const char *dir, const struct options *o, bool keep, int alarm,
		 struct buf *summary, struct err *e);

/* cmd_letter.c: append DIR's letter to block. */
int letter_block(struct buf *block, const char *dir, const struct options *o, struct err *e);

/*
 * cmd_plot.c: draw DIR's pictures. said gets the lines that `fsduel plot` prints: where
 * each picture is, or the pictures themselves, and which are not drawn and why. Of o count
 * output, contrast, workload, kind and ascii. Returns an exit code.
 */
int plot_folder(const char *dir, const struct options *o, struct buf *said, struct err *e);

/* cmd_report.c: write DIR's page and print where it is. Of o count output, contrast and margin. */
int report_folder(const char *dir, const struct options *o, struct err *e);

#endif
