/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffered_write: pwrite through the page cache. Writeback belongs to the
 * figure, so a last fdatasync is on by default; with extents=hole it is the
 * hole-filler whose blocks are allocated at writeback (delalloc) or at once.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

static const char *const defaults[] = { "final_sync", "1", NULL };

const struct role role_buffered_write = {
	.name = "buffered_write",
	.help = "writes through the page cache (pwrite)",
	.open_flags = O_WRONLY,
	.needs_fd = true,
	.writes = true,
	.bs_align = 1,
	.defaults = defaults,
	.op = role_pwrite,
};
