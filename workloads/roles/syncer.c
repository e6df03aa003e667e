/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syncer: asks for writeback of the whole file again and again, as a database's checkpointer or
 * `sync` does. how=start waits for no I/O and skips pages under writeback, as the kernel's flusher
 * does: ext4 then also writes pages that are dirtied meanwhile (WB_SYNC_NONE, no tags).
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "workloads/role.h"

enum { HOW };
enum { HOW_FDATASYNC, HOW_START };

static const char *const how_names[] = { "fdatasync", "start", NULL };

static const struct param syncer_params[] = {
	[HOW] = { "how", NUM_COUNT, how_names, 0, 0, "fdatasync",
		  "with a journal commit, or only started (sync_file_range)" },
	{ .name = NULL },
};

static int64_t syncer_op(struct role_thread *t, uint64_t offset)
{
	int ret = t->own[HOW] == HOW_START ? sync_file_range(t->fd, 0, 0, SYNC_FILE_RANGE_WRITE)
					   : fdatasync(t->fd);

	(void)offset;
	return ret ? -errno : (int64_t)t->bs;
}

static const char *const defaults[] = { "extents", "any", "rate", "100", NULL };

const struct role role_syncer = {
	.name = "syncer",
	.help = "asks for writeback of the whole file (fdatasync), 100 times a second",
	.open_flags = O_RDONLY,
	.needs_fd = true,
	.no_warmup = true,
	.bs_align = 1,
	.defaults = defaults,
	.params = syncer_params,
	.op = syncer_op,
};
