/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_read: pread past the page cache. O_NOATIME as fio opens its files: with
 * relatime a reader beside a writer would else dirty the inode at every tick of
 * the coarse clock, and the journal would be part of what a read costs.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

const struct role role_dio_read = {
	.name = "dio_read",
	.help = "direct reads (pread, O_DIRECT)",
	.open_flags = O_RDONLY | O_DIRECT | O_NOATIME,
	.needs_fd = true,
	.bs_align = 512,
	.op = role_pread,
};
