/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fsync: a pwrite through the page cache and an fsync: the pair is one
 * operation, as a database commits to its log. It shows the journal and the
 * device's flush, which null_blk has only with cache_size set.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "workloads/role.h"

static int64_t fsync_op(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pwrite(t->fd, t->buf, t->bs, (off_t)offset);

	if (n < 0 || fsync(t->fd))
		return -errno;
	return n;
}

const struct role role_fsync = {
	.name = "fsync",
	.help = "a small buffered write and an fsync, the pair is one operation",
	.open_flags = O_WRONLY,
	.needs_fd = true,
	.writes = true,
	.durable = true,
	.bs_align = 1,
	.op = fsync_op,
};
