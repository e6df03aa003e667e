/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disks.h: loop devices on files of ours. The kernel takes one away when its last user has gone,
 * be it killed, so the journal of undo.h does not list them.
 */
#ifndef FSDUEL_RUNNERS_HOST_DISKS_H
#define FSDUEL_RUNNERS_HOST_DISKS_H

#include "lib/err.h"

/* -errno with what to do: this machine has no loop devices, or not for us. */
int loop_supported(struct err *e);

/*
 * Put a loop device with direct I/O on the open file. *fd holds it (read only, which keeps
 * nobody from mounting); it goes when its last user does. Its path goes to dev.
 * -ENOTSUP: the file's file system has no direct I/O.
 */
int loop_attach(int file, const char *path, int *fd, char dev[32], struct err *e);

#endif
