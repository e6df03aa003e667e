/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * order.h: in which order, and on which boots, the cell runs of a folder were really made.
 * Kernels on a real machine share no boot, so the block's coin cannot interleave them. Where
 * all of one was measured and then all of the other, a machine that drifts looks like a change.
 */
#ifndef FSDUEL_RUNNERS_HOST_ORDER_H
#define FSDUEL_RUNNERS_HOST_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "runners/folder/folder.h"
#include "runners/host/undo.h"

#define BOOT_ID_LEN 37 /* with its NUL */

struct order_run {
	uint64_t sequence; /* from 1, over all runs into the folder */
	size_t kernel;     /* index into the suite's kernels */
	unsigned block;
	char boot_id[BOOT_ID_LEN];
};

struct order {
	struct order_run *runs; /* by sequence */
	size_t nr_runs;
};

/* This boot, "" where /proc does not tell. */
void order_boot_id(char dst[BOOT_ID_LEN]);

/* Read it from the fact "boot" of the folder's parts; parts without one are left out. */
void order_read(struct order *o, const struct folder *f);
/* The number for the next cell run. */
uint64_t order_next(const struct order *o);
void order_release(struct order *o);

struct order_count {
	unsigned kernels;   /* that were measured at all */
	unsigned blocks;    /* in which more than one of them was */
	unsigned stretches; /* of cell runs one after another on one kernel */
	unsigned boots;
};

/* Interleaved: every block has all kernels before the next block begins, which takes at least
 * blocks * (kernels - 1) + 1 stretches, as the last kernel of a block may be the first of the next.
 * Fewer: true, and a sentence appended to why. One kernel, or one block, never is blocked. */
bool order_is_blocked(const struct order *o, struct order_count *count, struct buf *why);

#endif
