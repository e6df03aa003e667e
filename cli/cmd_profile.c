/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_profile.c: `fsduel profile DIR`: what an operation costs in which kernel function,
 * on both sides, from the profile pass of a results folder. It reads and never measures.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/show.h"
#include "dashboards/export/formats.h"

struct profile_options {
	const char *contrast, *workload, *format, *side;
	uint64_t top;
	bool all;
};

static int check_side(const char *side, struct costs_view *v, struct err *e)
{
	v->side = !side || strcmp(side, "baseline") != 0;
	if (!side || !strcmp(side, "baseline") || !strcmp(side, "patched"))
		return 0;
	return err_add(e, EINVAL, "unknown side '%.32s'; known: baseline, patched", side);
}

static int check_view(const struct costs *c, const struct costs_view *v, const struct format *f,
		      struct err *e)
{
	const char *first = NULL;

	if (costs_check(c, v->contrast, v->workload, e))
		return -EINVAL;
	for (size_t i = 0; i < c->nr_cells && f->one_contrast; i++) {
		if (!costs_shown(v, &c->cells[i]))
			continue;
		if (first && strcmp(first, c->cells[i].contrast))
			return err_add(e, EINVAL,
				       "the format %s shows one contrast: choose one with "
				       "-c, such as -c %s",
				       f->name, first);
		first = c->cells[i].contrast;
	}
	return 0;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct profile_options *o = opts;
	const struct format *f = format_find(o->format, SUBJECT_COSTS, e);
	struct costs_view v = { .contrast = o->contrast, .workload = o->workload, .top = o->top };
	struct results *r = NULL;
	struct costs *c = NULL;
	struct buf out = BUF_INIT;
	int code = FSDUEL_USAGE;

	(void)nr_args;
	if (!f || check_side(o->side, &v, e) || show_costs_load(args[0], &r, &c, e) ||
	    check_view(c, &v, f, e))
		goto out;
	if (o->all)
		v.top = SIZE_MAX;
	format_write(&out, f, SUBJECT_COSTS, &(struct findings){ .r = r, .costs = c, .view = v });
	code = show_print(&out, e) ? FSDUEL_MACHINE : FSDUEL_OK;
	for (size_t i = 0; i < c->nr_cells && code == FSDUEL_OK; i++)
		if (costs_shown(&v, &c->cells[i]) && c->cells[i].pairs < c->cells[i].planned)
			code = FSDUEL_UNMEASURED;
out:
	costs_free(c);
	results_free(r);
	buf_release(&out);
	return code;
}

static const struct option_row options[] = {
	{ 'c', "contrast", OPT_STRING, "NAME", "only this contrast of the suite",
	  offsetof(struct profile_options, contrast), false },
	{ 'w', "workload", OPT_STRING, "NAME", "only the cells of this workload",
	  offsetof(struct profile_options, workload), false },
	{ 'n', "top", OPT_COUNT, "N",
	  "as many functions a cell; without it 10 in a table, else all",
	  offsetof(struct profile_options, top), false },
	{ 'a', "all", OPT_FLAG, NULL, "every function", offsetof(struct profile_options, all),
	  false },
	{ 'f', "format", OPT_STRING, FORMATS_OF_COSTS, "what to print; without it a table",
	  offsetof(struct profile_options, format), false },
	{ 0, "side", OPT_STRING, "baseline|patched", "whose folded stacks; without it patched",
	  offsetof(struct profile_options, side), false },
	{ .name = NULL },
};

const struct command command_profile = {
	.name = "profile",
	.args = "DIR",
	.min_args = 1,
	.max_args = 1,
	.summary = "show what an operation costs in which kernel function",
	.text = "DIR is a folder that was measured with --pass profile, in exact mode. For every "
		"contrast and cell the table shows the instructions of an operation and its idle "
		"time, the functions and the subsystems whose instructions changed most, and "
		"whether "
		"a function is called more often or takes longer each time. folded is for tools "
		"that "
		"draw flame graphs: \"cell;subsystem;function instructions\". docs/profile.md says "
		"what is counted.\n\n"
		"Exit code 4 says that a planned pair has no profile, 2 that the folder has no "
		"profile "
		"pass or cannot be read.",
	.options = options,
	.options_size = sizeof(struct profile_options),
	.run = run,
};
