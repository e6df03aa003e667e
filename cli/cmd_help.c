/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_help.c: `fsduel help [COMMAND]`: what `fsduel -h` and `fsduel COMMAND -h` print. */
#include <unistd.h>

#include "cli/options.h"
#include "cli/show.h"

static int run(const struct call *c, struct err *e)
{
	const struct command *about = c->nr_args ? command_find(c->all, c->args[0], e) : NULL;
	struct buf b = BUF_INIT;
	int code = FSDUEL_USAGE;

	if (about)
		options_help(about, terminal_width(STDOUT_FILENO), &b);
	else if (!c->nr_args)
		options_main_help(c->all, terminal_width(STDOUT_FILENO), &b);
	if (b.len)
		code = show_print(&b, e);
	buf_release(&b);
	return code;
}

const struct command command_help = {
	.name = "help",
	.args = "[COMMAND]",
	.max_args = 1,
	.summary = "list the commands, or show how one is used",
	.run = run,
};
