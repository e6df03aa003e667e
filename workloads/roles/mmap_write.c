/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmap_write: copies bs bytes into a shared mapping of the file, every one of
 * them, so that bytes/s compares with buffered_write. What a page fault that
 * cannot be served becomes is said in mapping.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "workloads/mapping.h"

static int mmap_write_begin(struct role_thread *t, struct err *e)
{
	return mapping_begin(t, PROT_READ | PROT_WRITE, e);
}

static int64_t mmap_write_op(struct role_thread *t, uint64_t offset)
{
	return mapping_copy(t, mapping_at(t, offset), t->buf);
}

static int mmap_write_sync(struct role_thread *t)
{
	const struct mapping *m = t->priv;

	return msync(m->base, m->len, MS_SYNC) ? -errno : 0;
}

static const char *const defaults[] = { "final_sync", "1", NULL };

const struct role role_mmap_write = {
	.name = "mmap_write",
	.help = "writes to a shared mapping of the file, synced by msync",
	.open_flags = O_RDWR,
	.needs_fd = true,
	.writes = true,
	.bs_align = 1,
	.defaults = defaults,
	.begin = mmap_write_begin,
	.op = mmap_write_op,
	.sync = mmap_write_sync,
	.end = mapping_end,
};
