/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dio_span: direct writes each of which spans a written and an unwritten extent:
 * the region is made of pieces of half of bs, in turn written and preallocated.
 * Neither all overwrite nor all unwritten, such a write is exclusive on ext4, in
 * 6.12 still. With shift at half a block, writes begin and end inside written blocks
 * and the one between is unwritten: unaligned, yet nothing to zero. It uses the
 * unwritten pieces up, so it is bound by operations.
 */
#include <fcntl.h>

#include "workloads/role_io.h"

static const char *const defaults[] = { "bs", "8k", "extents", "mixed", "offsets", "once", NULL };

const struct role role_dio_span = {
	.name = "dio_span",
	.help = "direct writes over a written and an unwritten block at once (pwrite, O_DIRECT)",
	.open_flags = O_WRONLY | O_DIRECT,
	.needs_fd = true,
	.writes = true,
	.bs_align = 512,
	.defaults = defaults,
	.op = role_pwrite,
};
