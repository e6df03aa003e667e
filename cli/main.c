/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c: finds the command, has its options read, runs it, prints what it has
 * to say of a failure, and hands its exit code on. Nothing else happens here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "lib/clean.h"
#include "lib/near.h"

/* Each sentence on a line of its own, all with the same beginning. */
static void complain(const char *command, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		char *line = xstrndup(text, len);
		struct buf b = BUF_INIT;

		clean_add(&b, line);
		fprintf(stderr, "fsduel%s%s: %s\n", command ? " " : "", command ? command : "",
			buf_str(&b));
		buf_release(&b);
		free(line);
		text += len + (text[len] == '\n');
	}
}

static void print_and_release(struct buf *b)
{
	fputs(buf_str(b), stdout);
	buf_release(b);
}

static int run_command(const struct command *c, int argc, char **argv, struct err *e)
{
	void *opts = xcalloc(1, c->options_size + 1);
	struct buf help = BUF_INIT;
	struct parsed p;
	int code = FSDUEL_OK;

	if (options_parse(c, argc, argv, opts, &p, e)) {
		code = err_exit_code(e, FSDUEL_USAGE);
	} else if (p.help) {
		options_help(c, &help);
		print_and_release(&help);
	} else {
		code = c->run(opts, p.args, p.nr_args, e);
	}
	free(opts);
	return code;
}

static int unknown_command(const char *word, struct err *e)
{
	const char *names[64] = { NULL };
	struct buf hint = BUF_INIT;
	size_t nr = 0;

	for (const struct command *const *c = commands; *c && nr < 63; c++)
		names[nr++] = (*c)->name;
	near_hint(&hint, word, names);
	err_add(e, EINVAL, "unknown command \"%s\"%s", word, buf_str(&hint));
	complain(NULL, e->text);
	buf_release(&hint);
	return FSDUEL_USAGE;
}

static int dispatch(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	const struct command *c;
	struct err e = ERR_INIT;
	struct buf help = BUF_INIT;
	int code;

	if (!strcmp(word, "-h") || !strcmp(word, "--help")) {
		options_main_help(&help);
		print_and_release(&help);
		return FSDUEL_OK;
	}
	if (!strcmp(word, "--version")) {
		printf("fsduel %s\n", FSDUEL_VERSION);
		return FSDUEL_OK;
	}
	if (!*word || *word == '-') {
		err_add(&e, EINVAL,
			"%s%s: usage is fsduel COMMAND [OPTION...]; fsduel -h lists the "
			"commands",
			*word ? "unknown option " : "no command given", word);
		complain(NULL, e.text);
		return FSDUEL_USAGE;
	}
	c = command_find(word);
	if (!c)
		return unknown_command(word, &e);
	code = run_command(c, argc - 1, argv + 1, &e);
	fflush(stdout); /* before stderr, where both go to one place */
	complain(c->name, e.text);
	return code;
}

int main(int argc, char **argv)
{
	int code;

	/*
	 * The programs we start must look at the device itself: libblkid's cache
	 * knows the file system of two seconds ago, and mkfs.btrfs then refuses its UUID.
	 */
	setenv("BLKID_FILE", "/dev/null", 1);
	code = dispatch(argc, argv);
	/* A full disk behind ">" must not look like success. */
	if (fflush(stdout) || ferror(stdout)) {
		perror("fsduel: cannot write to standard output");
		return code ? code : FSDUEL_MACHINE;
	}
	return code;
}
