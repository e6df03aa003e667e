/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure.h: from a command line to a suite that is being measured, for the commands
 * that measure: the suite and the folder, a folder that is gone on with, the plan with
 * the questions to fio, and guests measured once or until the cells are decided.
 */
#ifndef FSDUEL_CLI_MEASURE_H
#define FSDUEL_CLI_MEASURE_H

#include <jansson.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "runners/host/reboot.h"
#include "runners/suite/plan.h"

/* The suite and the overrides that a results folder was begun with. */
struct begun {
	json_t *run;                  /* run.json; the strings below live in it */
	const char *suite;            /* its path */
	struct suite_overrides was;   /* but for the passes */
	struct option_strings passes; /* those it has, and those asked for now, each once */
};

/* Read DIR/run.json; asked may be NULL. begun_release in any case; b starts as { 0 }. */
int begun_read(struct begun *b, const char *dir, const struct option_strings *asked, struct err *e);
/* What over left open is as it was. A folder never loses a pass. */
void begun_fill(struct suite_overrides *over, const struct begun *b);
void begun_release(struct begun *b);

/* What the command line puts over the suite's file. */
struct suite_overrides overrides_of(const struct options *o);

/* A suite that a command measures. */
struct job {
	const char *command;     /* "duel", for messages */
	const struct options *o; /* guests, initramfs, qemu, destroy, quiet */
	const char *dir;         /* the results folder */
	bool resume;             /* go on with it */
	bool same;               /* the same command goes on; else COMMAND --resume DIR */
	struct begun begun;      /* begun.run is NULL where nothing was resumed */
	struct suite suite;
};

/*
 * Read the suite that the command line names, by the word SUITE or -c, or else the one
 * that --resume DIR was begun with, or else usual, which may be NULL. running: in mode
 * host, what the kernel is called that runs; NULL: the mode and kernels are the command
 * line's and the folder's. -errno, FSDUEL_USAGE noted. job_release in any case.
 */
int job_open(struct job *j, const struct call *c, const char *usual,
	     const struct suite_overrides *over, struct err *e);
void job_release(struct job *j);

/*
 * Make the plan and ask fio about its jobs; unless a folder is gone on with, say what the
 * user should know before it is measured; catch signals. Returns an exit code; p may be
 * released in any case.
 */
int job_plan(struct plan *p, const struct job *j, struct progress_line *line, struct err *e);

/*
 * Measure in guests. Returns an exit code; FSDUEL_OK also where cell runs failed: the
 * comparison says which.
 */
int job_measure(struct job *j, struct err *e);
/*
 * The same for the blocks of each of the suite's looks in turn, until no deciding cell is
 * unsure. Looks that the folder has the blocks of are not repeated.
 */
int job_measure_until_sure(struct job *j, struct err *e);

/*
 * What of p's units DIR lacks, by kernel and block. Reads beside whoever writes there.
 * reboot_legs_release.
 */
void legs_missing(struct reboot_legs *l, const char *dir, const struct plan *p);

/*
 * Append a sentence to b where no verdict can come of any cell, whatever is measured, or
 * where one more cell that knows two states could prevent it.
 */
void few_blocks_say(const struct plan *p, struct buf *b);

#endif
