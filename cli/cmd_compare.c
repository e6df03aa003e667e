/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_compare.c: `fsduel compare DIR`: the two sides of each contrast of a
 * results folder beside each other. It reads, never measures and never writes
 * into the folder.
 */
#include "cli/command.h"
#include "cli/show.h"

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	(void)nr_args;
	return show_comparison(args[0], opts, e);
}

static const struct option_row options[] = {
	{ 'c', "contrast", OPT_STRING, "NAME", "only this contrast of the suite",
	  offsetof(struct show_options, contrast), false },
	{ 'm', "metric", OPT_STRING, "NAME|all",
	  "this metric, or every one; without it the primary ones",
	  offsetof(struct show_options, metric), false },
	{ 'r', "role", OPT_STRING, "NAME|all",
	  "only this role, or only the whole workload (all); without it both",
	  offsetof(struct show_options, role), false },
	{ 'f', "format", OPT_STRING, "FORMAT",
	  "table (without it), csv, json, markdown, junit or ktap",
	  offsetof(struct show_options, format), false },
	{ 0, "margin", OPT_STRING, "PERCENT",
	  "changes up to that are the same, such as 2%; without it the suite's, 2%, or 0.1% in exact mode",
	  offsetof(struct show_options, margin), false },
	{ 0, "strict", OPT_FLAG, NULL, "exit with 5 where a cell is unsure",
	  offsetof(struct show_options, strict), false },
	{ .name = NULL },
};

const struct command command_compare = {
	.name = "compare",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "put the two sides of a results folder beside each other, cell by cell",
	.text = "DIR is a folder written by `fsduel duel`. The first line is the verdict. For every "
		"cell and role the table shows the medians of both sides, the change with its 95 % "
		"interval, and slower, faster, same or unsure; docs/statistics.md says when. A mix is "
		"judged by its roles; a cell in which the patched kernel breaks is broken. A block "
		"counts only where both sides have a valid sample.\n\n"
		"The formats junit and ktap list what decides as tests: slower and broken have failed, "
		"what could not be measured is an error, unsure is skipped (with --strict it has failed). A "
		"terminal shows verdicts in colour unless NO_COLOR is set.\n\n"
		"Exit code 1 says that a cell is slower, mixed or broken. Exit code 4 says that a planned "
		"pair has no valid sample: the table is printed all the same and names each. Exit code 2 says that "
		"the folder cannot be trusted or read.",
	.options = options,
	.options_size = sizeof(struct show_options),
	.run = run,
};
