/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder_impl.h: shared by the C files of the results folder, and for them only. */
#ifndef FSDUEL_RUNNERS_FOLDER_IMPL_H
#define FSDUEL_RUNNERS_FOLDER_IMPL_H

#include "lib/schema.h"
#include "runners/folder/folder.h"

/* --- folder_describe.c, folder_same.c -------------------------------------------------- */

/* run.json as far as suite and plan decide it. */
json_t *folder_describe(const struct folder *f);

/* Does run.json as it was found (old) allow to go on with f->run as it is now? */
int folder_check_same(const struct folder *f, const json_t *old, struct err *e);

/* --- folder_files.c ---------------------------------------------------------------------- */

/* All files that there may be; from FOLDER_PART on one a unit. */
/* clang-format off */
enum folder_file {
	FOLDER_RUN, FOLDER_SUITE, FOLDER_SAMPLES, FOLDER_LATENCY, FOLDER_SERIES, FOLDER_LOCKSTACKS,
	FOLDER_PROFILE, FOLDER_COMPARISON, FOLDER_LOOKS, FOLDER_GUARD, FOLDER_FLOOR, FOLDER_PART,
	FOLDER_CONSOLE, FOLDER_RAW_LOCKS, FOLDER_RAW_PROFILE, NR_FOLDER_FILES
};
/* clang-format on */

/* Its path; u is NULL for a file that is no unit's. Caller frees. */
char *folder_path(const struct folder *f, enum folder_file file, const struct plan_unit *u);
/* Write it (fs_write_atomic), and its directory first where it is not there. */
int folder_write(const struct folder *f, enum folder_file file, const struct plan_unit *u,
		 const void *data, size_t len, struct err *e);

void folder_remove(const struct folder *f, enum folder_file file, const struct plan_unit *u);

/* Keep the unit's recording where all are within the suite's budget; the former one goes. */
int folder_put_raw(struct folder *f, const struct plan_unit *u, const struct result *r,
		   struct err *e);
/* Say in run.json's notes how many recordings are not kept. */
void folder_note_raw(struct folder *f);

/* --- folder_rows.c ------------------------------------------------------------------------ */

#define NR_TABLES 5

struct folder_unit {
	bool known;       /* attempt and stands are */
	bool stands;      /* it need not be made again */
	bool taken;       /* the rest is known, too */
	bool ok;          /* its status */
	unsigned attempt; /* 0: it has no part */
	unsigned tables;  /* bit i: table i is there because of it, be it without a row */
	uint64_t at;      /* in rows_fd: its rows of all tables, one table after the other */
	size_t len[NR_TABLES];
};

/* Keep the rows of a unit's part. */
int folder_take(struct folder *f, const struct plan_unit *u, const struct result *r, struct err *e);

#endif
