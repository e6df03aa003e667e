/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmap_read: copies bs bytes out of a shared mapping of the file. Caches are
 * dropped before the timer, so the first visit of a page reads it (and some
 * around it) from the device and maps it; later ones are memory alone, as long
 * as nobody throws the page out: direct writes beside it do.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "workloads/mapping.h"

static int mmap_read_begin(struct role_thread *t, struct err *e)
{
	return mapping_begin(t, PROT_READ, e);
}

static int64_t mmap_read_op(struct role_thread *t, uint64_t offset)
{
	return mapping_copy(t, t->buf, mapping_at(t, offset));
}

const struct role role_mmap_read = {
	.name = "mmap_read",
	.help = "reads from a shared mapping of the file",
	.open_flags = O_RDONLY | O_NOATIME,
	.needs_fd = true,
	.bs_align = 1,
	.begin = mmap_read_begin,
	.op = mmap_read_op,
	.end = mapping_end,
};
