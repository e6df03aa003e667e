/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_append: direct writes at the end of the file, which each makes longer:
 * allocation, i_size and the exclusive lock. O_APPEND finds the end, also where
 * several threads append to one file (on Linux it does so for pwrite, too);
 * offsets and region say nothing here. A warm-up would make the file longer.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

static const char *const defaults[] = { "extents", "any", NULL };

const struct role role_dio_append = {
	.name = "dio_append",
	.help = "direct writes at the end of the file (pwrite, O_DIRECT, O_APPEND)",
	.open_flags = O_WRONLY | O_DIRECT | O_APPEND,
	.needs_fd = true,
	.writes = true,
	.no_warmup = true,
	.grows = true,
	.bs_align = 512,
	.defaults = defaults,
	.op = role_pwrite,
};
