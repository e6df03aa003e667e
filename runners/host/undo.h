/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * undo.h: a journal of all that a host run makes on this machine. Each thing is written down
 * and flushed before it is made. undo_all takes it away, in the reverse order: the run calls it
 * at its end, after an error or a signal; after kill -9 or a power loss `fsduel clean` and the
 * next `fsduel run` do. The journal is in $FSDUEL_STATE or /var/lib/fsduel, whose lock ends with
 * the process, so the next holder knows that all items are left over.
 *
 * Nothing is removed for its number or place alone: a mount must have our device and directory,
 * a file the name drawn for it, a file system one of our UUIDs on the device we were given, a
 * setting the value we gave it.
 */
#ifndef FSDUEL_RUNNERS_HOST_UNDO_H
#define FSDUEL_RUNNERS_HOST_UNDO_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

#define BOOT_ID_FILE "/proc/sys/kernel/random/boot_id"

struct undo {
	char *dir; /* the state folder, absolute */
	char *journal;
	char *boot; /* of this boot: what an earlier one had mounted is gone by itself */
	int lock_fd;
	json_t *items; /* as in the journal */
};

#define UNDO_NONE                                                                                  \
	{                                                                                          \
		.lock_fd = -1                                                                      \
	}

/* Find or make the state folder, take its lock, read the journal. -EBUSY: a run is under way. */
int undo_open(struct undo *u, struct err *e);
size_t undo_left(const struct undo *u); /* items in the journal */
void undo_close(struct undo *u);        /* accepts UNDO_NONE */

/* About to be made: 0 when that is on disk. Paths are absolute. */
int undo_file(struct undo *u, const char *path, struct err *e);
int undo_dir(struct undo *u, const char *path, struct err *e);
int undo_mount(struct undo *u, const char *source, const char *dir, struct err *e);
/* File systems of these UUIDs on the device that identity (claim_json) is of; after a restart,
 * which gives other numbers, on one of its size. Both are taken over. */
int undo_wipe(struct undo *u, const char *device, json_t *uuids, json_t *identity, struct err *e);
int undo_nullblk(struct undo *u, const char *name, struct err *e);
/* A setting in /sys or /proc that is about to become value: notes its value of now. */
int undo_sysfs(struct undo *u, const char *path, const char *value, struct err *e);
/* Half-written files (.tmp) in a results folder. */
int undo_results(struct undo *u, const char *dir, struct err *e);

/* Undo everything. said gets a line for each thing that was there. An item that could not be undone
 * stays in the journal; the first -errno is returned. */
int undo_all(struct undo *u, struct strv *said, struct err *e);

/* The kinds of items, for undo.c; the last one has no name. */
struct undo_kind {
	const char *name;
	bool ends_with_boot; /* a restart has taken it away */
	/* Take it away, if it is there and ours, with a line in said. -errno: it is and stays. */
	int (*undo)(const json_t *item, struct strv *said, struct err *e);
};

extern const struct undo_kind undo_kinds[];

#endif
