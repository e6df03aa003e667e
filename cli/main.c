/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c: finds the command, reads its command line, runs it, and prints its errors. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "lib/clean.h"

#define COMMAND(name) extern const struct command command_##name;
#include "commands.h"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "commands.h"
#undef COMMAND
	NULL,
};

static int complain(const char *command, const struct err *e, int code)
{
	struct strv lines = STRV_INIT;

	fflush(stdout); /* before stderr, where both go to one place */
	strv_split(&lines, e->text, "\n");
	for (size_t i = 0; i < lines.n; i++) {
		struct buf b = BUF_INIT;

		clean_add(&b, lines.v[i]);
		fprintf(stderr, "fsduel%s%s: %s\n", *command ? " " : "", command, buf_str(&b));
		buf_release(&b);
	}
	strv_release(&lines);
	return code;
}

static int dispatch(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	struct call call = { .all = commands };
	struct err e = ERR_INIT;
	int code;

	if (!strcmp(word, "-h") || !strcmp(word, "--help"))
		return command_help.run(&call, &e);
	if (!strcmp(word, "-V") || !strcmp(word, "--version"))
		return printf("fsduel %s\n", FSDUEL_VERSION) < 0 ? FSDUEL_MACHINE : FSDUEL_OK;
	if (!*word || *word == '-') {
		err_add(&e, EINVAL,
			"%s%s; usage: fsduel COMMAND [OPTION...]; fsduel -h lists the commands",
			*word ? "unknown option " : "missing command", word);
		return complain("", &e, FSDUEL_USAGE);
	}
	call.command = command_find(commands, word, &e);
	if (!call.command)
		return complain("", &e, FSDUEL_USAGE);
	if (options_parse(call.command, argc - 1, argv + 1, &call, &e))
		code = FSDUEL_USAGE;
	else if (call.o.help)
		code = command_help.run(
			&(struct call){ .all = commands, .args = argv + 1, .nr_args = 1 }, &e);
	else
		code = call.command->run(&call, &e);
	return complain(call.command->name, &e, code);
}

int main(int argc, char **argv)
{
	int code;

	/* libblkid's cache may be seconds old, and mkfs.btrfs then refuses its UUID. */
	setenv("BLKID_FILE", "/dev/null", 1);
	code = dispatch(argc, argv);
	/* A full disk behind ">" must not look like success. */
	if (fflush(stdout) || ferror(stdout)) {
		perror("fsduel: cannot write to standard output");
		return code ? code : FSDUEL_MACHINE;
	}
	return code;
}
