/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h: command lines read by a command's table of options, over
 * getopt_long, and the help text written from the same table. Nothing here
 * knows a command.
 */
#ifndef FSDUEL_CLI_OPTIONS_H
#define FSDUEL_CLI_OPTIONS_H

#include <stdbool.h>

#include "cli/command.h"
#include "lib/buf.h"

struct parsed {
	bool help;         /* -h or --help was there; nothing else was looked at after it */
	char *const *args; /* the words that are no options; within argv */
	unsigned nr_args;
};

/*
 * Read argv (argv[0] is the command's name, argv[argc] is NULL; getopt reorders
 * it) into opts, c->options_size zeroed bytes. Strings point into argv. Options
 * may stand before, between and after words; "--" ends them; a later one wins
 * over an earlier. -EINVAL, exit code FSDUEL_USAGE noted: unknown option, bad
 * value, a required option or a word missing, too many words. Not for threads:
 * getopt has global state.
 */
int options_parse(const struct command *c, int argc, char **argv, void *opts, struct parsed *p,
		  struct err *e);

/* Append what `fsduel COMMAND -h` and `fsduel -h` print. */
void options_help(const struct command *c, struct buf *b);
void options_main_help(struct buf *b);

/* "-o, --output DIR", "    --resume DIR" appended to b. */
void options_heading(const struct option_row *row, struct buf *b);

#endif
