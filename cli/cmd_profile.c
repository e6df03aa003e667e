/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_profile.c: `fsduel profile DIR`: the cost of an operation in each kernel function. */
#include <errno.h>
#include <string.h>

#include "cli/show.h"
#include "dashboards/export/formats.h"

static int run(const struct call *c, struct err *e)
{
	const struct options *o = &c->o;
	struct shown s = { .view = { .contrast = o->contrast,
				     .workload = o->workload,
				     .top = o->all ? SIZE_MAX : o->top,
				     .side = !o->side } };
	int code = FSDUEL_USAGE;

	if (!show_pass(c->args[0], SUBJECT_COSTS, &s, e) &&
	    !costs_check(s.costs, o->contrast, o->workload, e))
		code = show_report(format_at(o->format, SUBJECT_COSTS), SUBJECT_COSTS, &s, e);
	for (size_t i = 0; code == FSDUEL_OK && i < s.costs->nr_cells; i++)
		if (costs_shown(&s.view, &s.costs->cells[i]) &&
		    s.costs->cells[i].pairs < s.costs->cells[i].planned)
			code = FSDUEL_UNMEASURED;
	show_close(&s);
	return code;
}

const struct command command_profile = {
	.name = "profile",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "show what an operation costs in which kernel function",
	.text = "DIR is a folder that was measured with --pass profile, in exact mode. For every "
		"contrast and cell the table shows the instructions of an operation and its idle "
		"time, the functions and the subsystems whose instructions changed most, and "
		"whether a function is called more often or takes longer each time. The format "
		"folded is for tools that draw flame graphs: \"contrast;cell;subsystem;function "
		"instructions\". docs/profile.md explains the counts.\n\n"
		"Exit code 4: a planned pair has no profile; 2: the folder has no profile pass or "
		"cannot be read.",
	.options = OPT(contrast) | OPT(workload) | OPT(top) | OPT(all) | OPT(format) | OPT(side),
	.formats = FORMATS_OF_COSTS,
	.run = run,
};
