/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_compare.c: `fsduel compare DIR [DIR2]`: the two sides of each contrast of a
 * results folder, or two folders, beside each other. It reads and never measures. It keeps
 * one thing in the folder: that a verdict was shown before all blocks were there (lib/looks.h).
 */
#include <errno.h>

#include "cli/command.h"
#include "cli/show.h"
#include "dashboards/export/formats.h"

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	struct show_options o = *(const struct show_options *)opts;

	o.other = nr_args > 1 ? args[1] : NULL;
	if (!o.other && (o.baseline || o.patched || o.force)) {
		err_add(e, EINVAL, "--baseline, --patched and --force go with two folders");
		return FSDUEL_USAGE;
	}
	return show_comparison(args[0], &o, e);
}

/* clang-format off */
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
	  FORMATS_OF_COMPARISON "; without it table",
	  offsetof(struct show_options, format), false },
	{ 0, "margin", OPT_STRING, "PERCENT",
	  "changes up to that are the same, such as 2%; without it the suite's, 2%, or 0.1% in exact mode",
	  offsetof(struct show_options, margin), false },
	{ 0, "strict", OPT_FLAG, NULL, "exit with 5 where a cell is unsure",
	  offsetof(struct show_options, strict), false },
	{ 0, "baseline", OPT_STRING, "VARIANT", "of two folders: the first one's variant to compare",
	  offsetof(struct show_options, baseline), false },
	{ 0, "patched", OPT_STRING, "VARIANT", "of two folders: the second one's variant to compare",
	  offsetof(struct show_options, patched), false },
	{ 0, "force", OPT_FLAG, NULL,
	  "compare two folders that differ in more than kernel and mount; the table names the differences",
	  offsetof(struct show_options, force), false },
	{ .name = NULL },
};
/* clang-format on */

/* clang-format off */
const struct command command_compare = {
	.name = "compare",
	.args = "DIR [DIR2]",
	.min_args = 1,
	.max_args = 2,
	.summary = "put the two sides of a results folder beside each other, cell by cell",
	.text = "DIR is a folder written by `fsduel duel`. The first line is the verdict. For every "
		"cell and role the table shows the medians of both sides, the change with its 95 % "
		"interval, and slower, faster, same or unsure; docs/statistics.md has the rules. A mix is "
		"judged by its roles, and is mixed where one is slower and another faster. A cell in which "
		"only the patched kernel breaks is broken; one in which only the baseline breaks, so that "
		"no pair is left, is repaired. "
		"A block counts only where both sides have a valid sample.\n\n"
		"With DIR2, DIR is the baseline and DIR2 is patched, cell by cell: each is the folder of "
		"one variant, or --baseline and --patched choose one. In exact mode the blocks are "
		"pairs as in one folder. Elsewhere the order of the folders was not drawn at random: "
		"the sides are not paired, and the table says so. Folders that differ in mode, machine, "
		"device, suite (but for kernels, mounts, contrasts and blocks), job files, cells or "
		"seeds are refused. Waits for locks and profiles are read of one folder only.\n\n"
		"The formats junit and ktap list the cells, and roles of a mix, that decide as tests: slower "
		"and broken have failed, a cell that could not be measured is an error, unsure is skipped "
		"(with --strict it has failed). A terminal shows verdicts in colour unless NO_COLOR is set.\n\n"
		"Exit code 1 says that a cell is slower, mixed or broken. Exit code 4 says that a planned "
		"pair has no valid sample: the table is printed all the same and names each. Exit code 2 says "
		"that the folder cannot be trusted or read.",
	.options = options,
	.options_size = sizeof(struct show_options),
	.run = run,
};
/* clang-format on */
