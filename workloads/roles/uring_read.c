/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uring_read: direct reads, depth of them in flight in each thread, by io_uring; see
 * uring_queue.c. O_NOATIME as in dio_read.
 */
#include <fcntl.h>

#include "workloads/queue.h"

const struct role role_uring_read = {
	.name = "uring_read",
	.help = "direct reads, several in flight in each thread (io_uring)",
	.open_flags = O_RDONLY | O_DIRECT | O_NOATIME,
	.needs_fd = true,
	.bs_align = 512,
	.params = queue_params,
	.begin = uring_queue_begin,
	.start = uring_queue_start,
	.reap = uring_queue_reap,
	.end = uring_queue_end,
};
