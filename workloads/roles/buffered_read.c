/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * buffered_read: pread through the page cache. Caches are dropped before the
 * timer; what has been read once, or ahead, is then found in memory, so with a
 * file smaller than memory and a long run this measures the page cache. On ext4
 * it takes no lock of the inode. O_NOATIME as in dio_read.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

const struct role role_buffered_read = {
	.name = "buffered_read",
	.help = "reads through the page cache (pread)",
	.open_flags = O_RDONLY | O_NOATIME,
	.needs_fd = true,
	.bs_align = 1,
	.op = role_pread,
};
