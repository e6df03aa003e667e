/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_overwrite: pwrite past the page cache, inside the file. Whether it is a
 * pure overwrite (shared lock on ext4) or must allocate or convert (exclusive)
 * is what extents, bs and region_start say. bs below the file system's block
 * makes unaligned writes; the device's own block is the least it takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "workloads/role.h"

static int64_t dio_overwrite_op(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pwrite(t->fd, t->buf, t->bs, (off_t)offset);

	return n < 0 ? -errno : n;
}

const struct role role_dio_overwrite = {
	.name = "dio_overwrite",
	.help = "direct writes inside the file (pwrite, O_DIRECT)",
	.open_flags = O_WRONLY | O_DIRECT,
	.needs_fd = true,
	.writes = true,
	.bs_align = 512,
	.op = dio_overwrite_op,
};
