/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disks.c: see disks.h; loop(4), linux/loop.h. */
#include "runners/host/disks.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/fs.h"

#define LOOP_CONTROL "/dev/loop-control"
#define ATTACH_TRIES 20 /* another program may take the free one that we were told of */

int loop_supported(struct err *e)
{
	int fd = open(LOOP_CONTROL, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return err_sys(e, errno,
			       "this machine has no loop devices (" LOOP_CONTROL "); "
			       "modprobe loop, or name a device with --device");
	close(fd);
	return 0;
}

/* Sectors of 512 bytes as most disks have, or of 4096 where the file's disk has those. */
static int configure(int loop, int file, struct err *e)
{
	for (uint32_t sector = 512; sector <= 4096; sector *= 8) {
		struct loop_config c = { .fd = (uint32_t)file, .block_size = sector };
		struct loop_info64 info = { 0 };

		c.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
		if (ioctl(loop, LOOP_CONFIGURE, &c)) {
			if (errno == EINVAL && sector == 512)
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

/* Try the free device. Held read only: since 6.8 a writer may keep it from being mounted. */
static int attach(int control, int file, int *fd, char dev[32], struct err *e)
{
	int n = ioctl(control, LOOP_CTL_GET_FREE), loop, ret;

	if (n < 0)
		return err_sys(e, errno, "there is no free loop device");
	snprintf(dev, 32, "/dev/loop%d", n);
	loop = open(dev, O_RDWR | O_CLOEXEC);
	if (loop < 0)
		return err_sys(e, errno, "cannot open %s", dev);
	ret = configure(loop, file, e);
	if (!ret) {
		*fd = open(dev, O_RDONLY | O_CLOEXEC);
		if (*fd < 0)
			ret = err_sys(e, errno, "cannot open %s again", dev);
	}
	close(loop);
	return ret;
}

int loop_attach(int file, const char *path, int *fd, char dev[32], struct err *e)
{
	int control = open(LOOP_CONTROL, O_RDWR | O_CLOEXEC), ret = -EBUSY;

	if (control < 0)
		return loop_supported(e);
	for (int i = 0; i < ATTACH_TRIES && ret == -EBUSY; i++)
		ret = attach(control, file, fd, dev, e);
	close(control);
	if (ret == -EBUSY)
		err_add(e, EBUSY, "other programs take every free loop device");
	else if (ret && ret != -ENOTSUP)
		err_add(e, -ret, "no loop device could be put on %s", path);
	return ret;
}
