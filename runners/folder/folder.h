/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * folder.h: the results folder while it is being filled. Every cell run is a
 * part file of its own (JSON, flushed and renamed into place), so a crash loses
 * at most the cell run under way. samples.csv, latency.csv and series.csv are the parts
 * joined in plan order and replaced in one rename. run.json is written before
 * the first cell run and again at the end.
 *
 *   DIR/run.json       provenance and plan: what compare needs to trust a pair
 *   DIR/suite.ini      the suite as it was
 *   DIR/parts/KEY.json one a cell run
 *   DIR/samples.csv, DIR/latency.csv, DIR/series.csv (where some mix has an interval)
 *   DIR/lockstacks.csv (where a locks pass was run)
 *   DIR/raw/KEY.perf.data.gz  what that was reduced from, within the suite's budget
 *   DIR/console/KEY.txt  last console lines of cell runs that went wrong
 */
#ifndef FSDUEL_RUNNERS_FOLDER_H
#define FSDUEL_RUNNERS_FOLDER_H

#include <jansson.h>
#include <stdbool.h>

#include "runners/suite/plan.h"
#include "runners/result/result.h"

struct folder {
	char *dir;
	char run_id[32];
	const struct suite *suite; /* borrowed */
	const struct plan *plan;   /* borrowed */
	json_t *run;               /* run.json while it grows */
	int lock_fd;               /* flock on the folder: one writer at a time */
};

/*
 * DIR must not exist, or be empty, or hold no more than what a run that was killed in
 * here left. In two steps for who must note the folder before a file is in it:
 * folder_claim makes and locks it, folder_begin writes the first files. After either
 * has failed there is nothing to release.
 */
int folder_claim(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		 struct err *e);
int folder_begin(struct folder *f, struct err *e);
int folder_create(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		  struct err *e);
/*
 * Go on with a folder: all that decides a sample (seed, mode, device, mounts, variants, cells
 * and their work) must be what it was, and no block or pass may be gone, else -EINVAL with the
 * names of what differs. *run is then the run.json found.
 */
int folder_open(struct folder *f, const char *dir, const struct suite *s, const struct plan *p,
		struct err *e);
/* Append what of now differs from then, by name: "what qemu: 9.2, was 8.2; what cpus: ...". */
void folder_differences(struct buf *b, const char *what, const json_t *then, const json_t *now);
/* Is there a part for this unit whose status is ok, or skipped? (Failed ones are run again.) */
bool folder_has(const struct folder *f, const struct plan_unit *u);
/* The same, and such a part is shown to see (may be NULL). */
typedef void folder_see(void *arg, const struct plan_unit *u, const struct result *r);
bool folder_had(const struct folder *f, const struct plan_unit *u, folder_see *see, void *arg);
/*
 * The unit's part: *r (initialised here in any case) and how often it was tried. -ENOENT: there is
 * none; -EINVAL: it cannot be read, with a sentence.
 */
int folder_part(const struct folder *f, const struct plan_unit *u, unsigned *attempt,
		struct result *r, struct err *e);
/* Write the unit's part. attempt counts up over resumes. */
int folder_put(struct folder *f, const struct plan_unit *u, const struct result *r, struct err *e);
/* Write run.json as f->run stands. */
int folder_save_run(struct folder *f, struct err *e);
/* Join the parts into the CSVs, and note in f->run what they found effective and which recordings
 * are not kept. */
int folder_join(struct folder *f, struct err *e);
void folder_release(struct folder *f);

/* What a kill left half-written in a results folder: paths. Files of others are not among them. */
void folder_halves(const char *dir, struct strv *paths);

#endif
