/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extents.h: make the extents a cell declares, and prove them with FIEMAP just
 * before the timer (DOMAIN.md trap 4). Fails closed: what FIEMAP cannot answer
 * is an error, not "probably written".
 */
#ifndef FSDUEL_WORKLOADS_EXTENTS_H
#define FSDUEL_WORKLOADS_EXTENTS_H

#include <stdint.h>

#include "lib/err.h"

enum extents {
	EXTENTS_ANY, /* not declared, not checked */
	EXTENTS_WRITTEN,
	EXTENTS_UNWRITTEN, /* fallocated, never written */
	EXTENTS_HOLE,
	EXTENTS_MIXED, /* more than one of the above */
};

extern const char *const extents_names[]; /* indexed by enum extents, ends with NULL */

/*
 * Call fn with each extent of [start, end) of fd, flushed first, in order; fn
 * returns 0 or -errno, which ends it. -ENOTSUP: no FIEMAP here.
 */
struct fiemap_extent;
int extents_each(int fd, uint64_t start, uint64_t end,
		 int (*fn)(const struct fiemap_extent *x, void *arg, struct err *e), void *arg,
		 struct err *e);

/*
 * Which of those states [start, start + len) of fd is in, flushed first. Never
 * EXTENTS_ANY. -EINVAL: the file ends before start + len. -ENOTSUP: no FIEMAP
 * here. -EUCLEAN: an extent whose overwrite is not plain (delayed, encoded,
 * inline, shared).
 */
int extents_state(int fd, uint64_t start, uint64_t len, enum extents *state, struct err *e);

/*
 * Bring [start, start + len) of fd, a regular file, to the state, and flush it:
 * written (O_DIRECT writes of a non-zero pattern through a descriptor of its
 * own, or buffered where that cannot be had), unwritten (fallocate), hole
 * (punched), mixed (alternately written and unwritten pieces of chunk bytes,
 * starting written). The file grows to cover the range. Start, len and chunk
 * are multiples of the file-system block size; -EINVAL otherwise. EXTENTS_ANY
 * does nothing.
 */
int extents_make(int fd, uint64_t start, uint64_t len, enum extents state, uint64_t chunk,
		 struct err *e);

#endif
