/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_annotate.c: `fsduel annotate DIR FUNCTION`: how often each instruction of a kernel
 * function was executed for an operation, on both sides, beside its disassembly.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "cli/annotate.h"
#include "cli/show.h"
#include "dashboards/table/table.h"
#include "dashboards/words/text.h"

/* The cell in which the function changed most, of those that were asked for. */
static const struct cost_cell *pick(const struct costs *c, const struct options *o,
				    const char *function)
{
	const struct costs_view v = { .contrast = o->contrast, .workload = o->workload };
	const struct cost_cell *best = NULL;
	double most = -1;

	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct cost_line *l = costs_find(&c->cells[i], function);

		if (!l || !costs_shown(&v, &c->cells[i]) || fabs(l->change) <= most)
			continue;
		most = fabs(l->change);
		best = &c->cells[i];
	}
	return best;
}

static void add_heading(struct buf *out, const struct cost_cell *c, const struct cost_line *l)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s in %s%s%s of %s: %.6g -> %.6g instructions an operation (%s -> %s)",
		 l->name, c->workload, *c->varying ? " " : "", c->varying, c->contrast,
		 l->instructions[0], l->instructions[1], c->baseline, c->patched);
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	text_add_wrapped(out, "note: ",
			 "a running kernel patches itself (alternatives, static keys, tracing): "
			 "the code that ran may differ from the image's bytes shown here. Counts "
			 "are exact; code beyond the last instruction executed is not shown.",
			 TABLE_WIDTH);
	buf_release(&b);
}

static int run(const struct call *call, struct err *e)
{
	const struct options *o = &call->o;
	const char *dir = call->args[0], *function = call->args[1];
	const struct cost_cell *cell = NULL;
	struct results *r = NULL;
	struct costs *c = NULL;
	struct buf out = BUF_INIT;
	int code = FSDUEL_USAGE, ret = show_costs_load(dir, &r, &c, e);

	if (!ret)
		ret = costs_check(c, o->contrast, o->workload, e);
	if (!ret && !(cell = pick(c, o, function)))
		ret = err_add(e, EINVAL,
			      "no function %.128s was executed in a measured part; `fsduel profile "
			      "-a` lists those that were",
			      function);
	if (!ret)
		add_heading(&out, cell, costs_find(cell, function));
	for (int side = 0; side < 2 && !ret; side++) {
		const struct annotate_cell a = { dir, function, r, c, cell };

		ret = annotate_side(&out, &a, side, e);
		if (ret)
			code = err_exit_code(e, FSDUEL_MACHINE);
	}
	if (!ret)
		code = show_print(&out, e);
	costs_free(c);
	results_free(r);
	buf_release(&out);
	return code;
}

const struct command command_annotate = {
	.name = "annotate",
	.args = "DIR FUNCTION",
	.min_args = 2,
	.max_args = 2,
	.summary = "show how often each instruction of a function was executed",
	.text = "DIR is a folder that was measured with --pass profile; FUNCTION is a kernel "
		"function that `fsduel profile` shows. The listing is of the cell in which the "
		"function changed most. Each line has an instruction and its executions for an "
		"operation (a dot: none). The code comes from the kernel's image, which must "
		"still be in its place; a vmlinux with debug information beside it adds source "
		"lines.\n\n"
		"Exit code 2: the folder or the function is not known; 3: the counts, the kernel "
		"or objdump are missing.",
	.options = OPT(contrast) | OPT(workload),
	.run = run,
};
