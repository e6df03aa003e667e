/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h: one command, one file cli/cmd_<name>.c with one
 * `const struct command command_<name>`; make finds it. The table of options
 * is the only description of the command line: parsing, -h, the man page and
 * the docs all come from it.
 */
#ifndef FSDUEL_CLI_COMMAND_H
#define FSDUEL_CLI_COMMAND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/err.h"

enum option_kind { OPT_FLAG, OPT_STRING, OPT_STRINGS, OPT_COUNT, OPT_BYTES, OPT_NS };

/* The member of an OPT_STRINGS option, which may be given several times. */
#define OPTION_STRINGS_MAX 32
struct option_strings {
	const char *v[OPTION_STRINGS_MAX];
	size_t n;
};

struct option_row {
	char letter;      /* 0: only the long form */
	const char *name; /* "output" */
	enum option_kind kind;
	const char *arg;  /* "DIR" in the help; NULL for a flag */
	const char *help; /* one line */
	size_t offset; /* of the member in the command's options struct: bool, const char *, struct
			  option_strings, or uint64_t */
	bool required;
};

struct command {
	const char *name; /* equals the file's name after cmd_ */
	const char *args; /* "DIR", "[SUITE]", "" */
	unsigned min_args, max_args;
	const char *summary;              /* one line, for the list of commands */
	const char *text;                 /* paragraphs under the usage line; may be NULL */
	const struct option_row *options; /* ends with a NULL name; may be NULL */
	size_t options_size;              /* of the struct that the offsets point into */
	/* opts is zeroed and filled; args are the words left over. Returns an exit code; on failure
	 * with a sentence in e, which main prints as "fsduel COMMAND: ..." to stderr. */
	int (*run)(const void *opts, char *const *args, unsigned nr_args, struct err *e);
};

extern const struct command *const commands[]; /* sorted by name, ends with NULL */
const struct command *command_find(const char *name);

/* The exit codes of enum fsduel_exit in words, for help, the man page and the docs. */
struct exit_row {
	const char *code; /* "0", "128+n" */
	const char *help; /* one line */
};
extern const struct exit_row fsduel_exits[]; /* ends with a NULL code */

/*
 * Set by SIGINT, SIGTERM and SIGHUP to the signal's number; the only mutable global.
 * Threads look at it too, so it is atomic, as every flag of this kind in the project:
 * an int without a lock, which is also what a signal handler may write.
 */
extern atomic_int stop_signal;
/* Install the handlers that set it (long commands call this first). */
void stop_signal_catch(void);

#endif
