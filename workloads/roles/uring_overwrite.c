/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uring_overwrite: direct writes inside the file, depth of them in flight in each
 * thread, by io_uring; see uring_queue.c. Pure overwrites unless extents says else.
 */
#include <fcntl.h>

#include "workloads/queue.h"

const struct role role_uring_overwrite = {
	.name = "uring_overwrite",
	.help = "direct writes inside the file, several in flight in each thread (io_uring)",
	.open_flags = O_WRONLY | O_DIRECT,
	.needs_fd = true,
	.writes = true,
	.bs_align = 512,
	.params = queue_params,
	.begin = uring_queue_begin,
	.start = uring_queue_start,
	.reap = uring_queue_reap,
	.end = uring_queue_end,
};
