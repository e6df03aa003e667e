/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blockdev.c: the users, the content and the facts of a device; see claim.h. */

#include <blkid/blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libmount/libmount.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "runners/cell/claim.h"

#define SIZE_MIN (16u << 20)
#define SYSFS_SECTOR 512 /* whatever the device's own is */
#define UNIQUE_HEX 16    /* of a hash: results are mailed around, serial numbers should not be */
#define SECTOR_MAX 4096  /* a size that is no multiple of it fails with direct I/O */

int blockdev_named_twice(const char *path, const char *destroy, const char *first_name,
			 struct err *e)
{
	if (destroy && !strcmp(destroy, path))
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return destroy ? err_add(e, EINVAL, "--destroy %s, but %s names %s: they must be the same",
				 destroy, first_name, path)
		       : err_add(e, EINVAL, "every cell run formats %s: say --destroy %s too", path,
				 path);
}

/* --- its user ------------------------------------------------------------------ */

static bool is_or_is_on(dev_t dev, dev_t whole)
{
	char *path, *above;
	bool on;

	if (dev == whole)
		return true;
	/* A partition's directory lies in that of its disk. */
	path = xasprintf("/sys/dev/block/%u:%u/..", major(dev), minor(dev));
	above = xasprintf("/sys/dev/block/%u:%u", major(whole), minor(whole));
	on = fs_same(path, above);
	free(path);
	free(above);
	return on;
}

static bool source_is_on(struct libmnt_fs *fs, dev_t dev)
{
	const char *source = mnt_fs_get_srcpath(fs);
	struct stat st;

	return source && !stat(source, &st) && S_ISBLK(st.st_mode) && is_or_is_on(st.st_rdev, dev);
}

/* The user by the kernel's tables of mounts and swaps; NULL: none. Caller frees. */
static char *user_in_tables(dev_t dev)
{
	struct libmnt_iter *i = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_table *mounts = mnt_new_table(), *swaps = mnt_new_table();
	struct libmnt_fs *fs;
	char *user = NULL;

	if (!mnt_table_parse_file(mounts, "/proc/self/mountinfo"))
		while (!user && !mnt_table_next_fs(mounts, i, &fs))
			if (mnt_fs_get_devno(fs) == dev || source_is_on(fs, dev))
				user = xasprintf("it is mounted on %s", mnt_fs_get_target(fs));
	mnt_reset_iter(i, MNT_ITER_FORWARD);
	if (!mnt_table_parse_swaps(swaps, NULL))
		while (!user && !mnt_table_next_fs(swaps, i, &fs))
			if (source_is_on(fs, dev))
				user = xstrdup("the system swaps to it");
	mnt_unref_table(mounts);
	mnt_unref_table(swaps);
	mnt_free_iter(i);
	return user;
}

/* The first path of that pattern below the device's folder in /sys, or NULL. Caller frees. */
static char *find_below(dev_t dev, const char *pattern)
{
	char *all = xasprintf("/sys/dev/block/%u:%u/%s", major(dev), minor(dev), pattern);
	glob_t paths = { 0 };
	char *first = glob(all, 0, NULL, &paths) ? NULL : xstrdup(paths.gl_pathv[0]);

	globfree(&paths);
	free(all);
	return first;
}

static char *holder(dev_t dev)
{
	char *path = find_below(dev, "holders/*");
	char *user = path ? xasprintf("it is part of %s", strrchr(path, '/') + 1) : NULL;

	free(path);
	return user;
}

/* Of a block device or, for a partition, of the disk it is on. NULL: it has none. Caller frees. */
static char *attribute_of(dev_t dev, const char *attribute)
{
	static const char *const above[] = { "", "../" };
	char *line = NULL;

	for (size_t i = 0; i < 2 && !line; i++) {
		char *path = xasprintf("/sys/dev/block/%u:%u/%s%s", major(dev), minor(dev),
				       above[i], attribute);

		line = fs_read_line(path);
		free(path);
	}
	return line;
}

static uint64_t number_of(dev_t dev, const char *attribute)
{
	char *line = attribute_of(dev, attribute);
	uint64_t n = 0;

	if (line && num_parse(line, NUM_COUNT, &n, NULL))
		n = 0;
	free(line);
	return n;
}

/* Two loop devices on one file are one content where the parts that they show overlap. */
static bool share_a_file(dev_t a, dev_t b)
{
	char *x = attribute_of(a, "loop/backing_file"), *y = attribute_of(b, "loop/backing_file");
	const dev_t devs[] = { a, b };
	uint64_t from[2], to[2];
	bool same = x && y && (!strcmp(x, y) || fs_same(x, y));

	for (size_t i = 0; i < 2; i++) {
		from[i] = number_of(devs[i], "loop/offset") +
			  number_of(devs[i], "start") * SYSFS_SECTOR;
		to[i] = from[i] + number_of(devs[i], "size") * SYSFS_SECTOR;
	}
	free(x);
	free(y);
	return same && from[0] < to[1] && from[1] < to[0];
}

static char *user_of_file(dev_t dev)
{
	char *user = NULL, *by;
	glob_t loops = { 0 };
	struct stat st;

	glob("/dev/loop[0-9]*", 0, NULL, &loops);
	for (size_t i = 0; i < loops.gl_pathc && !user; i++) {
		if (stat(loops.gl_pathv[i], &st) || !S_ISBLK(st.st_mode) ||
		    is_or_is_on(dev, st.st_rdev) || !share_a_file(dev, st.st_rdev))
			continue;
		by = user_in_tables(st.st_rdev);
		by = by ? by : holder(st.st_rdev);
		if (by)
			user = xasprintf("its file is behind %s, too: %s", loops.gl_pathv[i], by);
		free(by);
	}
	globfree(&loops);
	return user;
}

char *blockdev_user(dev_t dev)
{
	char *user = user_in_tables(dev);

	user = user ? user : holder(dev);
	return user ? user : user_of_file(dev);
}

/* The tables are looked at besides O_EXCL, for a mount in another namespace. */
int blockdev_open(const char *path, struct stat *st, int *fd, struct err *e)
{
	char *user;
	int ret;

	*fd = -1;
	if (stat(path, st))
		return err_sys(e, errno, "cannot use %s", path);
	if (!S_ISBLK(st->st_mode) && !S_ISREG(st->st_mode)) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL, "%s is neither a file nor a block device", path);
	}
	*fd = open(path, O_RDWR | O_CLOEXEC | (S_ISBLK(st->st_mode) ? O_EXCL : 0));
	if (*fd < 0 && errno == EBUSY)
		return claim_in_use(path, blockdev_user(st->st_rdev), e);
	if (*fd < 0 || fstat(*fd, st))
		return err_sys(e, errno, "cannot open %s for writing", path);
	ret = claim_lock(*fd, path, e);
	user = !ret && S_ISBLK(st->st_mode) ? blockdev_user(st->st_rdev) : NULL;
	return user ? claim_in_use(path, user, e) : ret;
}

int blockdev_check_direct(int fd, const char *path, struct err *e)
{
	char *again = xasprintf("/proc/self/fd/%d", fd);
	int direct = open(again, O_RDONLY | O_DIRECT | O_CLOEXEC), ret = 0;

	if (direct < 0)
		ret = err_sys(e, errno, "direct I/O does not work on %s: use another file system",
			      path);
	else
		close(direct);
	free(again);
	return ret;
}

int blockdev_check_size(uint64_t size, const char *path, struct err *e)
{
	if (size >= SIZE_MIN && size % SECTOR_MAX == 0)
		return 0;
	return err_add(e, EINVAL, "%s has %llu bytes: it takes a multiple of 4096, 16 MiB or more",
		       path, (unsigned long long)size);
}

int blockdev_size(int fd, const struct stat *st, const char *path, uint64_t *size, struct err *e)
{
	*size = (uint64_t)st->st_size;
	if (S_ISBLK(st->st_mode) && ioctl(fd, BLKGETSIZE64, size))
		return err_sys(e, errno, "cannot tell the size of %s", path);
	return blockdev_check_size(*size, path, e);
}

/* --- its content ---------------------------------------------------------------- */

static blkid_probe new_probe(int fd)
{
	blkid_probe pr = blkid_new_probe();

	if (pr && (blkid_probe_set_device(pr, fd, 0, 0) || blkid_probe_enable_superblocks(pr, 1) ||
		   blkid_probe_set_superblocks_flags(pr, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_MAGIC |
								 BLKID_SUBLKS_UUID) ||
		   blkid_probe_enable_partitions(pr, 1) ||
		   blkid_probe_set_partitions_flags(pr, BLKID_PARTS_MAGIC))) {
		blkid_free_probe(pr);
		pr = NULL;
	}
	return pr;
}

/* Partitions that the kernel knows, whether or not there is a table for them. */
static bool has_partitions(int fd)
{
	struct stat st;
	char *path = !fstat(fd, &st) && S_ISBLK(st.st_mode) ? find_below(st.st_rdev, "*/partition")
							    : NULL;

	free(path);
	return path;
}

int blockdev_check_empty(int fd, const char *path, struct err *e)
{
	blkid_probe pr = new_probe(fd);
	const char *type = NULL;
	int found = pr ? blkid_do_safeprobe(pr) : -1, ret = 0;

	if (found == -1)
		ret = err_add(e, EIO, "cannot find out what is on %s, so it stays as it is", path);
	if (!found && blkid_probe_lookup_value(pr, "TYPE", &type, NULL) &&
	    blkid_probe_lookup_value(pr, "PTTYPE", &type, NULL))
		type = NULL;
	if (!found || found == -2)
		ret = err_add(e, EEXIST,
			      "there is something on %s: %s; to lose it: wipefs --all %s", path,
			      found  ? "signatures of several kinds"
			      : type ? type
				     : "a signature",
			      path);
	else if (!ret && has_partitions(fd))
		ret = err_add(e, EEXIST, "%s has partitions; name one of them, or remove them",
			      path);
	blkid_free_probe(pr);
	return ret;
}

int blockdev_wipe(int fd, const char *path, struct err *e)
{
	blkid_probe pr = new_probe(fd);
	bool failed = !pr;

	while (!failed && !blkid_do_probe(pr))
		failed = blkid_do_wipe(pr, 0);
	blkid_free_probe(pr);
	/* The kernel forgets partitions of a table that is gone; a file has none. */
	ioctl(fd, BLKRRPART);
	return failed ? err_add(e, EIO, "cannot take what is on %s off it", path) : 0;
}

char *blockdev_uuid(int fd)
{
	blkid_probe pr = new_probe(fd);
	const char *uuid;
	char *copy = NULL;

	if (pr && !blkid_do_safeprobe(pr) && !blkid_probe_lookup_value(pr, "UUID", &uuid, NULL))
		copy = xstrdup(uuid);
	blkid_free_probe(pr);
	return copy;
}

/* --- its facts ------------------------------------------------------------------- */

char *blockdev_unique(dev_t dev)
{
	/* NVMe, SCSI, virtio, MMC, device mapper, MD, loop; and where a partition begins. */
	static const char *const attributes[] = { "wwid",          "device/wwid",      "serial",
						  "device/serial", "device/cid",       "dm/uuid",
						  "md/uuid",       "loop/backing_file" };
	struct buf all = BUF_INIT;
	char sha[SHA256_HEX], *start = attribute_of(dev, "start");

	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		char *line = attribute_of(dev, attributes[i]);

		if (line && *line)
			buf_addf(&all, "%s=%s\n", attributes[i], line);
		free(line);
	}
	if (all.len)
		buf_addf(&all, "start=%s\n", start ? start : "0");
	sha256_hex(buf_str(&all), all.len, sha);
	sha[UNIQUE_HEX] = '\0';
	free(start);
	start = all.len ? xstrdup(sha) : NULL;
	buf_release(&all);
	return start;
}

void blockdev_facts(dev_t dev, json_t *facts)
{
	static const struct {
		const char *attribute, *name;
	} rows[] = {
		{ "device/model", "model" },
		{ "queue/rotational", "rotational" },
		{ "queue/scheduler", "scheduler" },
		{ "queue/nr_requests", "queue_depth" },
		{ "queue/logical_block_size", "sector_bytes" },
		{ "queue/write_cache", "write_cache" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *value = attribute_of(dev, rows[i].attribute);

		if (value)
			json_object_set_new(facts, rows[i].name, json_string(value));
		free(value);
	}
}
