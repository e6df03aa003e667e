/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * registry.c: all commands, from the list make generates out of the file names
 * cli/cmd_*.c. Nothing else knows which commands there are.
 */
#include <string.h>

#include "cli/command.h"

#define COMMAND(name) extern const struct command command_##name;
#include "commands.h"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "commands.h"
#undef COMMAND
	NULL,
};

const struct command *command_find(const char *name)
{
	for (const struct command *const *c = commands; *c; c++)
		if (!strcmp((*c)->name, name))
			return *c;
	return NULL;
}
