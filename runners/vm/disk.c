/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * disk.c: the host's side of a guest's disk; see disk.h. Whether the user's may
 * be overwritten is blockdev.h's to say.
 */
#include "runners/vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/cell/blockdev.h"
#include "runners/tables/mode.h"

#define MIB (1u << 20)

/* --- the user's ------------------------------------------------------------------- */

static json_t *describe(const struct suite *s, const struct stat *st, uint64_t size)
{
	bool block = S_ISBLK(st->st_mode);
	json_t *facts = json_pack("{s:s, s:s, s:s, s:I}", "kind", device_kind_names[s->device.kind],
				  "path", s->device_path, "type", block ? "block device" : "file",
				  "size_bytes", (json_int_t)size);

	if (block)
		blockdev_facts(st->st_rdev, facts);
	return facts;
}

int disk_open(struct disk *d, const struct suite *s, const char *destroy, struct err *e)
{
	const char *path = s->device_path;
	struct stat st;
	uint64_t size;
	int ret;

	*d = (struct disk)DISK_NONE;
	if (!path && destroy) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL, "--destroy %s, but the suite's [device] names no path",
			       destroy);
	}
	if (!path) {
		if (devices[s->device.kind].host_timed)
			d->facts = json_pack("{s:s, s:s, s:I}", "kind",
					     device_kind_names[s->device.kind], "type", "scratch",
					     "size_bytes", (json_int_t)s->device.size_bytes);
		return 0;
	}
	ret = blockdev_named_twice(path, destroy, "the suite's [device]", e);
	if (!ret)
		ret = blockdev_open(path, &st, &d->fd, e);
	if (!ret)
		ret = blockdev_size(d->fd, &st, path, &size, e);
	if (!ret)
		ret = blockdev_check_direct(d->fd, path, e);
	if (!ret)
		ret = blockdev_check_empty(d->fd, path, e);
	if (!ret) {
		d->facts = describe(s, &st, size);
		d->wipe = true;
	} else {
		err_exit(e, FSDUEL_MACHINE);
		disk_release(d);
	}
	return ret;
}

/* --- ours ------------------------------------------------------------------------- */

static int fill(int fd, uint64_t size, const char *dir, struct err *e)
{
	char *zeros = xcalloc(MIB, 1);
	int err = 0;

	for (uint64_t done = 0; done < size && !err;) {
		ssize_t n = write(fd, zeros, size - done < MIB ? size - done : MIB);

		if (n < 0)
			err = errno;
		else
			done += (uint64_t)n;
	}
	free(zeros);
	if (!err && fsync(fd))
		err = errno;
	return err ? err_sys(e, err, "cannot make the guests' disk of %llu MiB in %s",
			     (unsigned long long)(size / MIB), dir)
		   : 0;
}

int disk_scratch(struct disk *d, const struct suite *s, const char *dir, struct err *e)
{
	char *path;
	int ret = 0;

	if (d->fd >= 0 || !devices[s->device.kind].host_timed)
		return 0;
	path = xasprintf("%s/.disk-XXXXXX", dir);
	d->fd = mkostemp(path, O_CLOEXEC);
	if (d->fd < 0)
		ret = err_sys(e, errno, "cannot make the guests' disk in %s", dir);
	else
		unlink(path);
	free(path);
	if (!ret)
		ret = blockdev_check_direct(d->fd, dir, e);
	return ret ? ret : fill(d->fd, s->device.size_bytes, dir, e);
}

void disk_release(struct disk *d)
{
	if (d->wipe)
		blockdev_wipe(d->fd, "the guests' disk", NULL);
	if (d->fd >= 0)
		close(d->fd);
	json_decref(d->facts);
	*d = (struct disk)DISK_NONE;
}
