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
#include "dashboards/export/formats.h"
#include "dashboards/letter/letter.h"
#include "tracking/experiment.h"

/* A results folder with all that is shown of it. */
struct shown {
	struct results *r;
	struct comparison c; /* its deciding rows judged, locks and costs held against them */
	struct locks *locks; /* NULL: no locks pass */
	struct costs *costs; /* NULL: no profile pass */
	json_t *floor;       /* of its machine; NULL: none is kept */
};

/*
 * Load DIR and judge it. other: the folder of the patched side, or NULL. Of o count contrast
 * and margin and, for two folders, baseline, patched and force. show_close in any case; s
 * starts as { 0 }.
 */
int show_open(const char *dir, const char *other, const struct options *o, struct shown *s,
	      struct err *e);
void show_close(struct shown *s);

/* Load DIR and its profile; -ENOENT with a sentence where it has none. */
int show_costs_load(const char *dir, struct results **r, struct costs **c, struct err *e);

/* The verdict as an exit code: the first that holds of worse, unmeasured, with strict unsure. */
int show_exit_code(const struct shown *s, bool strict);

/* All of out to stdout: FSDUEL_OK or FSDUEL_MACHINE. */
int show_print(const struct buf *out, struct err *e);
/* Append the comparison in a format; a table is in colours where a person sees it. */
void show_write(struct buf *out, const struct format *f, const struct shown *s, bool strict);
/*
 * The end of a measurement: write DIR/comparison.csv anew, with every row of every contrast
 * and metric, and print the table. Returns an exit code: worse, unmeasured (also cell runs
 * outside all pairs) or fine. summary: NULL, or it gets the result in a line, and worse is
 * no exit code.
 */
int show_finished(const char *dir, struct buf *summary, struct err *e);

/* Path of the noise floor kept for a machine (malloc'ed). */
int show_floor_path(const char *machine, char **out, struct err *e);

/* cmd_guard.c: has DIR's suite a [guard]? */
bool guard_asked(const char *dir);
/*
 * cmd_guard.c: print DIR's report, with keep write DIR/guard.csv, too. summary: NULL, or it
 * gets the result in a line. Of o count format and strict. Returns an exit code; alarm: that
 * of a stale variant.
 */
int guard_report(const char *dir, const struct options *o, bool keep, int alarm,
		 struct buf *summary, struct err *e);

/* cmd_letter.c: append DIR's letter to block. */
int letter_block(struct buf *block, const char *dir, const struct options *o, struct err *e);

/*
 * cmd_plot.c: draw DIR's pictures. said gets the lines that `fsduel plot` prints. Of o count
 * output, contrast, workload and kind. Returns an exit code.
 */
int plot_folder(const char *dir, const struct options *o, struct buf *said, struct err *e);

/* cmd_report.c: write DIR's page and print where it is. Of o count output, contrast and margin. */
int report_folder(const char *dir, const struct options *o, struct err *e);

/*
 * experiment_show.c: print each experiment with its question, kernels and the time that it
 * takes with so many guests (0: one a core). Returns an exit code.
 */
int experiments_print_list(const struct experiments *x, bool unscaled, unsigned guests,
			   struct err *e);
/* Its question, above its results. */
void experiment_print_head(const struct experiment *x, const struct suite *s);
/*
 * Compare the folder and print the table; write comparison.csv, letter.txt, plots/ and
 * report.html. As show_finished with a summary.
 */
int experiment_print_results(const char *folder, struct buf *summary, struct err *e);

#endif
