/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_overwrite: pwrite past the page cache, inside the file. Whether it is a
 * pure overwrite (shared lock on ext4) or must allocate or convert (exclusive)
 * is what extents, bs and region_start say. The roles dio_unaligned,
 * dio_unwritten and dio_span are this one with other defaults, so that one mix
 * can hold several kinds. The device's own block is the least bs it takes.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

const struct role role_dio_overwrite = {
	.name = "dio_overwrite",
	.help = "direct writes inside the file (pwrite, O_DIRECT)",
	.open_flags = O_WRONLY | O_DIRECT,
	.needs_fd = true,
	.writes = true,
	.bs_align = 512,
	.op = role_pwrite,
};
