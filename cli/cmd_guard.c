/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_guard.c: `fsduel guard`: measure a suite whose readers look for stale data,
 * as `duel` measures one, and say on which variants they found any; or say so of a
 * folder that is there.
 */
#include <errno.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/guard_report.h"
#include "cli/measure.h"
#include "cli/resumed.h"
#include "dashboards/export/formats.h"
#include "lib/data.h"

#define DEFAULT_SUITE "configs/guard.ini"

struct guard_options {
	const char *suite, *output, *resume, *baseline, *patched, *mode, *qemu, *format;
	uint64_t blocks, guests;
	bool quiet, strict;
};

#define AT(member) offsetof(struct guard_options, member)

/* clang-format off */
static const struct option_row options[] = {
	{ 'c', "suite", OPT_STRING, "SUITE", "suite file; without it " DEFAULT_SUITE, AT(suite), false },
	{ 'o', "output", OPT_STRING, "DIR", "results folder to make", AT(output), false },
	{ 0, "resume", OPT_STRING, "DIR", "go on with a results folder: measure only what is missing", AT(resume), false },
	{ 0, "baseline", OPT_STRING, "KERNEL", "bzImage, unpacked package, build tree or a name in the cache", AT(baseline), false },
	{ 0, "patched", OPT_STRING, "KERNEL", "the same for the other side", AT(patched), false },
	{ 'm', "mode", OPT_STRING, "MODE", "exact, tcg, kvm or auto, instead of the suite's", AT(mode), false },
	{ 'b', "blocks", OPT_COUNT, "N", "blocks, each a seed, instead of the suite's", AT(blocks), false },
	{ 'j', "guests", OPT_COUNT, "N", "guests at once (default: one a core that memory has room for); changes no result", AT(guests), false },
	{ 0, "qemu", OPT_STRING, "PROGRAM", "another QEMU than the first qemu-system-x86_64 in PATH", AT(qemu), false },
	{ 'f', "format", OPT_STRING, FORMATS_OF_GUARD, "what to print; without it a table", AT(format), false },
	{ 0, "strict", OPT_FLAG, NULL, "exit code 5 where a variant is unsure", AT(strict), false },
	{ 'q', "quiet", OPT_FLAG, NULL, "no progress", AT(quiet), false },
	{ 0 },
};
/* clang-format on */

/* --- measuring --------------------------------------------------------------------- */

static int check_options(const struct guard_options *o, unsigned nr_args, struct err *e)
{
	err_exit(e, FSDUEL_USAGE);
	if (!!o->output + !!o->resume + nr_args != 1)
		return err_add(e, EINVAL,
			       "give one of --output DIR to begin, --resume DIR to go on, or "
			       "DIR for the report of a folder");
	if (nr_args && (o->suite || o->baseline || o->patched || o->mode || o->blocks))
		return err_add(e, EINVAL,
			       "a report alone measures nothing: give --resume DIR to measure "
			       "more");
	if (o->blocks > 1000 || o->guests > 256)
		return err_add(e, EINVAL, "--blocks goes up to 1000, --guests up to 256");
	e->exit_code = 0;
	return 0;
}

static int measure(const struct guard_options *o, struct err *e)
{
	struct suite_overrides over = { .baseline = o->baseline,
					.patched = o->patched,
					.blocks = (unsigned)o->blocks,
					.mode = o->mode };
	const struct measure_opts m = {
		.command = "guard",
		.dir = o->resume ? o->resume : o->output,
		.resume = o->resume,
		.quiet = o->quiet,
		.guests = (unsigned)o->guests,
		.qemu = o->qemu,
	};
	struct resumed old = { 0 };
	struct suite s = { 0 };
	char *own = data_find(DEFAULT_SUITE);
	const char *path = o->suite;
	int ret = o->resume ? resumed_read(&old, o->resume, e) : 0;

	if (!ret && o->resume)
		resumed_fill(&over, &old);
	if (!path)
		path = o->resume ? old.suite : own ? own : DEFAULT_SUITE;
	if (!ret)
		ret = suite_load(&s, path, &over, e);
	/* What an empty [guard] says: without a control nothing will be called clean. */
	s.guard.there = true;
	ret = ret ? err_exit_code(e, FSDUEL_USAGE) : measure_suite(&s, &m, e);
	suite_release(&s);
	resumed_release(&old);
	free(own);
	return ret;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct guard_options *o = opts;
	struct guard_show show = { .format = o->format, .strict = o->strict, .keep = !nr_args };
	int code;

	if (guard_check_format(o->format, e) || check_options(o, nr_args, e))
		return FSDUEL_USAGE;
	if (nr_args)
		return guard_report(args[0], &show, NULL, e);
	code = measure(o, e);
	return code == FSDUEL_OK ? guard_report(o->resume ? o->resume : o->output, &show, NULL, e)
				 : code;
}

const struct command command_guard = {
	.name = "guard",
	.args = "[DIR]",
	.max_args = 1,
	.summary = "look for stale data in direct reads beside writers into holes",
	.text = "Free space is marked with its own addresses and freed; then direct readers run "
		"beside mmap writers that fill holes of the same file. A read that returns the "
		"mark, "
		"or a stamp of another round, is stale data. Measures as duel does; DIR alone "
		"prints "
		"the report of a folder again. docs/guard.md says what it can and cannot show.\n\n"
		"Exit code 1: a variant is stale that is neither a control nor contrasted with one "
		"that is stale, too; 4: a cell run has a complaint beside stale data; 5: with "
		"--strict, a variant is unsure.",
	.options = options,
	.options_size = sizeof(struct guard_options),
	.run = run,
};
