/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_sum.c: the costs of one cell and contrast over the blocks of both sides; see costs.h. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"

#define MOVED_REST 0.01 /* of the larger change of a pair: what may be left of both */

/* One function while blocks are added; line.instructions and calls are sums over pairs. */
struct sum {
	struct cost_line line;
	double whole_calls[2], part_calls[2];
	double cur[2];          /* instructions an operation of the block at hand */
	uint32_t block;         /* the last one it was executed in */
	unsigned blocks, alike; /* alike: namesakes in the cell run at hand */
	bool whole[2];          /* entered as a whole, not only in part */
};

struct summing {
	struct cost_data *d;
	struct sum *sums; /* by function */
};

static struct cost_line new_line(const char *name, unsigned subsystem)
{
	return (struct cost_line){
		.name = name, .subsystem = subsystem, .change_min = DBL_MAX, .change_max = -DBL_MAX
	};
}

static struct sum *touch(struct summing *g, uint32_t function, uint32_t block)
{
	const struct cost_function *f = &g->d->functions[function];
	struct sum *s = &g->sums[function];

	if (s->block == block)
		return s;
	if (!s->blocks++)
		s->line = new_line(f->name ? intern_str(&g->d->strings, f->name) : COSTS_UNKNOWN,
				   f->subsystem);
	s->block = block;
	s->cur[0] = s->cur[1] = 0;
	return s;
}

static void add_row(struct summing *g, const struct cost_row *row, int side, uint32_t block,
		    double operations)
{
	uint32_t name = g->d->functions[row->function].name;
	double calls = (double)row->calls / operations;
	struct sum *s = touch(g, row->function, block);

	s->line.there[side] = true;
	s->line.object[side] = intern_str(&g->d->strings, row->object);
	s->line.total[side] = add_capped(s->line.total[side], row->instructions);
	s->cur[side] += (double)row->instructions / operations;
	s->whole[side] |= row->piece == PIECE_WHOLE;
	s->whole_calls[side] += row->piece == PIECE_WHOLE ? calls : 0;
	s->part_calls[side] += row->piece == PIECE_PART ? calls : 0;
	if (name && row->full_name == name && ++s->alike > s->line.namesakes)
		s->line.namesakes = s->alike;
}

static void add_run(struct summing *g, const struct cost_figures *run, int side, uint32_t block)
{
	for (size_t i = run->from; i < run->to; i++)
		g->sums[g->d->rows[i].function].alike = 0;
	for (size_t i = run->from; i < run->to; i++)
		add_row(g, &g->d->rows[i], side, block, run->operations);
}

static void note_change(struct cost_line *l, double change)
{
	l->change_min = fmin(l->change_min, change);
	l->change_max = fmax(l->change_max, change);
}

static void end_block(struct summing *g, struct cost_cell *out, uint32_t block)
{
	double whole[2] = { 0 }, sub[SUBSYSTEMS_MAX][2] = { { 0 } };

	for (uint32_t i = 0; i < g->d->function_index.nr; i++) {
		struct sum *s = &g->sums[i];
		unsigned k = g->d->functions[i].subsystem;

		if (s->block != block)
			continue;
		for (int side = 0; side < 2; side++) {
			s->line.instructions[side] += s->cur[side];
			sub[k][side] += s->cur[side];
			whole[side] += s->cur[side];
		}
		note_change(&s->line, s->cur[1] - s->cur[0]);
	}
	for (unsigned k = 0; k < nr_subsystems; k++)
		note_change(&out->subsystem[k], sub[k][1] - sub[k][0]);
	note_change(&out->whole, whole[1] - whole[0]);
}

const char *costs_missing(struct cost_data *d, uint32_t cell, uint32_t variant, uint32_t block)
{
	const struct unit *u = results_unit(d->r, cell, variant, block, d->pass);
	const struct cost_figures *run = &d->runs[results_run_at(d->r, cell, variant, block)];
	struct buf b = BUF_INIT;

	if (!u->seen)
		return ""; /* nothing to be said: it was not run */
	if (u->status == SAMPLE_OK && run->operations > 0)
		return NULL;
	if (u->status == SAMPLE_OK)
		buf_adds(&b, "no operation was finished, so nothing can be said for each");
	else
		results_add_reason(&b, d->r, u->status, u->reason);
	return intern_text(&d->strings, &b);
}

static void add_blocks(struct summing *g, struct cost_cell *out, uint32_t cell,
		       const struct results_contrast *contrast)
{
	const uint32_t variant[2] = { contrast->baseline, contrast->patched };
	struct cost_data *d = g->d;
	unsigned timed = 0;

	for (uint32_t b = 1; b <= d->r->blocks; b++) {
		const char *why[2] = { costs_missing(d, cell, variant[0], b),
				       costs_missing(d, cell, variant[1], b) };
		struct cost_figures *run[2];

		for (int i = 0; i < 2; i++)
			run[i] = &d->runs[results_run_at(d->r, cell, variant[i], b)];
		if (why[0] && why[1] && !*why[0] && !*why[1])
			continue; /* not planned: the pass need not be of all blocks */
		out->planned++;
		if (why[0] || why[1]) {
			if (!out->reason)
				out->reason = why[0] && *why[0]   ? why[0]
					      : why[1] && *why[1] ? why[1]
								  : "only one side was profiled";
			continue;
		}
		out->pairs++;
		timed += run[0]->elapsed_ns > 0 && run[1]->elapsed_ns > 0;
		for (int i = 0; i < 2; i++) {
			add_run(g, run[i], i, b);
			out->operations[i] += run[i]->operations;
			out->time_ns[i] += run[i]->elapsed_ns / run[i]->operations;
		}
		end_block(g, out, b);
	}
	out->has_time = timed && timed == out->pairs;
}

static void split(struct cost_line *l, const struct sum *s, unsigned pairs)
{
	for (int i = 0; i < 2; i++)
		l->calls[i] = (s->whole[i] ? s->whole_calls[i] : s->part_calls[i]) / pairs;
	if (!strcmp(l->name, COSTS_UNKNOWN))
		l->no_split = "it has no name";
	else if (!l->there[0] || !l->there[1])
		l->no_split = "it was executed on one side only";
	else if (s->whole[0] != s->whole[1])
		l->no_split = "its beginning was put into its callers on one side only";
	else if (l->calls[0] <= 0 || l->calls[1] <= 0)
		l->no_split = "it was not entered at its first instruction";
	else
		l->has_split = true;
	if (!l->has_split)
		return;
	l->by_calls = (l->calls[1] - l->calls[0]) * l->instructions[0] / l->calls[0];
	l->by_length = l->change - l->by_calls;
}

static void add_to(struct cost_line *sum, const struct cost_line *l)
{
	for (int i = 0; i < 2; i++) {
		sum->there[i] |= l->there[i];
		sum->total[i] = add_capped(sum->total[i], l->total[i]);
		sum->instructions[i] += l->instructions[i];
	}
	sum->change = sum->instructions[1] - sum->instructions[0];
}

static struct cost_line line_of(const struct sum *s, unsigned pairs)
{
	struct cost_line l = s->line;

	if (s->blocks < pairs) /* in the others it was not executed */
		note_change(&l, 0);
	for (int i = 0; i < 2; i++)
		l.instructions[i] /= pairs;
	l.change = l.instructions[1] - l.instructions[0];
	split(&l, s, pairs);
	return l;
}

static const char *object_of(const struct cost_line *l)
{
	return l->object[0] ? l->object[0] : l->object[1];
}

static int compare_lines(const void *a, const void *b)
{
	const struct cost_line *x = a, *y = b;

	return ORDER(fabs(y->change), fabs(x->change)) ?:
	       ORDER(y->instructions[0], x->instructions[0]) ?: strcmp(x->name, y->name) ?:
	       strcmp(object_of(x), object_of(y));
}

/* Do these make a pair; both: each on one side only, else one of them. */
static bool is_moved(const struct cost_line *a, const struct cost_line *b, bool both)
{
	bool alone[2] = { a->there[0] != a->there[1], b->there[0] != b->there[1] };

	return !a->moved && !b->moved && a->subsystem == b->subsystem &&
	       a->change * b->change < 0 && strcmp(a->name, COSTS_UNKNOWN) &&
	       strcmp(b->name, COSTS_UNKNOWN) &&
	       (both ? alone[0] && alone[1] : alone[0] || alone[1]);
}

/* Lines are sorted by the amount of their change: what fits one follows it closely. */
static void find_moved(struct cost_cell *out, bool both)
{
	struct cost_line *end = out->lines + out->nr_lines;

	for (struct cost_line *l = out->lines; l < end && l->change != 0; l++) {
		double least = (1 - MOVED_REST) * fabs(l->change);
		struct cost_line *other = l + 1;

		/* The first that fits leaves the smallest rest. */
		while (other < end && fabs(other->change) >= least && !is_moved(l, other, both))
			other++;
		if (other < end && fabs(other->change) >= least) {
			l->moved = other;
			other->moved = l;
		}
	}
}

static void share_out(struct cost_cell *out)
{
	double amount = 0, unmoved = 0;

	for (size_t i = 0; i < out->nr_lines; i++) {
		amount += fabs(out->lines[i].change);
		unmoved += out->lines[i].moved ? 0 : fabs(out->lines[i].change);
	}
	out->has_share = amount > 0 && fabs(out->whole.change) >= COSTS_SHARE_LEAST * amount;
	out->has_causes = amount > 0 && fabs(out->whole.change) >= COSTS_SHARE_LEAST * unmoved;
	for (size_t i = 0; i < out->nr_lines && out->has_share; i++)
		out->lines[i].share = out->lines[i].change / out->whole.change;
	for (unsigned k = 0; k < nr_subsystems && out->has_share; k++)
		out->subsystem[k].share = out->subsystem[k].change / out->whole.change;
	out->whole.share = out->has_share;
}

static void end_lines(struct summing *g, struct cost_cell *out)
{
	for (uint32_t i = 0; i < g->d->function_index.nr; i++) {
		struct cost_line *l;

		if (!g->sums[i].blocks)
			continue;
		out->lines = intern_room(out->lines, out->nr_lines, sizeof(*out->lines));
		l = &out->lines[out->nr_lines++];
		*l = line_of(&g->sums[i], out->pairs);
		add_to(&out->subsystem[l->subsystem], l);
		add_to(&out->whole, l);
	}
	if (out->nr_lines)
		qsort(out->lines, out->nr_lines, sizeof(*out->lines), compare_lines);
	find_moved(out, true);
	find_moved(out, false);
	share_out(out);
	for (int i = 0; i < 2; i++) {
		out->time_ns[i] /= out->pairs;
		out->idle_ns[i] = out->time_ns[i] - out->whole.instructions[i];
	}
}

void costs_sum(struct cost_cell *out, struct cost_data *d, uint32_t cell,
	       const struct results_contrast *contrast)
{
	struct summing g = { d, xcalloc((size_t)d->function_index.nr + 1, sizeof(*g.sums)) };

	out->whole = new_line("all", 0);
	for (unsigned k = 0; k < nr_subsystems; k++)
		out->subsystem[k] = new_line(subsystems[k].name, k);
	add_blocks(&g, out, cell, contrast);
	if (out->pairs)
		end_lines(&g, out);
	free(g.sums);
}
