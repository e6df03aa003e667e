/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.h: what of the host a guest gets as its disk: a scratch file of our own,
 * or a file or block device that the user named twice. Every cell run formats
 * it, so the checks here are all that stands between a slip and lost data: they
 * fail closed. The descriptor is held while the duel runs, so nobody mounts the
 * device meanwhile; QEMU gets it by number.
 */
#ifndef FSDUEL_RUNNERS_DISK_H
#define FSDUEL_RUNNERS_DISK_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/err.h"
#include "runners/suite/suite.h"

struct disk {
	int fd;        /* -1: none */
	json_t *facts; /* kind, path, size, model...; part of the machine. NULL: the guest has its
			  own */
	bool wipe;     /* ours to leave without a file system at the end */
};

#define DISK_NONE                                                                                  \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/*
 * Open what the suite's [device] names. destroy is --destroy, or NULL: it must be the same path.
 * -EINVAL, FSDUEL_USAGE noted: not named twice, or neither a file nor a block
 * device. Other -errno: in use, not empty (a file system, a partition table or
 * the like is on it), no direct I/O. Without a path nothing is opened yet.
 */
int disk_open(struct disk *d, const struct suite *s, const char *destroy, struct err *e);

/*
 * Where the suite wants a disk of the host's and names none: a file of its size
 * in dir, filled (so that the host allocates nothing while measuring) and with
 * no name any more, so that it goes with this process however that ends.
 */
int disk_scratch(struct disk *d, const struct suite *s, const char *dir, struct err *e);

/* Take file systems of ours off the user's disk and close it. Accepts DISK_NONE. */
void disk_release(struct disk *d);

#endif
