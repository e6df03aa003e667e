/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target.h: the device or directory that the cells of a host run use. Nothing is made or
 * written before target_check has found nothing wrong; each thing that is made stands in the
 * journal (undo.h) first, and undo_all takes it away.
 */
#ifndef FSDUEL_RUNNERS_HOST_TARGET_H
#define FSDUEL_RUNNERS_HOST_TARGET_H

#include <jansson.h>
#include <stdbool.h>

#include "runners/cell/claim.h"
#include "runners/host/undo.h"
#include "runners/suite/plan.h"

enum target_kind {
	TARGET_IMAGE, /* a loop device with direct I/O on a sparse file in the results folder */
	TARGET_DEVICE,
	TARGET_DIR, /* an existing file system */
	TARGET_NULL_BLK,
	TARGET_RAM, /* as TARGET_IMAGE, but the file is in memory: in the tmpfs of /dev/shm */
};
extern const char *const target_kind_names[]; /* ends with NULL */

/* As the user asked for it. */
struct target_wants {
	enum target_kind kind;
	uint64_t size_bytes;          /* image, ram; 0: that of the suite's [device], as null_blk */
	const char *device, *destroy; /* device: the same path twice */
	const char *dir;
	bool force; /* also a device on which there is something; never one in use */
};

struct target {
	enum target_kind kind;
	struct claim claim; /* of the device, until target_close; dir: none */
	char *device;       /* its path, or what dir lies on */
	char *log_name;     /* the kernel's name for it */
	char *mnt, *work;   /* to mount on, and for scratch files; dir: mnt is made in it */
	bool force;         /* the content of the device may go */
	char *existing;     /* where the file system that holds dir is mounted; NULL: we make one */
	char *dir;
	int dir_fd;    /* keeps that file system from being unmounted; -1: none */
	json_t *facts; /* for run.json */
};

#define TARGET_NONE                                                                                \
	{                                                                                          \
		.claim = CLAIM_NONE, .dir_fd = -1                                                  \
	}

/* Can it be done, and is there room for every cell? output, the results folder, may not be there.
 */
int target_check(const struct target_wants *w, const struct plan *p, const char *output,
		 struct err *e);

/* Make it; the results folder is there. On error undo_all is still due. */
int target_open(struct target *t, const struct target_wants *w, const struct plan *p,
		const char *output, struct undo *u, struct err *e);

/* Once, after all checks: wipe the device where --force allows that. */
int target_begin(struct target *t, struct err *e);

/* Before each cell run: is it still this device, and ours alone? Then make it blank. Or: is the
 * directory still the one that was checked? -EBUSY: somebody uses it; -ENODEV: it is another. */
int target_ready(struct target *t, struct err *e);

/* The fact that tells a device from others of its kind (blockdev_unique), for a resume. */
#define TARGET_UNIQUE "unique"

/* The facts that are equal in all runs into a folder: no names that change from boot to boot. */
json_t *target_identity(const struct target *t);

void target_close(struct target *t); /* accepts TARGET_NONE; takes nothing away */

#endif
