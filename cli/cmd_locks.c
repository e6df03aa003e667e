/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_locks.c: `fsduel locks DIR`: who waited for which lock, how long, and because
 * of whom, from the locks pass of a results folder. It reads and never measures.
 */
#include "cli/command.h"
#include "cli/show.h"
#include "dashboards/export/formats.h"

struct locks_options {
	const char *format;
};

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct locks_options *o = opts;

	(void)nr_args;
	return show_locks(args[0], o->format, e);
}

static const struct option_row options[] = {
	{ 'f', "format", OPT_STRING, FORMATS_OF_LOCKS, "what to print; without it a table",
	  offsetof(struct locks_options, format), false },
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
