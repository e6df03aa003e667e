/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder.h: the results folder while it is being filled. Every cell run is a part file of its own
 * (JSON, flushed and renamed into place), so a crash loses at most the cell run under way. The CSVs
 * are the rows of all parts in plan order; each is replaced in one rename, at the end and at long
 * intervals before. run.json is written before the first cell run and at the end.
 *
 *   DIR/run.json         provenance and plan: all that compare needs to trust a pair
 *   DIR/suite.ini        the suite as it was
 *   DIR/parts/KEY.json   one a cell run
 *   DIR/samples.csv, DIR/latency.csv, DIR/series.csv (where some mix has an interval)
 *   DIR/lockstacks.csv, DIR/profile.csv (where that pass was run)
 *   DIR/raw/KEY.perf.data.gz  a recording of a pass, within the suite's budget
 *   DIR/console/KEY.txt  last console lines of cell runs that went wrong
 */
#ifndef FSDUEL_RUNNERS_FOLDER_H
#define FSDUEL_RUNNERS_FOLDER_H

#include <jansson.h>
#include <stdbool.h>

#include "runners/result/result.h"
#include "runners/suite/plan.h"

struct kernel;

struct folder {
	char *dir;
	char run_id[32];
	const struct suite *suite; /* borrowed */
	const struct plan *plan;   /* borrowed */
	json_t *run;               /* run.json while it grows */
	int lock_fd;               /* flock on the folder: one writer at a time */
	struct folder_unit *units; /* the state of each unit of the plan; see folder_impl.h */
	int rows_fd;               /* rows of the CSVs, in a file without a name; -1: none yet */
	uint64_t rows_end;
	uint64_t joined_ns, join_took_ns; /* the last time */
};

/* DIR must not exist, or hold no more than a killed run of this suite has left before its run.json.
 * folder_claim makes and locks it; the caller notes it; folder_begin writes the first file. After
 * either has failed there is nothing to release. */
int folder_claim(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		 struct err *e);
int folder_begin(struct folder *f, struct err *e);
int folder_create(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		  struct err *e);
/* Go on with a folder. -EINVAL with the differences: it holds another plan. */
int folder_open(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		struct err *e);
/* run.json of a results folder; caller decrefs. -errno with a sentence: it is none. */
int folder_read_run(const char *dir, json_t **run, struct err *e);
/* Append the differences between then and now, by name: "what qemu: 9.2, was 8.2; ...". */
void folder_differences(struct buf *b, const char *what, const json_t *then, const json_t *now);

/* Has this unit a part that need not be made again: ok, skipped, or one that stands? */
bool folder_has(const struct folder *f, const struct plan_unit *u);
/* The same for a run that goes on. */
bool folder_had(struct folder *f, const struct plan_unit *u);
/* The unit's part, *r initialised in any case. -ENOENT: there is none; -EINVAL: it is damaged. */
int folder_part(const struct folder *f, const struct plan_unit *u, unsigned *attempt,
		struct result *r, struct err *e);
/* Write the unit's part and take its rows; now and then the CSVs are brought up to date. */
int folder_put(struct folder *f, const struct plan_unit *u, const struct result *r, struct err *e);
/* Write run.json as f->run stands. */
int folder_save_run(struct folder *f, struct err *e);
/* Write the CSVs, and note in f->run which recordings are not kept. */
int folder_join(struct folder *f, struct err *e);
void folder_release(struct folder *f);

/* The paths of files that a kill left half-written in a results folder; only our own. */
void folder_halves(const char *dir, struct strv *paths);

/* --- provenance: members of run.json, so that two results differ only in their kernels ---- */

json_t *provenance_host(void); /* kernel, CPU model, online CPUs, memory */
/* Versions of fsduel and of each tool (NULL ends them), as the tool's first line says it. */
json_t *provenance_tools(const char *const *tools);
json_t *provenance_kernel(const struct kernel *k);

/* --- progress, for the programs that show it ----------------------------------------------- */

/* Told after each cell run, and at times in between with unit NULL. */
struct progress {
	unsigned total, done, failed, running; /* cell runs; done counts the failed ones too */
	uint64_t elapsed_ns, left_ns;          /* left_ns 0: not known yet */
	uint64_t ended_ns;                     /* elapsed when the last cell run ended */
	bool booting;                          /* each kernel once, before any cell run */
	const struct plan_unit *unit;
	const struct result *result;
};

/* "here" cell runs took elapsed_ns; ended: one has just ended. Time left: their mean for each. */
void progress_time(struct progress *p, unsigned here, uint64_t elapsed_ns, bool ended);

#endif
