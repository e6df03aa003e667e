/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * null: does nothing at a known rate, to test the harness. A thread makes 1 / op_time operations a
 * second on any machine, because each operation ends at the next point of a fixed schedule: a late
 * wake-up makes the next operation shorter. It opens no file, and it alone reads the clock in its
 * operation.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/proc.h"
#include "workloads/role.h"

enum { OP_TIME, WAIT };
enum { WAIT_SLEEP, WAIT_SPIN };

static const char *const wait_names[] = { "sleep", "spin", NULL };

static const struct param null_params[] = {
	[OP_TIME] = { "op_time", NUM_NS, NULL, 1, 3600000000000, "100us",
		      "time an operation takes" },
	[WAIT] = { "wait", NUM_COUNT, wait_names, 0, 0, "sleep",
		   "how it waits: off or on the CPU" },
	{ .name = NULL },
};

static int null_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->priv = xcalloc(1, sizeof(uint64_t));
	prctl(PR_SET_TIMERSLACK, 1); /* of this thread; else each sleep ends 50 us late */
	return 0;
}

static int64_t null_op(struct role_thread *t, uint64_t offset)
{
	uint64_t *due = t->priv; /* 0 before the first operation, which starts the schedule */
	struct timespec ts;

	(void)offset;
	*due = (*due ? *due : now_ns()) + t->own[OP_TIME];
	ts.tv_sec = (time_t)(*due / 1000000000);
	ts.tv_nsec = (long)(*due % 1000000000);
	if (t->own[WAIT] == WAIT_SPIN)
		while (now_ns() < *due)
			;
	else
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
			;
	return (int64_t)t->bs;
}

static void null_end(struct role_thread *t)
{
	free(t->priv);
}

static const char *const defaults[] = { "extents", "any", NULL };

const struct role role_null = {
	.name = "null",
	.help = "no I/O at a known rate, for testing the harness",
	.no_warmup = true, /* its schedule begins with its first operation */
	.bs_align = 1,
	.defaults = defaults,
	.params = null_params,
	.begin = null_begin,
	.op = null_op,
	.end = null_end,
};
