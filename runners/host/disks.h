/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disks.h: loop devices on files of ours. One is known by the file behind it, never by its
 * number, which anybody may have got in the meantime.
 */
#ifndef FSDUEL_RUNNERS_HOST_DISKS_H
#define FSDUEL_RUNNERS_HOST_DISKS_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/* -errno with what to do: this machine has no loop devices, or not for us. */
int loop_supported(struct err *e);

/*
 * Put a loop device with direct I/O on the open file. *fd holds it (read only, which keeps
 * nobody from mounting); it goes when its last user does. Its path goes to dev.
 * -ENOTSUP: the file's file system has no direct I/O.
 */
int loop_attach(int file, const char *path, int *fd, char dev[32], struct err *e);

/* The file behind a loop device. inode 0: known by its path only. */
struct loop_file {
	const char *path;
	uint64_t device, inode;
};

/* Is what dev names a loop device on this file? */
bool loop_is_on(const char *dev, const struct loop_file *f);
/* The next loop device on this file from number *n on; false: none. */
bool loop_find(const struct loop_file *f, unsigned *n, char dev[32]);
/* Take it away and wait until it is gone. -EBUSY: somebody else uses it. */
int loop_detach(const char *dev, const struct loop_file *f, struct err *e);

#endif
