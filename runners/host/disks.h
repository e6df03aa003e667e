/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disks.h: loop devices on our files. The kernel takes unused ones away: they need no journal. */
#ifndef FSDUEL_RUNNERS_HOST_DISKS_H
#define FSDUEL_RUNNERS_HOST_DISKS_H

#include "lib/err.h"

/* -errno with what to do: this machine has no loop devices, or not for us. */
int loop_supported(struct err *e);

/* Put a loop device with direct I/O on the open file. *fd holds it (read only, which keeps nobody
 * from mounting); it goes when its last user does. Its path goes to dev. -ENOTSUP: the file's file
 * system has no direct I/O. */
int loop_attach(int file, const char *path, int *fd, char dev[32], struct err *e);

#endif
