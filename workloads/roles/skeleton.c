/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * skeleton: a role to copy to workloads/roles/<name>.c. Replace "skeleton" by <name>, keep the
 * parts you need and say here what the role is for; make finds the file. role.h explains each hook
 * and field. This file is compiled, but is no role. One that is a call or two is a row of plain.c.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "workloads/role.h"

/* Its own parameters, in t->own[]. Those of every role (bs, offsets, ...) are in param.h. */
enum { PASSES };

static const struct param skeleton_params[] = {
	/* name, kind, choices, least, most, default as a user writes it, help */
	[PASSES] = { "passes", NUM_COUNT, NULL, 1, 64, "1",
		     "writes of each block in one operation" },
	{ .name = NULL },
};

/* Other defaults than role_params[] has: name, value, ..., NULL. */
static const char *const defaults[] = { "final_sync", "1", NULL };

/* The state of one thread; nothing is shared, so nothing is locked. */
struct skeleton {
	uint64_t written;
};

/* t->fd is open and t->buf filled. Allocate and map here; on error undo it: end is not called. */
static int skeleton_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->priv = xcalloc(1, sizeof(struct skeleton));
	return 0;
}

/* Every instruction here is measured. The loop chooses the offset. */
static int64_t skeleton_op(struct role_thread *t, uint64_t offset)
{
	struct skeleton *s = t->priv;
	int64_t n = 0;

	for (uint64_t i = 0; i < t->own[PASSES] && n >= 0; i++) {
		n = role_pwrite(t, offset);
		s->written += n > 0 ? (uint64_t)n : 0;
	}
	return n;
}

static void skeleton_end(struct role_thread *t)
{
	free(t->priv);
}

const struct role role_skeleton = {
	.name = "skeleton",
	.help = "one line that fits a table",
	.open_flags = O_WRONLY, /* O_DIRECT too for direct I/O */
	.needs_fd = true,
	.writes = true,
	.bs_align = 1,
	.defaults = defaults,
	.params = skeleton_params,
	.begin = skeleton_begin,
	.op = skeleton_op,
	.end = skeleton_end,
};
