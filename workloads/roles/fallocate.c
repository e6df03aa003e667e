/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fallocate: punches bs bytes out of a preallocated file and allocates them
 * again; the pair is one operation and leaves the blocks as they were, unwritten.
 * Both take the inode's lock exclusively and wait for direct I/O. On a file that
 * others use its region must be apart from theirs: what it punches is gone.
 */
#include <errno.h>
#include <fcntl.h>

#include "workloads/role.h"

static int64_t fallocate_op(struct role_thread *t, uint64_t offset)
{
	const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

	if (fallocate(t->fd, punch, (off_t)offset, (off_t)t->bs) ||
	    fallocate(t->fd, FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)t->bs))
		return -errno;
	return (int64_t)t->bs;
}

static const char *const defaults[] = { "extents",    "unwritten", "file", "own",
					"final_sync", "1",         NULL };

const struct role role_fallocate = {
	.name = "fallocate",
	.help = "punches a hole and allocates it again, the pair is one operation",
	.open_flags = O_WRONLY,
	.needs_fd = true,
	.writes = true,
	.renews = true,
	.bs_align = 1,
	.defaults = defaults,
	.op = fallocate_op,
};
