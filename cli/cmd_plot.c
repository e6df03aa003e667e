/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_plot.c: `fsduel plot DIR`: a results folder in pictures. It reads, never
 * measures, and writes into a folder of its own; that is plot_files.c's.
 */
#include <stddef.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/plot_files.h"
#include "dashboards/plot/plot.h"

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	struct buf said = BUF_INIT;
	int code = show_plots(args[0], opts, &said, e);

	(void)nr_args;
	fputs(buf_str(&said), stdout);
	buf_release(&said);
	return code;
}

#define AT(member) offsetof(struct plot_choice, member)

static const struct option_row options[] = {
	{ 'o', "output", OPT_STRING, "DIR",
	  "where the pictures go; without it plots in the results folder", AT(output), false },
	{ 'k', "kind", OPT_STRINGS, "NAME",
	  "this kind of picture, several times; without it every kind", AT(kinds), false },
	{ 'c', "contrast", OPT_STRING, "NAME", "only this contrast of the suite", AT(contrast),
	  false },
	{ 'w', "workload", OPT_STRING, "NAME", "only the cells of this workload", AT(workload),
	  false },
	{ 'a', "ascii", OPT_FLAG, NULL, "print them as text; writes nothing", AT(ascii), false },
	{ .name = NULL },
};

#define KIND_LINE(name, script, needs, help, once) "\n  " #name ": " help
const struct command command_plot = {
	.name = "plot",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "draw a results folder: change, scaling, latency, locks, instructions",
	.text = "DIR is a results folder. Each kind of picture is drawn as SVG and PNG by gnuplot; "
		"one "
		"whose data is not there is left out, and why is said:" PLOT_KINDS(
			KIND_LINE) "\n\nThe tables behind them are in data/, and plots.gp draws "
				   "them all again: "
				   "docs/plots.md. Exit code 3 says that gnuplot is not there.",
	.options = options,
	.options_size = sizeof(struct plot_choice),
	.run = run,
};
