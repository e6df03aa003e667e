/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command.h: the commands and all their options. A command is one file cli/cmd_NAME.c with
 * one `const struct command command_NAME`; make finds it. It picks its options from OPTIONS.
 * Command lines, -h, man pages and completions come from these tables.
 */
#ifndef FSDUEL_CLI_COMMAND_H
#define FSDUEL_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

/* The value of an option that may be given several times. */
#define OPTION_STRINGS_MAX 32
struct option_strings {
	const char *v[OPTION_STRINGS_MAX];
	size_t n;
};

/* The C type of an option's value, by its kind. CHOICE is the index of a word in a list such as
 * "table|csv|json": the option's argument or, for --format, the command's formats. */
typedef bool option_flag;
typedef const char *option_string;
typedef struct option_strings option_strings;
typedef uint64_t option_count, option_bytes, option_ns;
typedef unsigned option_choice;
enum option_kind {
	KIND_flag,
	KIND_string,
	KIND_strings,
	KIND_count,
	KIND_bytes,
	KIND_ns,
	KIND_choice
};

/* X(letter or 0, member, name, kind, largest count or 0, argument or NULL, help) */
/* clang-format off */
#define OPTIONS(X) \
X('c', suite, "suite", string, 0, "SUITE", "the suite file, the same as the word SUITE") \
X('o', output, "output", string, 0, "PATH", \
	"write to PATH: a new results folder, unless the text above says otherwise") \
X(0, resume, "resume", string, 0, "DIR", \
	"go on with this results folder: measure only what is missing") \
X(0, missing, "missing", string, 0, "DIR", \
	"count the cell runs that this results folder lacks, by kernel and block; read no suite") \
X('k', kernel, "kernel", string, 0, "KERNEL", \
	"the kernel to measure: bzImage, unpacked package, build tree or fetched name; for run " \
	"the suite's label of the kernel that runs now") \
X(0, baseline, "baseline", string, 0, "KERNEL", \
	"the baseline: bzImage, unpacked package, build tree or fetched name; for compare a " \
	"variant of DIR") \
X(0, patched, "patched", string, 0, "KERNEL", \
	"the patched side, given like the baseline; for compare a variant of DIR2") \
X('m', mode, "mode", string, 0, "exact|tcg|kvm|auto", "the mode, instead of the suite's") \
X('b', blocks, "blocks", count, 1000, "N", "blocks, instead of the suite's") \
X(0, block, "block", count, 1000, "N", "measure only this block") \
X(0, until_sure, "until-sure", flag, 0, NULL, \
	"add blocks until every cell is decided; looks at 8, 12, 16 and 20 blocks") \
X(0, max_blocks, "max-blocks", count, 1000, "N", \
	"with --until-sure: at most that many blocks, instead of 20") \
X(0, pass, "pass", strings, 0, "PASS", \
	"measure again under watch: locks (waits for locks, and their holders) or profile (the " \
	"functions that an operation executes)") \
X(0, watch_blocks, "watch-blocks", count, 1000, "N", \
	"passes watch the first N blocks, instead of the suite's number") \
X(0, unscaled, "unscaled", flag, 0, NULL, \
	"the suite's work as it was before it was scaled down: its keys unscaled.*") \
X('j', guests, "guests", count, 256, "N", \
	"guests at once (default: one a core that memory has room for); changes no exact result") \
X(0, initramfs, "initramfs", string, 0, "FILE", "use this initramfs instead of packing one") \
X(0, qemu, "qemu", string, 0, "PROGRAM", \
	"use this QEMU instead of the first qemu-system-x86_64 in PATH") \
X(0, no_snapshot, "no-snapshot", flag, 0, NULL, \
	"boot every guest, and begin none from a saved state; changes no exact result") \
X(0, image, "image", bytes, 0, "SIZE", \
	"measure on a loop device on a sparse file in the results folder (default: as large as " \
	"the suite's [device])") \
X(0, device, "device", string, 0, "DEV", \
	"measure on this block device: format it for every cell run") \
X(0, destroy, "destroy", string, 0, "PATH", \
	"the path of the device once more: its content may be destroyed") \
X(0, dir, "dir", string, 0, "PATH", "measure in this directory, on its file system as it is") \
X(0, null_blk, "null-blk", flag, 0, NULL, \
	"measure on a null_blk device with the suite's [device] settings") \
X(0, ram, "ram", flag, 0, NULL, \
	"measure on a loop device on a file in memory (in /dev/shm)") \
X(0, force, "force", flag, 0, NULL, "go on in spite of a refusal: see the text above") \
X(0, settle, "settle", ns, 0, "TIME", \
	"wait no longer for an idle machine before a cell (default: 10s)") \
X(0, no_settle, "no-settle", flag, 0, NULL, "do not wait for an idle machine") \
X(0, kexec, "kexec", strings, 0, "LABEL=BZIMAGE[,INITRD]", \
	"boot this kernel of the suite by kexec and measure it in turn with the others; once for " \
	"each kernel") \
X(0, kexec_resume, "kexec-resume", flag, 0, NULL, \
	"go on with a run by --kexec after a boot; its systemd unit does this") \
X('l', list, "list", flag, 0, NULL, \
	"list the experiments, or the kernels of the archive, and do nothing") \
X('C', contrast, "contrast", string, 0, "NAME", "only this contrast of the suite") \
X('w', workload, "workload", string, 0, "NAME", "only the cells of this workload") \
X('r', role, "role", string, 0, "NAME|all", \
	"only this role, or only the whole workload (all); without it both") \
X('M', metric, "metric", string, 0, "NAME|all", \
	"show this metric, or all of them (default: the primary ones)") \
X('K', kind, "kind", strings, 0, "NAME", \
	"draw only this kind of picture; may be repeated") \
X('n', top, "top", count, 0, "N", \
	"show N functions of each cell (default: 10 in a table, else all)") \
X('a', all, "all", flag, 0, NULL, "every function") \
X(0, side, "side", choice, 0, "patched|baseline", \
	"the side of the folded stacks (default: patched)") \
X('f', format, "format", choice, 0, NULL, \
	"the form of the output (default: the first)") \
X(0, perf, "perf", flag, 0, NULL, \
	"print perf's own tables of the recordings in DIR instead") \
X(0, into, "into", string, 0, "FILE", \
	"put the letter into FILE, such as 0000-cover-letter.patch, and do not print it") \
X(0, margin, "margin", string, 0, "PERCENT", \
	"a change up to PERCENT is the same (default: the suite's margin, or 2%, in exact mode " \
	"0.1%)") \
X(0, strict, "strict", flag, 0, NULL, "exit with 5 where something is unsure") \
X(0, tree, "tree", string, 0, "DIR", "build this kernel tree, which is only read") \
X(0, source, "source", string, 0, "SERIES", \
	"build Debian's source of this series (default: 6.12)") \
X('p', patch, "patch", strings, 0, "PATCH", \
	"apply a patch: a file, or one of kernels/ by name, such as excl-dio; may be repeated") \
X(0, config, "config", string, 0, "FILE", \
	"configuration lines that follow, and overrule, kernels/small.config") \
X('q', quiet, "quiet", flag, 0, NULL, "no progress") \
X('h', help, "help", flag, 0, NULL, "print this help and exit")
/* clang-format on */

#define OPTION_ID(letter, member, ...) OPTION_##member,
enum option_id { OPTIONS(OPTION_ID) NR_OPTIONS };
_Static_assert(NR_OPTIONS <= 64, "a command's options are the bits of one number");

/* The values of a command line; all zero where an option was not given. */
#define OPTION_MEMBER(letter, member, name, kind, ...) option_##kind member;
struct options {
	OPTIONS(OPTION_MEMBER)
};

/* "OPT(suite) | OPT(output)" in a command. Every command has --help. */
#define OPT(member) (UINT64_C(1) << OPTION_##member)

struct option_row {
	char letter;
	const char *name;
	enum option_kind kind;
	uint64_t max;
	const char *arg, *help;
	size_t offset; /* of the member of struct options */
};
extern const struct option_row option_rows[NR_OPTIONS];

struct call;
struct command {
	const char *name; /* equals the file's name after cmd_ */
	const char *args; /* "DIR", "[SUITE]"; NULL: none */
	unsigned min_args, max_args;
	const char *summary; /* one line of at most 64 columns */
	const char *text;    /* more of it, in lines; each is folded; may be NULL */
	uint64_t options;    /* OPT() | OPT() */
	const char *formats; /* "table|csv|json": for --format; the first is the default */
	/* Returns an exit code; on failure with sentences in e, which main prints. */
	int (*run)(const struct call *c, struct err *e);
};

/* A command line that was read. */
struct call {
	const struct command *command;
	const struct command *const *all; /* every command, by name; ends with NULL */
	struct options o;
	char *const *args; /* the words that are not options */
	unsigned nr_args;
};

/* The exit codes of enum fsduel_exit in words, for help, the man page and the docs. */
struct exit_row {
	const char *code; /* "0", "128+n" */
	const char *help; /* one line */
};
extern const struct exit_row fsduel_exits[]; /* ends with a NULL code */

/* Read argv (argv[0] is the command's name; getopt reorders it) into call->o and call->args, which
 * point into it. Nothing behind -h is looked at. -EINVAL, FSDUEL_USAGE noted. Not for threads:
 * getopt has global state. */
int options_parse(const struct command *c, int argc, char **argv, struct call *call, struct err *e);

/* Has the command this option? */
bool option_picked(const struct command *c, const struct option_row *row);
/* What stands behind the option: "DIR", "table|csv|json"; NULL for a flag. */
const char *option_arg(const struct command *c, const struct option_row *row);
/* "-o, --output PATH" (malloc'ed). */
char *option_heading(const struct command *c, const struct option_row *row);

/* Index of word in "a|b|c"; 0 for NULL. -EINVAL: "unknown WHAT 'x'; did you mean ...". */
int choice_find(const char *what, const char *list, const char *word, struct err *e);
/* The command of that name; NULL with the same sentence. */
const struct command *command_find(const struct command *const *all, const char *name,
				   struct err *e);

/* Columns of the terminal that fd is; 80 for a pipe or a file. */
size_t terminal_width(int fd);

/* cmd_help.c: append the text of `fsduel COMMAND -h`, in so many columns. */
void options_help(const struct command *c, size_t width, struct buf *b);

#endif
