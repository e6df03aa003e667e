/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * truncate: makes the file bs longer and cuts it back to its size; the pair is one operation.
 * Cutting takes the inode's lock exclusively, waits for direct I/O and frees blocks. Each thread
 * has a file of its own by default: on a shared one it would cut off the blocks of dio_append.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "workloads/role.h"

enum { GROW };
enum { GROW_FALLOCATE, GROW_FTRUNCATE };

static const char *const grow_names[] = { "fallocate", "ftruncate", NULL };

static const struct param truncate_params[] = {
	[GROW] = { "grow", NUM_COUNT, grow_names, 0, 0, "fallocate",
		   "how it is made longer before: with blocks to free or without" },
	{ .name = NULL },
};

static int64_t truncate_op(struct role_thread *t, uint64_t offset)
{
	off_t end = (off_t)t->file_size, longer = end + (off_t)t->bs;

	(void)offset;
	if (t->own[GROW] == GROW_FALLOCATE ? fallocate(t->fd, 0, end, (off_t)t->bs)
					   : ftruncate(t->fd, longer))
		return -errno;
	return ftruncate(t->fd, end) ? -errno : (int64_t)t->bs;
}

static const char *const defaults[] = { "extents", "any", "file", "own", "final_sync", "1", NULL };

const struct role role_truncate = {
	.name = "truncate",
	.help = "makes the file longer and cuts it back, the pair is one operation",
	.open_flags = O_WRONLY,
	.needs_fd = true,
	.writes = true,
	.bs_align = 1,
	.defaults = defaults,
	.params = truncate_params,
	.op = truncate_op,
};
