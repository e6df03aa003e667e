/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_read: pread past the page cache. O_NOATIME as fio opens its files: with
 * relatime a reader beside a writer would else dirty the inode at every tick of
 * the coarse clock, and the journal would be part of what a read costs.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "workloads/role.h"

static int64_t dio_read_op(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pread(t->fd, t->buf, t->bs, (off_t)offset);

	return n < 0 ? -errno : n;
}

const struct role role_dio_read = {
	.name = "dio_read",
	.help = "direct reads (pread, O_DIRECT)",
	.open_flags = O_RDONLY | O_DIRECT | O_NOATIME,
	.needs_fd = true,
	.bs_align = 512,
	.op = dio_read_op,
};
