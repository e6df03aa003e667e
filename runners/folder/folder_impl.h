/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder_impl.h: what the files of the results folder share; for them only. */
#ifndef FSDUEL_RUNNERS_FOLDER_IMPL_H
#define FSDUEL_RUNNERS_FOLDER_IMPL_H

#include "lib/schema.h"
#include "runners/folder/folder.h"

/* All that a reader of run.json needs to know what should be there. */
json_t *folder_describe(const struct folder *f);

/* Does run.json as it was found (old) allow to go on with what f->run says now? */
int folder_check_same(const struct folder *f, const json_t *old, struct err *e);

/* The first columns of every row of a unit, and the room their numbers need. */
struct folder_who {
	const char *field[SCHEMA_WHO_N];
	char block[16], seed[24], position[16], attempt[16];
};

/* Rows of lockstacks.csv and of profile.csv. */
void folder_add_locks(struct buf *b, const struct folder_who *w, const struct lock_stacks *s);
void folder_add_profile(struct buf *b, const struct folder_who *w, const struct profile *p);

/* All files that there may be; from FOLDER_PART on one a unit. */
/* clang-format off */
enum folder_file {
	FOLDER_RUN, FOLDER_SUITE, FOLDER_SAMPLES, FOLDER_LATENCY, FOLDER_SERIES, FOLDER_LOCKSTACKS,
	FOLDER_PROFILE, FOLDER_COMPARISON, FOLDER_LOOKS, FOLDER_GUARD, FOLDER_FLOOR, FOLDER_PART,
	FOLDER_CONSOLE, FOLDER_RAW_LOCKS, FOLDER_RAW_PROFILE, NR_FOLDER_FILES
};
/* clang-format on */

/* Where it is; u is NULL for a file that is no unit's. Caller frees. */
char *folder_path(const struct folder *f, enum folder_file file, const struct plan_unit *u);
/* Write it (fs_write_atomic), and its directory first where it is not there. */
int folder_write(const struct folder *f, enum folder_file file, const struct plan_unit *u,
		 const void *data, size_t len, struct err *e);
/* Is a file of this name in dir ("" or one below the folder) half of one of them? */
bool folder_is_half(const char *dir, const char *name);
int folder_make_dir(const struct folder *f, const char *name, struct err *e);

/*
 * Keep the unit's recording and what was said of it in DIR/raw, and drop the oldest
 * recordings there until all of it is within the suite's budget.
 */
int folder_put_raw(struct folder *f, const struct plan_unit *u, const struct result *r,
		   struct err *e);

/* Recordings that are not kept, of those made. */
struct folder_raw {
	unsigned recorded, dropped, too_long;
};

void folder_count_raw(struct folder_raw *c, const struct folder *f, const struct plan_unit *u,
		      const struct result *r);
/* Say it in run.json's notes, in the place of what was said before. */
void folder_note_raw(struct folder *f, const struct folder_raw *c);

#endif
