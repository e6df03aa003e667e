/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount.h: a device formatted and mounted, by mount(2), since the guest has no libmount. */
#ifndef FSDUEL_RUNNERS_MOUNT_H
#define FSDUEL_RUNNERS_MOUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/tables/mode.h"
#include "runners/tables/fs_type.h"

/* Part options ("noatime,nodelalloc") into flags of mount(2) and the rest, appended to data. */
void mount_split(const char *options, unsigned long *flags, struct buf *data);

/* The first line in which a program says its version. NULL: it does not. Caller frees. */
char *program_version(const char *program, const atomic_int *stop);

/* Run mkfs (without the device) on device. */
int mount_mkfs(const struct strv *mkfs, const char *device, const atomic_int *stop, struct err *e);

/* Run the checker on an unmounted device. -EUCLEAN with its first finding: it is not clean. */
int mount_check(const struct fs_type *fs, const char *device, const atomic_int *stop,
		struct err *e);

int mount_do(const struct fs_type *fs, const char *options, const char *device, const char *dir,
	     struct err *e);

/* The kernel's name for a device. NULL: errno says why. Caller frees. */
char *mount_device_name(const char *device);

/* Append the options in effect, one a line: of fs->options_file and
 * the VFS, or else of /proc/self/mounts. */
int mount_effective(const struct fs_type *fs, const char *device, const char *dir, struct buf *out,
		    struct err *e);

/* Unmount dir, tried for two seconds while it is busy. -EBUSY: detached; its device is in use. */
int mount_undo(const char *dir, struct err *e);

/* Write back everything dirty and drop the page cache, dentries and inodes of the machine. */
int mount_drop_caches(struct err *e);

/* The source of the mount on dir, the last of several, and its options. -ENOENT: there is none. */
int mount_find(const char *dir, struct strv *found);

/* Is this line in text, a list of lines? */
bool mount_has_option(const char *text, const char *line);

/* --- devices that are made --- */

/* Make the device; item is its name in configfs and in /dev. -ENODEV: there is no null_blk. */
int nullblk_create(const struct suite_device *d, const char *item, char dev[32], struct err *e);
int nullblk_supported(struct err *e);
/* 1: removed; 0: it was not there. */
int nullblk_remove(const char *item, struct err *e);

/* In the guest: make the suite's device, or wait for it. -ENODEV: there is no driver for it. */
int device_make(const struct suite_device *d, char dev[32], struct err *e);

#endif
