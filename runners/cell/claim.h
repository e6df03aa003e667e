/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claim.h: a block device that is ours for a whole run, and proof each time before something is
 * written to it that it still is this very device, and nobody else's. By two descriptors:
 *   fd    read-only, not exclusive, open from the first look to the end: until it is closed
 *         the kernel gives the device's number to nothing else. A mount tolerates it.
 *   excl  O_EXCL, with flock(2) so that udev looks elsewhere: until it is closed nobody can
 *         mount the device, swap to it or make it part of another. It is opened through fd
 *         (/proc/self/fd), never by a path, and all our discards and writes go through it.
 * mkfs and mount(2) want the device for themselves, so excl is given up right before each of them
 * (claim_lend) and taken again right after (claim_take); both check that the device is the same.
 * Programs get /proc/PID/fd/FD as its path. Before mkfs the device is blank (claim_blank), and
 * afterwards it carries the UUID of this mkfs (claim_carries); after mount(2) the directory is on
 * it (claim_mounted). Closing a descriptor that was open for writing makes udev look, and desktops
 * mount; so excl stays open for writing until the next cell's device is blank.
 */
#ifndef FSDUEL_RUNNERS_CLAIM_H
#define FSDUEL_RUNNERS_CLAIM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Who uses a device, as a clause ("it is mounted on /mnt"), or NULL. Caller frees. */
typedef char *(*claim_user_fn)(dev_t dev);

/* Marks of a device. 0: it has none, or the kernel does not say. */
struct claim_id {
	uint64_t number; /* dev_t */
	uint64_t size_bytes;
	uint64_t diskseq; /* BLKGETDISKSEQ: another for each disk and attached file */
	uint64_t loop_offset, loop_limit; /* the part of its file that a loop device shows */
	uint64_t loop_flags;
};

struct claim {
	char *name, *path; /* as the user said it; without links */
	claim_user_fn user;
	struct claim_id id;
	int fd, excl; /* excl -1: lent, or its mount has the device */
	bool write;   /* excl is open for writing */
};

#define CLAIM_NONE ((struct claim){ .fd = -1, .excl = -1 })

/* Find the device out and claim it. -EBUSY: somebody has it for more than five seconds; user (or
 * NULL) says who. -ENOTBLK: it is no block device. On error there is nothing to release. */
int claim_open(struct claim *c, const char *name, bool write, claim_user_fn user, struct err *e);
void claim_release(struct claim *c); /* accepts CLAIM_NONE */

/* -EBUSY: the device is in use; by says by whom (taken over), or NULL: nobody knows. */
int claim_in_use(const char *name, char *by, struct err *e);
/* The lock by which udev knows that a device is not its business; waited for likewise. */
int claim_lock(int fd, const char *path, struct err *e);

/* -ENODEV: it is not the device that claim_open found, or its path leads elsewhere now. */
int claim_check(const struct claim *c, struct err *e);

/* Before a program or mount(2): checked, then given up. */
int claim_lend(struct claim *c, struct err *e);
/* Right after it, or when a mount has ended: taken again, then checked. */
int claim_take(struct claim *c, bool write, struct err *e);

/* dst, the path to give to a program, good as long as fd is open. */
#define CLAIM_PATH 48
const char *claim_path(const struct claim *c, char dst[CLAIM_PATH]);

/* Discard all of it, where it can, and overwrite its head: no super block is left there. */
int claim_blank(struct claim *c, struct err *e);
/* Does it carry this UUID at this place? -EIO: no, the program wrote elsewhere. */
int claim_carries(const struct claim *c, uint64_t at, const char *uuid, struct err *e);
/* Is the file system on dir on this device? -ENODEV: no. */
int claim_mounted(const struct claim *c, const char *dir, struct err *e);

/* The marks of this device in this boot, for the journal. */
json_t *claim_json(const struct claim *c);

/* --- may a file or device be overwritten, and what is known of it? (blockdev.c) --- */

/* Did the user name path a second time, by --destroy? -EINVAL, FSDUEL_USAGE noted. */
int blockdev_named_twice(const char *path, const char *destroy, const char *first_name,
			 struct err *e);

/* A file or block device, opened for writing, with O_EXCL. -EBUSY says who uses it. */
int blockdev_open(const char *path, struct stat *st, int *fd, struct err *e);

/* A claim_user_fn; another loop device on the same part of its file counts, too. */
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
