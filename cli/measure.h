/* SPDX-License-Identifier: GPL-2.0-or-later */
/* measure.h: from a command line to a suite that is measured. */
#ifndef FSDUEL_CLI_MEASURE_H
#define FSDUEL_CLI_MEASURE_H

#include <jansson.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "runners/host/host.h"
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

/* What of a plan is measured on this machine, and on what. */
struct host_part {
	const char *kernel; /* the suite's label of the one that runs; NULL: its only one */
	unsigned block;     /* only this one; 0: all */
	uint64_t settle_ns; /* longest wait for an idle machine before a cell; 0: none */
	struct target_wants target;
	/* Out: */
	struct progress last;
	unsigned elsewhere; /* cell runs that other kernels or blocks still lack */
};
#define SETTLE_NS 10000000000u

/* A suite that a command measures. */
struct job {
	const char *command;     /* "duel", for messages */
	const struct options *o; /* guests, no_snapshot, initramfs, qemu, destroy, quiet */
	const char *dir;         /* the results folder */
	bool resume;             /* go on with it */
	bool same;               /* the same command goes on; else COMMAND --resume DIR */
	struct host_part *host;  /* measure on this machine; NULL: in guests */
	struct begun begun;      /* begun.run is NULL where nothing was resumed */
	struct suite suite;
};

/* Read the suite of the command line (SUITE or -c), else the one of --resume DIR, else usual, which
 * may be NULL. -errno, FSDUEL_USAGE noted. job_release in any case. */
int job_open(struct job *j, const struct call *c, const char *usual,
	     const struct suite_overrides *over, struct err *e);
void job_release(struct job *j);

/* Plan, ask fio about the jobs, say the notes, catch signals. Returns an exit code. */
int job_plan(struct plan *p, const struct job *j, struct progress_line *line, struct err *e);

/* Measure in guests, or on this machine. Returns an exit code; FSDUEL_OK also where cell runs
 * failed. */
int job_measure(struct job *j, struct err *e);
/* The looks of an adaptive run of at most so many blocks. */
void job_set_looks(struct job *j, unsigned max_blocks);
/* The same for the blocks of each look of the suite, until no deciding cell is unsure. */
int job_measure_until_sure(struct job *j, struct err *e);

/* The units of p that DIR lacks, by kernel and block; reads only. reboot_legs_release. */
void legs_missing(struct reboot_legs *l, const char *dir, const struct plan *p);

/* Append a sentence to b where so few blocks allow no verdict. */
void few_blocks_say(const struct plan *p, struct buf *b);

/* fio_ask.c: does this machine's fio take the jobs, with each value of each parameter, and has it
 * their engines? -EINVAL and FSDUEL_USAGE with fio's own words, once a workload; -ENOENT and
 * FSDUEL_MACHINE: there is no fio. */
int fio_ask(const struct plan *p, struct err *e);
/* Where the jobs that are run differ from the suite's files: a sentence each. */
void fio_notes(const struct suite *s, void (*say)(void *arg, const char *sentence), void *arg);

/* plan_json.c: how many blocks a pass measures, from the first one on; 0: none. */
unsigned plan_pass_blocks(const struct suite *s, enum pass pass);
/* plan_json.c: the plan as JSON to stdout. */
int plan_print_json(const struct plan *p, unsigned guests, struct err *e);

#endif
