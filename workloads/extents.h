/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extents.h: make the extents that a cell declares, and prove them with FIEMAP before the timer. */
#ifndef FSDUEL_WORKLOADS_EXTENTS_H
#define FSDUEL_WORKLOADS_EXTENTS_H

#include <stdint.h>

#include "lib/err.h"

enum extents {
	EXTENTS_ANY, /* neither made nor proved */
	EXTENTS_WRITTEN,
	EXTENTS_UNWRITTEN, /* fallocated, never written */
	EXTENTS_HOLE,
	EXTENTS_MIXED, /* more than one of the above */
};

extern const char *const extents_names[]; /* indexed by enum extents, ends with NULL */

/* Flush fd and call fn with each extent of [start, end), until fn fails. -ENOTSUP: no FIEMAP. */
struct fiemap_extent;
int extents_each(int fd, uint64_t start, uint64_t end,
		 int (*fn)(const struct fiemap_extent *x, void *arg, struct err *e), void *arg,
		 struct err *e);

/* The state of [start, start + len) of fd, flushed first; never EXTENTS_ANY. -ENOTSUP: no FIEMAP.
 * -EUCLEAN: an extent that is delayed, encoded, inline or shared. */
int extents_state(int fd, uint64_t start, uint64_t len, enum extents *state, struct err *e);

/*
 * Bring [start, start + len) of fd, which is as long, to the state, and flush it: written (a
 * non-zero pattern, with O_DIRECT where possible), unwritten (fallocate), hole (punched), mixed
 * (pieces of chunk bytes, 0 < chunk < len, in turn written and unwritten). -EINVAL: start, len or
 * chunk is no multiple of the file system's blocks.
 */
int extents_make(int fd, uint64_t start, uint64_t len, enum extents state, uint64_t chunk,
		 struct err *e);

#endif
