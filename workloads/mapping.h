/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mapping.h: a thread's own shared mapping of its region, for the mmap roles.
 * Each thread has one of its own: a page made accessible for one still faults
 * for the next.
 *
 * A page fault that cannot be served (no space left, an I/O error, the file cut
 * short) is SIGBUS and no errno. It is turned into -EIO of that one operation:
 * the handler jumps back into it. sigsetjmp without the signal mask is a few
 * stores and no system call; asking the kernel first (MADV_POPULATE_WRITE)
 * would be one, and would measure another path. The handler stays installed:
 * for a SIGBUS anywhere else it restores the default and lets that kill.
 */
#ifndef FSDUEL_WORKLOADS_MAPPING_H
#define FSDUEL_WORKLOADS_MAPPING_H

#include "workloads/role.h"

struct mapping {
	char *base;
	uint64_t start; /* file offset of base: the region's, down to a page */
	size_t len;
};

/* Maps the region of t into t->priv, prot as for mmap. */
int mapping_begin(struct role_thread *t, int prot, struct err *e);
void mapping_end(struct role_thread *t);

/* Where that file offset is mapped. */
static inline char *mapping_at(const struct role_thread *t, uint64_t offset)
{
	const struct mapping *m = t->priv;

	return m->base + (offset - m->start);
}

/*
 * Store t->bs bytes into the mapping in whole words, each at once, so that who
 * looks meanwhile sees a word as it was or as it is. That many, or -EIO.
 */
int64_t mapping_store(const struct role_thread *t, uint64_t *dst, const uint64_t *src);

/* memcpy of t->bs bytes, one side of which is mapped: that many, or -EIO. */
int64_t mapping_copy(const struct role_thread *t, void *dst, const void *src);

#endif
