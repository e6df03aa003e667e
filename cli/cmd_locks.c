/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_locks.c: `fsduel locks DIR`: who waited for which lock, how long, and because
 * of whom, from the locks pass of a results folder. It reads and never measures.
 */
#include "cli/command.h"
#include "cli/locks_perf.h"
#include "cli/show.h"

struct locks_options {
	const char *format;
	bool perf;
};

static int run_perf(const char *dir, struct err *e)
{
	struct buf out = BUF_INIT;
	int ret = locks_perf(&out, dir, e);

	if (!ret)
		ret = show_print(&out, e);
	buf_release(&out);
	return ret ? FSDUEL_USAGE : FSDUEL_OK;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct locks_options *o = opts;

	(void)nr_args;
	if (o->perf)
		return run_perf(args[0], e);
	return show_locks(args[0], o->format, e);
}

static const struct option_row options[] = {
	{ 'f', "format", OPT_STRING, "table|csv|json", "what to print; without it a table",
	  offsetof(struct locks_options, format), false },
	{ 0, "perf", OPT_FLAG, NULL, "perf's own table of each recording that DIR keeps instead",
	  offsetof(struct locks_options, perf), false },
	{ .name = NULL },
};

const struct command command_locks = {
	.name = "locks",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "show who waited for which lock, how long, and because of whom",
	.text = "DIR is a folder that was measured with --pass locks. For every cell and variant "
		"the "
		"table shows each class of locks that was waited for, shared and exclusive apart, "
		"and "
		"who waited where; `fsduel list locks` lists the classes, docs/locks.md says what "
		"is "
		"recorded. The cost of watching is the throughput of the watched runs against the "
		"others.\n\n"
		"Exit code 2 says that the folder has no locks pass or cannot be read.",
	.options = options,
	.options_size = sizeof(struct locks_options),
	.run = run,
};
