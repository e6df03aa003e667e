/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_annotate.c: `fsduel annotate DIR FUNCTION`: how often each instruction of a kernel
 * function was executed for an operation, on both sides, beside its disassembly. The counts
 * are the raw ones of the first pair of a cell; profile.csv has the start of a function and
 * the number of its instructions, so no symbols are needed.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/annotate.h"
#include "cli/show.h"
#include "dashboards/table/table.h"
#include "dashboards/words/text.h"
#include "lib/clean.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/schema.h"
#include "runners/profile/profile.h"
#include "runners/suite/plan.h"

#define LAST_BYTES 14 /* of the last instruction, in which a relocation may be */

/* --- one piece beside its instructions ------------------------------------------------------ */

/* One piece of the function ("name", "name.part.0") and its counts, which are n from v on. */
struct listing {
	struct buf *out;
	const struct cost_piece *p;
	const struct profile_record *v;
	size_t n;
	double operations;
};

static void add_count(const struct listing *l, uint64_t count)
{
	double each = (double)count / l->operations;

	if (!count)
		buf_addf(l->out, "%10s  ", ".");
	else
		buf_addf(l->out, "%10.*f  ", each >= 0.1 ? 3 : 6, each);
}

/* The line, its tabs as blanks. */
static void add_visible(struct buf *out, int indent, const char *s)
{
	char *line = xasprintf("%*s%s", indent, "", s);

	for (char *p = line; (p = strchr(p, '\t'));)
		*p = ' ';
	clean_add(out, line);
	buf_addc(out, '\n');
	free(line);
}

/* Counts before address that belong to no instruction: the kernel patched itself there. */
static void add_patched(struct listing *l, uint64_t address)
{
	for (; l->n && l->v->address < address; l->v++, l->n--) {
		add_count(l, l->v->count);
		buf_addf(l->out,
			 "%16" PRIx64
			 "  (patched: the image has no instruction that begins here)\n",
			 l->v->address);
	}
}

/* A line of objdump's: an instruction "address:\tmov ...", a relocation "\t\t\taddress:
 * R_X86_64_PLT32\t__fentry__-0x4", a line of source, or a heading. */
static void add_line(struct listing *l, const char *line, uint64_t shift, uint64_t last)
{
	const char *text = line + strspn(line, " \t");
	uint64_t address = 0;
	size_t n = num_hex(text, &address);
	bool code = n && !strncmp(text + n, ":\t", 2);
	bool counted;

	address += shift;
	if ((code || (n && !strncmp(text + n, ": R_", 4))) &&
	    (address < l->p->address || address > last + (code ? 0 : LAST_BYTES)))
		return; /* objdump shows relocations of the functions before, too */
	if (!code) {
		if (*text && !strstr(line, "file format ") && strncmp(line, "Disassembly of ", 15))
			add_visible(l->out, 30, text);
		return;
	}
	add_patched(l, address);
	counted = l->n && l->v->address == address;
	add_count(l, counted ? l->v->count : 0);
	l->v += counted;
	l->n -= counted;
	buf_addf(l->out, "%16" PRIx64 "  ", address);
	add_visible(l->out, 0, text + n + 2);
}

static int add_code(struct listing *l, struct annotate_code *c, struct err *e)
{
	const uint64_t last = l->v[l->n - 1].address;
	struct strv lines = STRV_INIT;
	struct buf code = BUF_INIT;
	uint64_t shift;
	int ret = annotate_disassemble(&code, &shift, c, l->p, last, e);

	strv_split(&lines, buf_str(&code), "\n");
	buf_addf(l->out, "\n%s%s%s: %.6g instructions and %.6g calls an operation\n\n",
		 l->p->function, strcmp(l->p->object, PROFILE_KERNEL) ? " of " : "",
		 strcmp(l->p->object, PROFILE_KERNEL) ? l->p->object : "",
		 (double)l->p->instructions / l->operations, (double)l->p->calls / l->operations);
	buf_addf(l->out, "%10s  %16s  %s\n", "each op", "address", "instruction");
	for (size_t i = 0; i < lines.n; i++)
		add_line(l, lines.v[i], shift, last);
	add_patched(l, UINT64_MAX);
	strv_release(&lines);
	buf_release(&code);
	return ret;
}

/* --- a side ------------------------------------------------------------------------------- */

/* The pieces of a function in one cell run. */
struct side {
	const char *variant;
	const json_t *run;
	const char *path; /* of the counts */
	const struct cost_piece *pieces;
	size_t nr;
	double operations;
};

static int check_piece(const struct cost_piece *p, struct err *e)
{
	if (!strcmp(p->object, PROFILE_GUEST) || !strcmp(p->object, PROFILE_PROGRAM) ||
	    !strcmp(p->object, PROFILE_LIBRARY)) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL,
			       "%s is not of the kernel but of %s: only the kernel's functions can "
			       "be annotated",
			       p->function, p->object);
	}
	return p->address
		       ? 0
		       : err_add(e, EINVAL, PROFILE_CSV " does not say where %s lies", p->function);
}

/* The counts from the piece's start on that are its own. */
static int add_piece(struct buf *out, const struct side *s, const struct cost_piece *p,
		     const struct counts *c, struct annotate_code *code, struct err *e)
{
	size_t from = counts_at(c, p->address), to = from;
	struct listing l = { out, p, c->v + from, 0, s->operations };
	uint64_t sum = 0;

	while (to < c->n && c->v[to].address < p->end && sum < p->instructions)
		sum += c->v[to++].count;
	l.n = to - from;
	if (sum != p->instructions)
		return err_add(e, EINVAL,
			       "%s has %" PRIu64 " instructions of %s, %s %" PRIu64
			       ": they are not of the same cell run",
			       s->path, sum, p->function, PROFILE_CSV, p->instructions);
	if (!code->name && annotate_code_load(code, s->run, s->variant, e))
		return -ENOENT;
	return l.n ? add_code(&l, code, e) : 0;
}

static int add_side(struct buf *out, const struct side *s, struct err *e)
{
	struct annotate_code code = { 0 };
	struct counts counts = { 0 };
	int ret = 0;

	buf_addf(out, "\n%s%s\n", s->variant, s->nr ? "" : ": was not executed under that name");
	for (size_t i = 0; i < s->nr && !ret; i++)
		ret = check_piece(&s->pieces[i], e);
	if (s->nr && !ret && !fs_exists(s->path))
		ret = err_add(
			e, ENOENT,
			"the counts of each instruction are not there any more (%s): raw_budget of "
			"the suite says how much is kept; `fsduel profile` does without",
			s->path);
	if (s->nr && !ret)
		ret = counts_load(&counts, s->path, e);
	for (size_t i = 0; i < s->nr && !ret; i++)
		ret = add_piece(out, s, &s->pieces[i], &counts, &code, e);
	annotate_code_release(&code);
	counts_release(&counts);
	return ret;
}

/* Both sides of the cell's first pair. */
static int add_pair(struct buf *out, const char *dir, const struct shown *s,
		    const struct cost_cell *cell, const char *function, struct err *e)
{
	const char *const variants[] = { cell->baseline, cell->patched };
	struct plan_unit unit = { .block = 1, .pass = PASS_PROFILE };
	struct cost_run run = { 0 };
	int ret = 0;

	while (unit.block <= s->costs->blocks && !costs_run(s->costs, cell, unit.block, &run))
		unit.block++;
	for (int side = 0; side < 2 && !ret; side++) {
		struct side x = { variants[side], results_run(s->r),
				  .operations = run.operations[side] };
		struct cost_piece *pieces;
		char key[64], *path;

		unit.cell = run.cell;
		unit.variant = run.variant[side];
		plan_unit_key(&unit, key);
		x.path = path = xasprintf("%s/" RAW_DIR "/%s.profile.gz", dir, key);
		x.nr = costs_pieces(s->costs, run.cell, run.variant[side], unit.block, function,
				    &pieces);
		x.pieces = pieces;
		ret = add_side(out, &x, e);
		free(pieces);
		free(path);
	}
	return ret;
}

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
	text_add_wrapped(
		out, "note: ",
		"a running kernel patches itself (alternatives, static keys, tracing): "
		"the code that ran may differ from the image's bytes shown here. Counts "
		"are exact, those of the cell's first pair; code beyond the last instruction "
		"executed is not shown.",
		TABLE_WIDTH);
	buf_release(&b);
}

static int run(const struct call *call, struct err *e)
{
	const struct options *o = &call->o;
	const char *dir = call->args[0], *function = call->args[1];
	const struct cost_cell *cell = NULL;
	struct shown s = { 0 };
	struct buf out = BUF_INIT;
	int code = FSDUEL_USAGE, ret = show_pass(dir, SUBJECT_COSTS, &s, e);

	if (!ret)
		ret = costs_check(s.costs, o->contrast, o->workload, e);
	if (!ret && !(cell = pick(s.costs, o, function)))
		ret = err_add(e, EINVAL,
			      "no function %.128s was executed in a measured part; `fsduel profile "
			      "-a` lists those that were",
			      function);
	if (!ret) {
		add_heading(&out, cell, costs_find(cell, function));
		code = add_pair(&out, dir, &s, cell, function, e) ? err_exit_code(e, FSDUEL_MACHINE)
								  : show_print(&out, e);
	}
	show_close(&s);
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
