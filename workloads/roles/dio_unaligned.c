/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_unaligned: direct writes of parts of a block that is written already. On
 * ext4 exclusive, and waiting for all other direct I/O, before 6.5; shared since
 * (310ee0902b8d). Over unwritten blocks (extents=unwritten, bound by ops) they
 * are exclusive on any kernel.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

static const char *const defaults[] = { "bs", "2k", NULL };

const struct role role_dio_unaligned = {
	.name = "dio_unaligned",
	.help = "direct writes of half a block (pwrite, O_DIRECT)",
	.open_flags = O_WRONLY | O_DIRECT,
	.needs_fd = true,
	.writes = true,
	.bs_align = 512,
	.defaults = defaults,
	.op = role_pwrite,
};
