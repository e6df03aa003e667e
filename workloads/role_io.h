/* SPDX-License-Identifier: GPL-2.0-or-later */
/* role_io.h: the operation of most roles: one pread or pwrite of t->buf. */
#ifndef FSDUEL_WORKLOADS_ROLE_IO_H
#define FSDUEL_WORKLOADS_ROLE_IO_H

#include <errno.h>
#include <unistd.h>

#include "workloads/role.h"

static inline int64_t role_pread(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pread(t->fd, t->buf, t->bs, (off_t)offset);

	return n < 0 ? -errno : n;
}

static inline int64_t role_pwrite(struct role_thread *t, uint64_t offset)
{
	ssize_t n = pwrite(t->fd, t->buf, t->bs, (off_t)offset);

	return n < 0 ? -errno : n;
}

#endif
