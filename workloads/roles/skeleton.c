/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * skeleton: how to write a role. Copy this file to workloads/roles/<name>.c, replace "skeleton" by
 * <name> throughout, keep what you need and remove the rest; make finds the file and `fsload
 * --list` shows it. This one is compiled so that it cannot rot, and is in no registry. A role
 * that is one plain read or write with other flags or defaults is a row of plain.c.
 *
 * Say here what the role does, why somebody would want it in a mix, and what is surprising in it.
 */
#include <fcntl.h>
#include <stdlib.h>

#include "lib/buf.h"
#include "workloads/role.h"

/* Parameters of its own, in t->own[]. Those of every role (bs, offsets, ...) are in param.h. */
enum { PASSES };

static const struct param skeleton_params[] = {
	/* name, kind, choices, least, most, default as a user writes it, help */
	[PASSES] = { "passes", NUM_COUNT, NULL, 1, 64, "1",
		     "writes of each block in one operation" },
	{ .name = NULL },
};

/* Other defaults than role_params[] has: name, value, ..., NULL. */
static const char *const defaults[] = { "final_sync", "1", NULL };

/* What one thread keeps between operations; nothing is shared, so nothing is locked. */
struct skeleton {
	uint64_t written;
};

/*
 * In each thread, before the start barrier and the warm-up. t->fd is open, t->buf filled. Allocate
 * and map here. On error undo it and return -errno with a sentence: the whole run is off, and end
 * is not called for this thread.
 */
static int skeleton_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->priv = xcalloc(1, sizeof(struct skeleton));
	return 0;
}

/*
 * One operation, in the timed part: every instruction here is measured. The loop chooses the
 * offset. Return the bytes moved (less than t->bs counts as an error) or -errno (counted, survived,
 * and left out of the latencies). No allocation, no output, no clock.
 */
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

/* A role that keeps several operations in flight has start and reap in place of op: queue.h. */

/* When a sync is due, in the timed part. 0 or -errno. Leave .sync out to get this fdatasync. */
static int skeleton_sync(struct role_thread *t)
{
	return fdatasync(t->fd) ? -errno : 0;
}

/* In each thread whose begin succeeded, after every thread's timed part. t->fd is still open. */
static void skeleton_end(struct role_thread *t)
{
	free(t->priv);
}

const struct role role_skeleton = {
	.name = "skeleton", /* the file's name; also the threads' comm: 15 characters */
	.help = "one line that fits a table",
	.open_flags = O_WRONLY, /* for the work file; O_DIRECT here */
	.needs_fd = true,       /* false: nothing is opened, t->fd is -1 */
	.writes = true,         /* then mix_check wants a sync or O_DIRECT of it */
	.no_warmup = false,     /* true: an operation before the barrier would spoil it */
	.durable = false,       /* true: op syncs by itself */
	.grows = false,         /* true: op makes the file bs longer */
	.renews = false,        /* true: op leaves unwritten extents unwritten */
	.bs_align = 1,          /* bs and region_start are multiples of it */
	.defaults = defaults,
	.params = skeleton_params,
	.begin = skeleton_begin,
	.op = skeleton_op,
	.sync = skeleton_sync,
	.end = skeleton_end,
};
