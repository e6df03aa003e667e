/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_unwritten: direct writes over blocks that are allocated and were never
 * written, each once: every one is converted when its I/O ends. On ext4
 * exclusive until 240930fb7e6b and shared since. It runs out of blocks, so it is
 * bound by operations.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

static const char *const defaults[] = { "extents", "unwritten", "offsets", "once", NULL };

const struct role role_dio_unwritten = {
	.name = "dio_unwritten",
	.help = "direct writes over preallocated blocks, each once (pwrite, O_DIRECT)",
	.open_flags = O_WRONLY | O_DIRECT,
	.needs_fd = true,
	.writes = true,
	.bs_align = 512,
	.defaults = defaults,
	.op = role_pwrite,
};
