/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mapping.h: a shared mapping of its region for each thread of the mmap roles. Threads share none:
 * a page that one has made accessible still faults for the next.
 *
 * A page fault that fails (no space left, an I/O error) raises SIGBUS. Its handler jumps back into
 * the operation, which then returns -EIO; a SIGBUS anywhere else still kills. MADV_POPULATE_WRITE
 * would be a system call and measure another path.
 */
#ifndef FSDUEL_WORKLOADS_MAPPING_H
#define FSDUEL_WORKLOADS_MAPPING_H

#include "workloads/role.h"

struct mapping {
	char *base;
	uint64_t start; /* file offset of base: the region's start, rounded down to a page */
	size_t len;
};

/* Maps the region of t into t->priv, prot as for mmap. */
int mapping_begin(struct role_thread *t, int prot, struct err *e);
void mapping_end(struct role_thread *t);

static inline char *mapping_at(const struct role_thread *t, uint64_t offset)
{
	const struct mapping *m = t->priv;

	return m->base + (offset - m->start);
}

/* Store t->bs bytes into the mapping word by word, so that a reader beside sees each word old or
 * new. Returns t->bs or -EIO. */
int64_t mapping_store(const struct role_thread *t, uint64_t *dst, const uint64_t *src);

/* memcpy of t->bs bytes from or into the mapping. Returns t->bs or -EIO. */
int64_t mapping_copy(const struct role_thread *t, void *dst, const void *src);

#endif
