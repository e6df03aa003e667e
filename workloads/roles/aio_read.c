/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aio_read: direct reads, depth of them in flight in each thread, by libaio; see
 * aio_queue.c. O_NOATIME as in dio_read.
 */
#include <fcntl.h>

#include "workloads/queue.h"

const struct role role_aio_read = {
	.name = "aio_read",
	.help = "direct reads, several in flight in each thread (libaio)",
	.open_flags = O_RDONLY | O_DIRECT | O_NOATIME,
	.needs_fd = true,
	.bs_align = 512,
	.params = queue_params,
	.begin = aio_queue_begin,
	.start = aio_queue_start,
	.reap = aio_queue_reap,
	.end = aio_queue_end,
};
