/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aio_overwrite: direct writes inside the file, depth of them in flight in each
 * thread, by libaio; see aio_queue.c. Pure overwrites unless extents says else.
 */
#include <fcntl.h>

#include "workloads/queue.h"

const struct role role_aio_overwrite = {
	.name = "aio_overwrite",
	.help = "direct writes inside the file, several in flight in each thread (libaio)",
	.open_flags = O_WRONLY | O_DIRECT,
	.needs_fd = true,
	.writes = true,
	.bs_align = 512,
	.params = queue_params,
	.begin = aio_queue_begin,
	.start = aio_queue_start,
	.reap = aio_queue_reap,
	.end = aio_queue_end,
};
