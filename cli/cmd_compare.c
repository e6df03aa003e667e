/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_compare.c: `fsduel compare DIR [DIR2]`: the two sides of each contrast of a results
 * folder, or two folders, beside each other. It measures nothing; it keeps a record of
 * verdicts that were shown before all blocks were there (lib/looks.h).
 */
#include <errno.h>

#include "analysis/compare/judge.h"
#include "cli/show.h"
#include "dashboards/export/formats.h"

static int check(const struct call *c, const struct format *f, struct err *e)
{
	if (f->tests && (c->o.metric || c->o.role))
		return err_add(e, EINVAL,
			       "--format %s lists all cells that decide and nothing else: leave "
			       "--metric and --role out",
			       f->name);
	if (c->nr_args < 2 && (c->o.baseline || c->o.patched || c->o.force))
		return err_add(e, EINVAL, "--baseline, --patched and --force go with two folders");
	return 0;
}

static int run(const struct call *c, struct err *e)
{
	const struct format *f = format_at(c->o.format, SUBJECT_COMPARISON);
	struct shown s = { .strict = c->o.strict };
	int code = FSDUEL_USAGE;

	if (!check(c, f, e) &&
	    !show_open(c->args[0], c->nr_args > 1 ? c->args[1] : NULL, &c->o, &s, e) &&
	    !comparison_select(&s.c, c->o.metric, c->o.role, e)) {
		comparison_judge_rest(&s.c, s.r);
		code = show_report(f, SUBJECT_COMPARISON, &s, e);
	}
	if (code == FSDUEL_OK)
		code = show_exit_code(&s);
	show_close(&s);
	return code;
}

const struct command command_compare = {
	.name = "compare",
	.args = "DIR [DIR2]",
	.min_args = 1,
	.max_args = 2,
	.summary = "put the two sides of a results folder beside each other",
	.text = "DIR is a folder written by `fsduel duel`. The first line is the verdict. For "
		"every cell and role the table shows the medians of both sides, the change with "
		"its 95 % interval, and the verdict, whose rules are in docs/statistics.md. A "
		"block counts only where both sides have a valid sample.\n\n"
		"With DIR2, DIR is the baseline and DIR2 is patched, cell by cell: each holds one "
		"variant, or --baseline and --patched choose one. They are paired in exact mode "
		"only. Folders that differ in mode, machine, device, suite, job files, cells or "
		"seeds are refused; --force compares them all the same, and the table names the "
		"differences.\n\n"
		"In the formats junit and ktap each cell, or role of a mix, that decides is a "
		"test: slower and broken have failed, a cell that could not be measured is an "
		"error, unsure is skipped (with --strict it has failed). A terminal shows "
		"verdicts in colour unless NO_COLOR is set.",
	.options = OPT(contrast) | OPT(metric) | OPT(role) | OPT(format) | OPT(margin) |
		   OPT(strict) | OPT(baseline) | OPT(patched) | OPT(force),
	.formats = FORMATS_OF_COMPARISON,
	.run = run,
};
