/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * blockdev.h: may a file or block device be overwritten, and what is known of it? For the disk of a
 * guest and the target of a host run. All checks fail closed.
 */
#ifndef FSDUEL_RUNNERS_BLOCKDEV_H
#define FSDUEL_RUNNERS_BLOCKDEV_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Did the user name path a second time, by --destroy? -EINVAL, FSDUEL_USAGE noted. */
int blockdev_named_twice(const char *path, const char *destroy, const char *first_name,
			 struct err *e);

/*
 * Open for writing, a block device with O_EXCL. -EBUSY says who uses it; -EINVAL, FSDUEL_USAGE
 * noted: neither a file nor a block device. *st is of the open file.
 */
int blockdev_open(const char *path, struct stat *st, int *fd, struct err *e);

/*
 * Its user ("it is mounted on /mnt"), or that of another loop device on the same part of its file;
 * NULL: nobody. Caller frees.
 */
char *blockdev_user(dev_t dev);

/* Does direct I/O work on fd? */
int blockdev_check_direct(int fd, const char *path, struct err *e);

/* -EINVAL below 16 MiB or where it is no multiple of 4096. */
int blockdev_check_size(uint64_t size, const char *path, struct err *e);
int blockdev_size(int fd, const struct stat *st, const char *path, uint64_t *size, struct err *e);

/* -EEXIST: libblkid finds a file system, a partition table, a swap or any other signature. */
int blockdev_check_empty(int fd, const char *path, struct err *e);

/* Take every signature off that libblkid finds. -EIO: there is still something. */
int blockdev_wipe(int fd, const char *path, struct err *e);

/* The UUID of the file system on fd, or NULL. Caller frees. */
char *blockdev_uuid(int fd);

/* A hash of its serial number or the like, the same over boots; NULL: it has none. Caller frees. */
char *blockdev_unique(dev_t dev);

/* Model, rotational, scheduler, queue depth and the like into facts, as far as the kernel says. */
void blockdev_facts(dev_t dev, json_t *facts);

#endif
