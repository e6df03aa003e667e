/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * costs_because.c: the profile's explanation of a cell's change, joined with that of locks. On
 * a virtual clock that counts instructions, the time of an operation is its instructions and
 * the idle time. See docs/profile.md.
 */
#include <math.h>
#include <string.h>

#include "analysis/costs/costs_impl.h"
#include "lib/num.h"

#define FUNCTIONS_LEAST 0.5 /* of a change of the path: functions say less than subsystems */
#define IDLE_COUNTS 0.2     /* of the change in time: less is not said */
#define ALL_OF_IT 0.01      /* as near to all of the change */
#define SAME_CALLS 0.01     /* of the change: by calls less than that is "as often" */

void because_count(struct buf *b, double v)
{
	char text[32];

	if (fabs(v) < 1e6)
		buf_addf(b, fabs(v) >= 100 ? "%.0f" : "%.3g", v);
	else
		buf_adds(b, num_format_si(text, v));
}

static void add_signed(struct buf *b, double v)
{
	buf_adds(b, v > 0 ? "+" : "");
	because_count(b, v);
}

void because_both(struct buf *b, const double v[2])
{
	because_count(b, v[0]);
	buf_adds(b, " -> ");
	because_count(b, v[1]);
}

void because_change(struct buf *b, const double v[2])
{
	add_signed(b, v[1] - v[0]);
	buf_adds(b, " (");
	because_both(b, v);
	buf_addc(b, ')');
}

static void add_how(struct buf *b, const struct cost_line *l)
{
	double amount = fabs(l->by_calls) + fabs(l->by_length);

	buf_adds(b, " (");
	because_both(b, l->instructions);
	if (!l->there[0] || !l->there[1])
		buf_addf(b, ", on the %s side only", l->there[0] ? "baseline" : "patched");
	else if (l->has_split && fabs(l->by_calls) <= SAME_CALLS * amount)
		buf_addf(b, ", called as often, each call %s",
			 l->change > 0 ? "longer" : "shorter");
	else if (l->has_split && fabs(l->by_length) <= SAME_CALLS * amount)
		buf_addf(b, ", called %s often, each call as long",
			 l->change > 0 ? "more" : "less");
	else if (l->has_split) {
		buf_adds(b, ", calls ");
		because_both(b, l->calls);
	}
	buf_addc(b, ')');
}

/* The functions behind the change: as many as explain it, BECAUSE_NAMED at most. */
static double add_functions(struct buf *b, const struct cost_cell *c, double change, bool bulk)
{
	double sum = 0;
	unsigned named = 0;

	for (size_t i = 0; i < c->nr_lines && named < BECAUSE_NAMED; i++) {
		const struct cost_line *l = &c->lines[i];

		if (l->moved || (!bulk && function_is_bulk(l->name)) ||
		    l->change / change < BECAUSE_LEAST || sum >= BECAUSE_ENOUGH)
			continue;
		buf_adds(b, named++ ? ", " : ": ");
		buf_addf(b, "%s ", l->name);
		add_signed(b, l->change);
		add_how(b, l);
		sum += l->change / change;
	}
	return sum;
}

bool because_path_functions(struct buf *b, const struct cost_cell *c)
{
	struct buf named = BUF_INIT;
	double change = 0, amount = 0;
	bool enough;

	for (size_t i = 0; i < c->nr_lines; i++) {
		if (function_is_bulk(c->lines[i].name))
			continue;
		change += c->lines[i].change;
		amount += c->lines[i].moved ? 0 : fabs(c->lines[i].change);
	}
	if (change == 0 || fabs(change) < COSTS_SHARE_LEAST * amount)
		return false;
	enough = add_functions(&named, c, change, false) >= FUNCTIONS_LEAST;
	if (enough)
		buf_add(b, named.data, named.len);
	buf_release(&named);
	return enough;
}

/* "; moved, not grown: memcpy_orig 1680 -> 0, __memcpy 0 -> 1680": pairs as large as a cause. */
void because_moved(struct buf *b, const struct cost_cell *c)
{
	unsigned named = 0;

	for (size_t i = 0; i < c->nr_lines && named < BECAUSE_NAMED; i++) {
		const struct cost_line *from = &c->lines[i], *to = from->moved;

		/* Each pair stands there twice; it is said from the one that lost. */
		if (!to || from->change > 0 ||
		    fabs(from->change) < BECAUSE_LEAST * fabs(c->whole.change))
			continue;
		buf_addf(b, "%s%s ", named++ ? "; " : "; moved, not grown: ", from->name);
		because_both(b, from->instructions);
		buf_addf(b, ", %s ", to->name);
		because_both(b, to->instructions);
	}
}

/* "an operation executes 608 instructions more (14927 -> 15535): ..." */
static void add_clause(struct buf *b, const struct row_costs *p, const struct cost_cell *c)
{
	double change = c->whole.change, time = c->time_ns[1] - c->time_ns[0];
	double idle = c->idle_ns[1] - c->idle_ns[0];

	if (change == 0) {
		buf_adds(b, "an operation executes as many instructions (");
		because_count(b, c->whole.instructions[0]);
		buf_addc(b, ')');
	} else {
		buf_adds(b, "an operation executes ");
		because_count(b, fabs(change));
		buf_addf(b, " instructions %s (", change > 0 ? "more" : "less");
		because_both(b, c->whole.instructions);
		buf_addc(b, ')');
		if (!c->has_causes)
			buf_adds(b, ", what is left of larger changes both ways");
		else if (!add_functions(b, c, change, true))
			buf_adds(b, ", in many functions a little");
	}
	if (p->has_share && fabs(p->share - 1) <= ALL_OF_IT)
		buf_adds(b, "; that is all of the change");
	else if (p->has_share && p->share > 1)
		buf_adds(b, "; that is more than the change");
	else if (p->has_share && p->share >= BECAUSE_PARTLY)
		buf_addf(b, "; that is %.0f %% of the change", p->share * 100);
	if (c->has_time && fabs(idle) > IDLE_COUNTS * fabs(time)) {
		buf_adds(b, "; of each, the CPU is idle for ");
		because_times(b, c->idle_ns);
	}
	because_moved(b, c);
}

static enum lock_part part_of(struct comparison_row *row, const struct cost_cell *c)
{
	double time = c->time_ns[1] - c->time_ns[0];

	if (!c->has_time || time == 0 || (time > 0) != row_slower(row))
		return LOCKS_NOT;
	row->p.has_share = true;
	row->p.share = c->whole.change / time;
	return because_part(row->p.share);
}

void because_begin(struct buf *b, const struct comparison_row *row, bool after_locks)
{
	if (after_locks) {
		buf_addf(b, "%s; ", row->l.because);
	} else {
		row_name(b, row);
		buf_addf(b, " %+.1f %%: ", (row->j.change - 1) * 100);
	}
}

/* Both in one sentence; the one that explains more begins. */
static void join(struct comparison *comp, struct comparison_row *row, const struct cost_cell *c)
{
	bool locks = row->l.part == LOCKS_EXPLAIN || row->l.part == LOCKS_PARTLY;
	enum lock_part part = part_of(row, c);
	struct buf b = BUF_INIT;

	because_begin(&b, row, row->l.because && (locks || part == LOCKS_NOT));
	add_clause(&b, &row->p, c);
	if (row->l.because && !locks && part != LOCKS_NOT)
		buf_adds(&b, "; no lock explains it");
	row->because = comparison_keep(comp, &b);
	row->part = locks && part != LOCKS_EXPLAIN ? row->l.part : part;
}

void because_costs(struct comparison *comp, struct comparison_row *row, const struct cost_cell *c)
{
	const struct cost_line *most = c->lines, *end = c->lines + c->nr_lines;

	row->p.there = true;
	while (most < end && most->moved)
		most++;
	if (most < end && most->change != 0) {
		struct buf name = BUF_INIT;

		buf_adds(&name, most->name);
		row->p.function = comparison_keep(comp, &name);
	}
	for (int i = 0; i < 2; i++) {
		row->p.instructions[i] = c->whole.instructions[i];
		row->p.of_function[i] = row->p.function ? most->instructions[i] : 0;
	}
	if (row_changed(row))
		join(comp, row, c);
}
