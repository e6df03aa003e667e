/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * annotate_counts.c: executions of each instruction of a function for each operation,
 * from the raw counts of a cell's profiled pairs; see annotate.h. Where a function begins
 * stands in profile.csv, and how many instructions are its own, so no symbols are needed.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results/results.h"
#include "cli/annotate.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/profile/counts.h"
#include "runners/suite/plan.h"

static struct annotate_piece *piece_of(struct annotate_side *s, const struct cost_piece *p)
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

/* What a block adds, to what other blocks have at the same address. */
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
static int add_piece(struct annotate_side *s, const struct cost_piece *p, const struct counts *c,
		     double per, const char *path, struct err *e)
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

static int add_block(struct annotate_side *s, const char *path, const struct cost_piece *pieces,
		     size_t nr, double per, struct err *e)
{
	struct counts counts = { 0 };
	int ret = 0;

	for (size_t i = 0; i < nr && !ret; i++)
		ret = check_piece(&pieces[i], e);
	if (!ret && !fs_exists(path))
		ret = err_add(
			e, ENOENT,
			"the counts of each instruction are not there any more (%s): "
			"raw_budget of the suite says how much is kept; `fsduel profile` does "
			"without",
			path);
	if (!ret)
		ret = counts_load(&counts, path, e);
	for (size_t i = 0; i < nr && !ret; i++)
		ret = add_piece(s, &pieces[i], &counts, per, path, e);
	counts_release(&counts);
	return ret;
}

int annotate_collect(struct annotate_side *out, const char *dir, const struct costs *costs,
		     const struct cost_cell *cell, int side, const char *function, struct err *e)
{
	struct cost_run run;
	int ret = 0;

	*out = (struct annotate_side){ 0 };
	for (unsigned block = 1; costs_block(costs, block) && !ret; block++) {
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

void annotate_side_release(struct annotate_side *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->pieces[i].v);
	free(s->pieces);
	*s = (struct annotate_side){ 0 };
}
