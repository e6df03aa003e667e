/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_profile.c: `fsduel profile DIR`: the cost of an operation in each kernel function, on
 * both sides, from the profile pass of a results folder. It measures nothing.
 */
#include <errno.h>
#include <string.h>

#include "cli/show.h"
#include "dashboards/export/formats.h"

/* Folded stacks have no column for the contrast. */
static int check_one_contrast(const struct costs *c, const struct costs_view *v, struct err *e)
{
	const char *first = NULL;

	for (size_t i = 0; i < c->nr_cells; i++) {
		if (!costs_shown(v, &c->cells[i]))
			continue;
		if (first && strcmp(first, c->cells[i].contrast))
			return err_add(e, EINVAL,
				       "the format folded shows one contrast: choose one with "
				       "--contrast, such as --contrast %s",
				       first);
		first = c->cells[i].contrast;
	}
	return 0;
}

static int run(const struct call *c, struct err *e)
{
	const struct options *o = &c->o;
	const struct format *f = format_at(o->format, SUBJECT_COSTS);
	const struct costs_view v = {
		.contrast = o->contrast,
		.workload = o->workload,
		.top = o->all ? SIZE_MAX : o->top,
		.side = !o->side,
	};
	struct results *r = NULL;
	struct costs *costs = NULL;
	struct buf out = BUF_INIT;
	int code = FSDUEL_USAGE;

	if (show_costs_load(c->args[0], &r, &costs, e) ||
	    costs_check(costs, v.contrast, v.workload, e) ||
	    (f->one_contrast && check_one_contrast(costs, &v, e)))
		goto out;
	format_write(&out, f, SUBJECT_COSTS,
		     &(struct findings){ .r = r, .costs = costs, .view = v });
	code = show_print(&out, e);
	for (size_t i = 0; i < costs->nr_cells && code == FSDUEL_OK; i++)
		if (costs_shown(&v, &costs->cells[i]) &&
		    costs->cells[i].pairs < costs->cells[i].planned)
			code = FSDUEL_UNMEASURED;
out:
	costs_free(costs);
	results_free(r);
	buf_release(&out);
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
		"folded is for tools that draw flame graphs: \"cell;subsystem;function "
		"instructions\". docs/profile.md explains the counts.\n\n"
		"Exit code 4: a planned pair has no profile; 2: the folder has no profile pass or "
		"cannot be read.",
	.options = OPT(contrast) | OPT(workload) | OPT(top) | OPT(all) | OPT(format) | OPT(side),
	.formats = FORMATS_OF_COSTS,
	.run = run,
};
