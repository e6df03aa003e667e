/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options.h: a command line read by the tables of command.h, over getopt_long, and the
 * help written from the same tables.
 */
#ifndef FSDUEL_CLI_OPTIONS_H
#define FSDUEL_CLI_OPTIONS_H

#include "cli/command.h"

/*
 * Read argv (argv[0] is the command's name, argv[argc] is NULL; getopt reorders it) into
 * call->o and call->args; the rest of *call stays. Strings point into argv. Options may
 * stand before, between and after words; "--" ends them; the last of equal options wins.
 * Nothing behind -h is looked at. -EINVAL with FSDUEL_USAGE noted: an unknown option, a
 * bad value, too few or too many words. Not for threads: getopt has global state.
 */
int options_parse(const struct command *c, int argc, char **argv, struct call *call, struct err *e);

/* Has the command this option? */
bool option_picked(const struct command *c, const struct option_row *row);
/* What stands behind the option: "DIR", "table|csv|json"; NULL for a flag. */
const char *option_arg(const struct command *c, const struct option_row *row);

/* "-o, --output PATH" (malloc'ed). */
char *option_heading(const struct command *c, const struct option_row *row);

/*
 * The index of word in the list "a|b|c"; 0 for NULL. -EINVAL with a sentence:
 * "unknown WHAT 'x'; did you mean ...".
 */
int choice_find(const char *what, const char *list, const char *word, struct err *e);
/* The command of that name; NULL with the same sentence. */
const struct command *command_find(const struct command *const *all, const char *name,
				   struct err *e);

/* Columns of the terminal that fd is; 80 for a pipe or a file. */
size_t terminal_width(int fd);

/* Append what `fsduel COMMAND -h` and `fsduel -h` print, in so many columns. */
void options_help(const struct command *c, size_t width, struct buf *b);
void options_main_help(const struct command *const *all, size_t width, struct buf *b);

#endif
