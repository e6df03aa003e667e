/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * claim.c: see open(2) on O_EXCL, loop(4) and https://systemd.io/BLOCK_DEVICE_LOCKING. Linked into
 * the guest too, so libc and jansson only.
 */
#include "runners/cell/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "runners/cell/mount.h"

#define HEAD_BYTES (128u << 10) /* the first super block of every file system lies in it */
#define UUID_BYTES 16
#define TAKE_TRIES 50
#define TAKE_WAIT_NS 100000000l

/* --- which device it is ------------------------------------------------------------ */

static const struct {
	size_t offset;
	const char *name; /* in the journal; NULL: not there, others may change it later */
	const char *differs;
} rows[] = {
#define ROW(field) offsetof(struct claim_id, field)
	{ ROW(number), "number", "its path leads to another device" },
	{ ROW(size_bytes), "size_bytes", "its size is another" },
	{ ROW(loop_offset), "loop_offset", "it shows another part of its file" },
	{ ROW(loop_limit), "loop_limit", "it shows another part of its file" },
	{ ROW(diskseq), "diskseq", "another disk, or another file, is in its place" },
	{ ROW(loop_flags), NULL, "somebody has detached it (losetup -d) or attached it anew" },
#undef ROW
};
#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

static uint64_t field(const struct claim_id *id, size_t row)
{
	uint64_t v;

	memcpy(&v, (const char *)id + rows[row].offset, sizeof(v));
	return v;
}

static const char *difference(const struct claim_id *a, const struct claim_id *b)
{
	for (size_t i = 0; i < NR_ROWS; i++)
		if (field(a, i) != field(b, i))
			return rows[i].differs;
	return NULL;
}

static int identify(int fd, struct claim_id *id)
{
	struct loop_info64 loop = { 0 };
	struct stat st;

	*id = (struct claim_id){ 0 };
	if (fstat(fd, &st) || ioctl(fd, BLKGETSIZE64, &id->size_bytes))
		return -errno;
	id->number = st.st_rdev;
	if (ioctl(fd, BLKGETDISKSEQ, &id->diskseq))
		id->diskseq = 0;
	/* A loop device without a file says ENXIO: all of it stays 0. */
	if (major(st.st_rdev) == LOOP_MAJOR && !ioctl(fd, LOOP_GET_STATUS64, &loop)) {
		id->loop_offset = loop.lo_offset;
		id->loop_limit = loop.lo_sizelimit;
		id->loop_flags = loop.lo_flags;
	}
	return 0;
}

json_t *claim_json(const struct claim *c)
{
	json_t *j = json_object();

	for (size_t i = 0; i < NR_ROWS; i++)
		if (rows[i].name)
			json_object_set_new(j, rows[i].name,
					    json_integer((json_int_t)field(&c->id, i)));
	return j;
}

static int gone(const struct claim *c, const char *why, struct err *e)
{
	return err_add(e, ENODEV, "%s is no longer the device that was checked: %s", c->name, why);
}

int claim_check(const struct claim *c, struct err *e)
{
	const char *const paths[] = { c->name, c->path };
	const int fds[] = { c->fd, c->excl };

	for (size_t i = 0; i < 2; i++) {
		struct claim_id now;
		const char *why;
		struct stat st;

		if (stat(paths[i], &st))
			return gone(c, "it is not there any more", e);
		if (!S_ISBLK(st.st_mode) || st.st_rdev != c->id.number)
			return gone(c, "its path leads to another device", e);
		if (fds[i] < 0)
			continue;
		if (identify(fds[i], &now))
			return gone(c, strerror(errno), e);
		why = difference(&c->id, &now);
		if (why)
			return gone(c, why, e);
	}
	return 0;
}

/* --- the claim ---------------------------------------------------------------------- */

const char *claim_path(const struct claim *c, char dst[CLAIM_PATH])
{
	snprintf(dst, CLAIM_PATH, "/proc/%d/fd/%d", (int)getpid(), c->fd);
	return dst;
}

static void give_up(struct claim *c)
{
	if (c->excl >= 0)
		close(c->excl);
	c->excl = -1;
}

int claim_in_use(const char *name, char *by, struct err *e)
{
	err_add(e, EBUSY, "%s is in use: %s", name,
		by ? by : "it is mounted, or part of a RAID, LVM, swap or another mapping");
	free(by);
	return -EBUSY;
}

/* A user that the tables name stays; others (see claim_open) leave in a moment. */
static int open_excl(struct claim *c, bool write, struct err *e)
{
	const struct timespec wait = { 0, TAKE_WAIT_NS };
	char *user = c->user ? c->user((dev_t)c->id.number) : NULL;
	char path[CLAIM_PATH];

	claim_path(c, path);
	for (int i = 0; c->excl < 0 && !user && i < TAKE_TRIES; i++) {
		if (i)
			nanosleep(&wait, NULL);
		c->excl = open(path, (write ? O_RDWR : O_RDONLY) | O_EXCL | O_CLOEXEC);
		if (c->excl < 0 && errno != EBUSY)
			return err_sys(e, errno, "cannot open %s%s", c->name,
				       write ? " for writing" : "");
		if (c->excl < 0 && c->user)
			user = c->user((dev_t)c->id.number);
	}
	c->write = write;
	if (c->excl < 0)
		return claim_in_use(c->name, user, e);
	free(user);
	return 0;
}

/* udev holds a shared lock while it looks at a device that was closed after writing. */
int claim_lock(int fd, const char *path, struct err *e)
{
	const struct timespec wait = { 0, TAKE_WAIT_NS };

	for (int i = 1; flock(fd, LOCK_EX | LOCK_NB); i++) {
		if (errno != EWOULDBLOCK || i == TAKE_TRIES)
			return err_add(e, EBUSY, "another program has a lock on %s", path);
		nanosleep(&wait, NULL);
	}
	return 0;
}

int claim_take(struct claim *c, bool write, struct err *e)
{
	int ret = 0;

	if (c->excl < 0 || (write && !c->write)) {
		give_up(c);
		ret = open_excl(c, write, e);
		if (!ret)
			ret = claim_lock(c->excl, c->name, e);
	}
	if (!ret)
		ret = claim_check(c, e);
	if (ret)
		give_up(c);
	return ret;
}

int claim_lend(struct claim *c, struct err *e)
{
	int ret = claim_check(c, e);

	give_up(c);
	return ret;
}

int claim_open(struct claim *c, const char *name, bool write, claim_user_fn user, struct err *e)
{
	struct stat st;
	int ret = 0, read_only = 0;

	*c = (struct claim){ .name = xstrdup(name),
			     .path = realpath(name, NULL),
			     .user = user,
			     .fd = -1,
			     .excl = -1 };
	if (c->path)
		c->fd = open(c->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (c->fd < 0 || fstat(c->fd, &st))
		ret = err_sys(e, errno, "cannot use %s", name);
	else if (!S_ISBLK(st.st_mode))
		ret = err_add(e, ENOTBLK, "%s is no block device", name);
	else if ((ret = identify(c->fd, &c->id)))
		err_sys(e, -ret, "cannot tell what %s is", name);
	else if (!ioctl(c->fd, BLKROGET, &read_only) && read_only)
		ret = err_add(e, EROFS, "%s is read-only", name);
	if (!ret)
		ret = claim_take(c, write, e);
	if (ret)
		claim_release(c);
	return ret;
}

void claim_release(struct claim *c)
{
	give_up(c);
	if (c->fd >= 0)
		close(c->fd);
	free(c->name);
	free(c->path);
	*c = CLAIM_NONE;
}

/* --- its content -------------------------------------------------------------------- */

int claim_blank(struct claim *c, struct err *e)
{
	static const char zeros[HEAD_BYTES];
	uint64_t range[2] = { 0, c->id.size_bytes };
	int ret = claim_take(c, true, e);

	if (ret)
		return ret;
	if (ioctl(c->excl, BLKDISCARD, range) && errno != EOPNOTSUPP && errno != ENOTTY)
		return err_sys(e, errno, "cannot discard what is on %s", c->name);
	if (pwrite(c->excl, zeros, sizeof(zeros), 0) != (ssize_t)sizeof(zeros) || fsync(c->excl))
		return err_sys(e, errno, "cannot overwrite the head of %s", c->name);
	return 0;
}

int claim_carries(const struct claim *c, uint64_t at, const char *uuid, struct err *e)
{
	unsigned char b[UUID_BYTES];
	struct buf there = BUF_INIT;
	int ret = 0;

	if (pread(c->fd, b, sizeof(b), (off_t)at) != (ssize_t)sizeof(b))
		return err_sys(e, errno, "cannot read %s", c->name);
	for (size_t i = 0; i < sizeof(b); i++)
		buf_addf(&there, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
	if (strcmp(buf_str(&there), uuid))
		ret = err_add(e, EIO,
			      "the new file system is not on %s: mkfs wrote elsewhere, or nothing",
			      c->name);
	buf_release(&there);
	return ret;
}

/* btrfs has a number of its own for each mount: the table of mounts says on which device it is. */
static dev_t source_of(const char *dir)
{
	struct strv found = STRV_INIT;
	struct stat st;
	bool block = !mount_find(dir, &found) && !stat(found.v[0], &st) && S_ISBLK(st.st_mode);

	strv_release(&found);
	return block ? st.st_rdev : 0;
}

int claim_mounted(const struct claim *c, const char *dir, struct err *e)
{
	struct stat st;

	if (stat(dir, &st))
		return err_sys(e, errno, "cannot look at %s", dir);
	if (st.st_dev == c->id.number || (!major(st.st_dev) && source_of(dir) == c->id.number))
		return 0;
	return err_add(e, ENODEV, "%s is not mounted on %s: something else is", c->name, dir);
}
