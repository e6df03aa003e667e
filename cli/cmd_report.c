/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_report.c: `fsduel report DIR`: a results folder as one page for a browser. It
 * reads and never measures; all it writes is the page.
 */
#include "cli/command.h"
#include "cli/report_files.h"
#include "cli/show.h"

struct report_options {
	const char *output;
	struct show_options show;
};

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct report_options *o = opts;

	(void)nr_args;
	return show_report(args[0], o->output, &o->show, e);
}

static const struct option_row options[] = {
	{ 'o', "output", OPT_STRING, "FILE", "write the page there; without it DIR/report.html",
	  offsetof(struct report_options, output), false },
	{ 'c', "contrast", OPT_STRING, "NAME", "only this contrast of the suite",
	  offsetof(struct report_options, show.contrast), false },
	{ 0, "margin", OPT_STRING, "PERCENT",
	  "changes up to that are the same, such as 2%; without it the suite's, 2%, or 0.1% in "
	  "exact mode",
	  offsetof(struct report_options, show.margin), false },
	{ .name = NULL },
};

const struct command command_report = {
	.name = "report",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "write a results folder as one page for a browser",
	.text = "The page has the verdicts in a table that sorts and filters, for every cell its "
		"samples, plots, roles and locks, and what was run on what. It holds all it needs, "
		"works without a network and may load nothing; the folder's files are linked where "
		"they lie. Prints where the page is.\n\n"
		"The exit code says whether the page could be written: it is no verdict.",
	.options = options,
	.options_size = sizeof(struct report_options),
	.run = run,
};
