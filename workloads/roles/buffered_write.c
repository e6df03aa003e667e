/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffered_write: pwrite through the page cache. Writeback belongs to the
 * figure, so a last fdatasync is on by default; with extents=hole it is the
 * hole-filler whose blocks are allocated at writeback (delalloc) or at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "workloads/role.h"

static int64_t buffered_write_op(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pwrite(t->fd, t->buf, t->bs, (off_t)offset);

	return n < 0 ? -errno : n;
}

static const char *const defaults[] = { "final_sync", "1", NULL };

const struct role role_buffered_write = {
	.name = "buffered_write",
	.help = "writes through the page cache (pwrite)",
	.open_flags = O_WRONLY,
	.needs_fd = true,
	.writes = true,
	.bs_align = 1,
	.defaults = defaults,
	.op = buffered_write_op,
};
