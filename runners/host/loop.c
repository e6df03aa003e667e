/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop.c: see loop.h; loop(4) and linux/loop.h. */
#include "runners/host/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"

#define CONTROL "/dev/loop-control"
#define NUMBERS 4096    /* looked at, far above what any machine has */
#define ATTACH_TRIES 20 /* another program may take the free one that we were told of */
#define GONE_TRIES 250
#define GONE_WAIT_NS 20000000

int loop_supported(struct err *e)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno,
			       "this machine has no loop devices (" CONTROL "); "
			       "modprobe loop, or name a device with --device");
	close(fd);
	return 0;
}

/* Sectors of 512 bytes as most disks have, or of 4096 where the file's disk has those. */
static int configure(int loop, int file, struct err *e)
{
	static const uint32_t sectors[] = { 512, 4096 };

	for (size_t i = 0; i < sizeof(sectors) / sizeof(sectors[0]); i++) {
		struct loop_config c = { .fd = (uint32_t)file, .block_size = sectors[i] };
		struct loop_info64 info = { 0 };

		c.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
		if (ioctl(loop, LOOP_CONFIGURE, &c)) {
			if (errno == EINVAL && i == 0)
				continue;
			return -errno;
		}
		if (!ioctl(loop, LOOP_GET_STATUS64, &info) && info.lo_flags & LO_FLAGS_DIRECT_IO)
			return 0;
		ioctl(loop, LOOP_CLR_FD);
	}
	return err_add(e, ENOTSUP,
		       "the kernel does not do direct I/O on the image behind the loop "
		       "device; choose an output folder on another file system");
}

/*
 * Keep it by a descriptor for reading only: since 6.8 a kernel may refuse to
 * mount what somebody has open for writing.
 */
static int keep(int loop, const char *dev, int *fd, struct err *e)
{
	int ret = 0;

	*fd = open(dev, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		ret = err_sys(e, errno, "cannot open %s again", dev);
	close(loop);
	return ret;
}

int loop_attach(int file, const char *path, int *fd, char dev[32], struct err *e)
{
	int control = open(CONTROL, O_RDWR | O_CLOEXEC), ret = -EBUSY;

	if (control < 0)
		return loop_supported(e);
	for (int i = 0; i < ATTACH_TRIES && ret == -EBUSY; i++) {
		int n = ioctl(control, LOOP_CTL_GET_FREE), loop;

		if (n < 0) {
			ret = err_sys(e, errno, "there is no free loop device");
			break;
		}
		snprintf(dev, 32, "/dev/loop%d", n);
		loop = open(dev, O_RDWR | O_CLOEXEC);
		if (loop < 0) {
			ret = err_sys(e, errno, "cannot open %s", dev);
			break;
		}
		ret = configure(loop, file, e);
		if (!ret)
			ret = keep(loop, dev, fd, e);
		else
			close(loop);
	}
	close(control);
	if (ret == -EBUSY)
		err_add(e, EBUSY, "other programs take every free loop device");
	else if (ret && ret != -ENOTSUP)
		err_add(e, -ret, "no loop device could be put on %s", path);
	return ret;
}

/* --- whose it is ------------------------------------------------------------------ */

/* By the name of the file alone, which we drew: a device of others is not even opened. */
static bool names_it(const char *dev, const struct loop_file *f)
{
	static const char deleted[] = " (deleted)";
	char *path = xasprintf("/sys/block/%s/loop/backing_file", dev + strlen("/dev/"));
	char *backing = fs_read_line(path);
	const char *ours = strrchr(f->path, '/') + 1, *name = NULL;
	bool same = false;

	if (backing && strrchr(backing, '/')) {
		size_t len = strlen(ours);

		name = strrchr(backing, '/') + 1;
		same = !strncmp(name, ours, len) && (!name[len] || !strcmp(name + len, deleted));
	}
	/* Without its inode, the whole path. */
	if (same && !f->inode)
		same = !strcmp(backing, f->path);
	free(path);
	free(backing);
	return same;
}

static bool fd_is_on(int fd, const char *dev, const struct loop_file *f)
{
	struct loop_info64 info = { 0 };

	return !ioctl(fd, LOOP_GET_STATUS64, &info) && names_it(dev, f) &&
	       (!f->inode || (info.lo_inode == f->inode && info.lo_device == f->device));
}

bool loop_is_on(const char *dev, const struct loop_file *f)
{
	int fd;
	bool on;

	if (strncmp(dev, "/dev/loop", strlen("/dev/loop")) || !names_it(dev, f))
		return false;
	fd = open(dev, O_RDONLY | O_CLOEXEC);
	on = fd >= 0 && fd_is_on(fd, dev, f);
	if (fd >= 0)
		close(fd);
	return on;
}

bool loop_find(const struct loop_file *f, unsigned *n, char dev[32])
{
	for (; *n < NUMBERS; (*n)++) {
		snprintf(dev, 32, "/dev/loop%u", *n);
		if (loop_is_on(dev, f))
			return true;
	}
	return false;
}

int loop_detach(const char *dev, const struct loop_file *f, struct err *e)
{
	const struct timespec wait = { 0, GONE_WAIT_NS };
	int fd = open(dev, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s", dev);
	if (fd_is_on(fd, dev, f) && ioctl(fd, LOOP_CLR_FD) && errno != ENXIO) {
		int ret = err_sys(e, errno, "cannot take %s off %s", dev, f->path);

		close(fd);
		return ret;
	}
	close(fd);
	for (int i = 0; i < GONE_TRIES && loop_is_on(dev, f); i++)
		nanosleep(&wait, NULL);
	if (loop_is_on(dev, f))
		return err_add(e, EBUSY,
			       "%s is ours, but somebody else uses it (mounted elsewhere?); "
			       "it goes when they stop",
			       dev);
	return 0;
}
