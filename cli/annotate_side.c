/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * annotate_side.c: executions of each instruction of a function for an operation, from the
 * raw counts of a cell's profiled pairs, beside the code. profile.csv has the start of a
 * function and the number of its instructions, so no symbols are needed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/results.h"
#include "cli/annotate.h"
#include "lib/clean.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/schema.h"
#include "runners/profile/profile.h"
#include "runners/suite/plan.h"

#define LAST_BYTES 14 /* of the last instruction, in which a relocation may be */
#define SAME_SHOWN 3  /* of equal instructions in a row */

/* --- counts ------------------------------------------------------------------------------ */

struct side {
	struct annotate_piece *pieces;
	size_t n;
};

static struct annotate_piece *piece_of(struct side *s, const struct cost_piece *p)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->pieces[i].address == p->address &&
		    !strcmp(s->pieces[i].function, p->function))
			return &s->pieces[i];
	s->pieces = xrealloc(s->pieces, s->n + 1, sizeof(*s->pieces));
	s->pieces[s->n] = (struct annotate_piece){
		.object = p->object,
		.function = p->function,
		.address = p->address,
	};
	return &s->pieces[s->n++];
}

static int by_address(const void *a, const void *b)
{
	const struct annotate_count *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* Add up the counts of all blocks at the same address. */
static void merge(struct annotate_piece *p)
{
	size_t kept = 0;

	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_address);
	for (size_t i = 0; i < p->n; i++) {
		if (kept && p->v[kept - 1].address == p->v[i].address)
			p->v[kept - 1].each += p->v[i].each;
		else
			p->v[kept++] = p->v[i];
	}
	p->n = kept;
}

/* The counts from the piece's start on that are its own. */
static int add_piece(struct side *s, const struct cost_piece *p, const struct counts *c, double per,
		     const char *path, struct err *e)
{
	struct annotate_piece *out = piece_of(s, p);
	size_t from = counts_at(c, p->address), to = from;
	uint64_t sum = 0;

	while (to < c->n && c->v[to].address < p->end && sum < p->instructions)
		sum += c->v[to++].count;
	if (sum != p->instructions)
		return err_add(e, EINVAL,
			       "%s has %" PRIu64 " instructions of %s, %s %" PRIu64
			       ": they are not of the same cell run",
			       path, sum, p->function, PROFILE_CSV, p->instructions);
	out->v = xrealloc(out->v, out->n + (to - from) + 1, sizeof(*out->v));
	for (size_t i = from; i < to; i++)
		out->v[out->n++] =
			(struct annotate_count){ c->v[i].address, (double)c->v[i].count * per };
	out->instructions += (double)p->instructions * per;
	out->calls += (double)p->calls * per;
	merge(out);
	return 0;
}

static int check_piece(const struct cost_piece *p, struct err *e)
{
	bool program = !strcmp(p->object, PROFILE_GUEST) || !strcmp(p->object, PROFILE_PROGRAM) ||
		       !strcmp(p->object, PROFILE_LIBRARY);

	if (program)
		err_exit(e, FSDUEL_USAGE);
	if (program)
		return err_add(e, EINVAL,
			       "%s is not of the kernel but of %s: only the kernel's functions can "
			       "be annotated",
			       p->function, p->object);
	return p->address
		       ? 0
		       : err_add(e, EINVAL, PROFILE_CSV " does not say where %s lies", p->function);
}

static int add_block(struct side *s, const char *path, const struct cost_piece *pieces, size_t nr,
		     double per, struct err *e)
{
	struct counts counts = { 0 };
	int ret = 0;

	for (size_t i = 0; i < nr && !ret; i++)
		ret = check_piece(&pieces[i], e);
	if (!ret && !fs_exists(path))
		ret = err_add(
			e, ENOENT,
			"the counts of each instruction are not there any more (%s): raw_budget of "
			"the suite says how much is kept; `fsduel profile` does without",
			path);
	if (!ret)
		ret = counts_load(&counts, path, e);
	for (size_t i = 0; i < nr && !ret; i++)
		ret = add_piece(s, &pieces[i], &counts, per, path, e);
	counts_release(&counts);
	return ret;
}

static int collect(struct side *out, const char *dir, const struct costs *costs,
		   const struct cost_cell *cell, int side, const char *function, struct err *e)
{
	struct cost_run run;
	int ret = 0;

	for (unsigned block = 1; block <= costs->blocks && !ret; block++) {
		struct plan_unit unit = { .block = block, .pass = PASS_PROFILE };
		struct cost_piece *pieces;
		char key[64], *path;
		size_t nr;

		if (!costs_run(costs, cell, block, &run))
			continue;
		unit.cell = run.cell;
		unit.variant = run.variant[side];
		plan_unit_key(&unit, key);
		path = xasprintf("%s/" RAW_DIR "/%s.profile.gz", dir, key);
		nr = costs_pieces(costs, run.cell, run.variant[side], block, function, &pieces);
		if (nr)
			ret = add_block(out, path, pieces, nr,
					1 / (run.operations[side] * cell->pairs), e);
		free(pieces);
		free(path);
	}
	return ret;
}

static void side_release(struct side *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->pieces[i].v);
	free(s->pieces);
	*s = (struct side){ 0 };
}

/* --- beside the instructions --------------------------------------------------------------- */

static void add_count(struct buf *out, double each)
{
	if (each == 0)
		buf_addf(out, "%10s  ", ".");
	else
		buf_addf(out, "%10.*f  ", each >= 0.1 ? 3 : 6, each);
}

/* The address of an instruction of objdump's; false: a line of another kind. */
static bool read_address(const char *line, uint64_t *address, const char **rest)
{
	const char *at = line + strspn(line, " ");
	size_t n = num_hex(at, address);

	if (!n || at[n] != ':' || at[n + 1] != '\t')
		return false;
	*rest = at + n + 2;
	return true;
}

/* "\t\t\t1: R_X86_64_PLT32\t__fentry__-0x4": the module's loader fills it in. */
static bool is_relocation(const char *line, uint64_t *address)
{
	const char *at = line + strspn(line, "\t");
	size_t n = num_hex(at, address);

	return *line == '\t' && n && !strncmp(at + n, ": R_", 4);
}

static bool is_heading(const char *line)
{
	return !*line || strstr(line, "file format ") || !strncmp(line, "Disassembly of ", 15);
}

/* Counts before address that belong to no instruction: the kernel patched itself there. */
static size_t add_patched(struct buf *out, const struct annotate_piece *p, size_t at,
			  uint64_t address)
{
	for (; at < p->n && p->v[at].address < address; at++) {
		add_count(out, p->v[at].each);
		buf_addf(out,
			 "%16" PRIx64
			 "  (patched: the image has no instruction that begins here)\n",
			 p->v[at].address);
	}
	return at;
}

/* The line, its tabs as blanks. */
static void add_visible(struct buf *out, const char *s)
{
	char *line = xstrdup(s);

	for (char *p = line; (p = strchr(p, '\t'));)
		*p = ' ';
	clean_add(out, line);
	buf_addc(out, '\n');
	free(line);
}

struct listing {
	struct buf *out;
	const struct annotate_piece *p;
	uint64_t shift, last; /* last: address of the last instruction executed */
	size_t at;            /* the next of the counts */
	struct buf before;    /* lines of source that belong to the next instruction */
	char *same;           /* the instruction above, its count, and how often it came */
	double each;
	unsigned times;
};

static void end_same(struct listing *l)
{
	if (l->times > SAME_SHOWN)
		buf_addf(l->out, "%30s(%u more of these)\n", "", l->times - SAME_SHOWN);
	free(l->same);
	l->same = NULL;
	l->times = 0;
}

static void add_instruction(struct listing *l, uint64_t address, const char *text)
{
	const struct annotate_piece *p = l->p;
	bool counted;
	double each;

	if (l->at < p->n && p->v[l->at].address < address)
		end_same(l);
	l->at = add_patched(l->out, p, l->at, address);
	counted = l->at < p->n && p->v[l->at].address == address;
	each = counted ? p->v[l->at++].each : 0;
	if (!l->same || l->before.len || each != l->each || strcmp(l->same, text)) {
		end_same(l);
		l->same = xstrdup(text);
		l->each = each;
	}
	buf_adds(l->out, buf_str(&l->before));
	buf_reset(&l->before);
	if (++l->times > SAME_SHOWN)
		return;
	add_count(l->out, each);
	buf_addf(l->out, "%16" PRIx64 "  ", address);
	add_visible(l->out, text);
}

static void add_text(struct buf *out, const char *line)
{
	buf_addf(out, "%30s", "");
	add_visible(out, line + strspn(line, "\t "));
}

static void add_line(struct listing *l, const char *line)
{
	const char *text;
	uint64_t address;

	if (read_address(line, &address, &text)) {
		if (address + l->shift <= l->last)
			add_instruction(l, address + l->shift, text);
	} else if (is_relocation(line, &address)) {
		/* objdump shows those of the functions before, too. */
		if (address + l->shift >= l->p->address &&
		    address + l->shift <= l->last + LAST_BYTES)
			add_text(l->out, line);
	} else if (!is_heading(line)) {
		add_text(&l->before, line);
	}
}

static int show_piece(struct buf *out, const struct annotate_piece *p, struct annotate_code *c,
		      struct err *e)
{
	struct listing l = { .out = out, .p = p, .last = p->v[p->n - 1].address };
	struct buf code = BUF_INIT;
	int ret = annotate_disassemble(&code, &l.shift, c, p, l.last, e);

	if (ret)
		goto out;
	buf_addf(out, "\n%s", p->function);
	if (strcmp(p->object, PROFILE_KERNEL))
		buf_addf(out, " [%s]", p->object);
	buf_addf(out, ": %.6g instructions and %.6g calls an operation\n\n", p->instructions,
		 p->calls);
	buf_addf(out, "%10s  %16s  %s\n", "each op", "address", "instruction");
	for (char *line = code.data, *next; line && *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = '\0';
		add_line(&l, line);
	}
	end_same(&l);
	add_patched(out, p, l.at, UINT64_MAX);
out:
	buf_release(&l.before);
	buf_release(&code);
	return ret;
}

int annotate_side(struct buf *out, const struct annotate_cell *a, int side, struct err *e)
{
	const char *variant = side ? a->cell->patched : a->cell->baseline;
	struct annotate_code c = { 0 };
	struct side s = { NULL, 0 };
	int ret = collect(&s, a->dir, a->costs, a->cell, side, a->function, e);

	buf_addf(out, "\n%s%s\n", variant, s.n || ret ? "" : ": was not executed under that name");
	if (!ret && s.n)
		ret = annotate_code_load(&c, results_run(a->results), variant, e);
	for (size_t i = 0; i < s.n && !ret; i++)
		if (s.pieces[i].n)
			ret = show_piece(out, &s.pieces[i], &c, e);
	annotate_code_release(&c);
	side_release(&s);
	return ret;
}
