/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue.c: what the asynchronous roles share; see queue.h. */
#include "workloads/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct param queue_params[] = {
	[QUEUE_DEPTH] = { "depth", NUM_COUNT, NULL, 1, 4096, "8",
			  "operations in flight in each thread" },
	{ .name = NULL },
};

int queue_buffers_init(struct queue_buffers *b, const struct role_thread *t, struct err *e)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *base;

	b->step = (t->bs + page - 1) / page * page;
	if (posix_memalign(&base, page, b->step * t->depth))
		return err_add(e, ENOMEM, "%s: no memory for %u buffers of bs", t->role->name,
			       t->depth);
	b->base = base;
	for (unsigned i = 0; i < t->depth; i++)
		memcpy(queue_buffer(b, i), t->buf, t->bs);
	return 0;
}
