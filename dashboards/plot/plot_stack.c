/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_stack.c: what an operation is made of, one bar a cell and variant: its time and
 * the waits for locks in it by class, beside throughput; its instructions by subsystem;
 * see plot_impl.h. Bars are in per cent of the baseline's whole, so that cells of any
 * speed fit one axis.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/plot/plot_impl.h"
#include "lib/num.h"

#define PARTS_MAX 10
#define PART_LEAST 0.02 /* of a bar: a subsystem that is nowhere larger goes into the rest */

/* Which classes or subsystems the bars show; the rest, if any, is one part more. */
struct parts {
	unsigned v[PARTS_MAX];
	unsigned nr;
	bool rest;
	const char *(*name)(unsigned number);
};

/* One bar, in units of its own. */
struct bar {
	const char *text; /* on the right */
	double whole, part[PARTS_MAX + 1];
};

static unsigned columns_of(const struct parts *p)
{
	return p->nr + p->rest;
}

static const char *part_name(const struct parts *p, unsigned i)
{
	return i < p->nr ? p->name(p->v[i]) : "the rest";
}

/* The table's header, and a key; for text a letter each. */
static struct plot_table *start_table(struct plot_set *t, const struct parts *p)
{
	struct buf header = BUF_INIT, letters = BUF_INIT, key = BUF_INIT;
	struct plot_table *table;

	buf_adds(&header, "y,label,text,side,whole");
	for (unsigned i = 0; i < columns_of(p); i++) {
		buf_addf(&header, ",%s", part_name(p, i));
		buf_addf(&letters, "%s%c %s", i ? "   " : "", 'a' + (int)i, part_name(p, i));
		buf_reset(&key);
		buf_addf(&key, "key%u", i + 1);
		plot_set_text(t, buf_str(&key), part_name(p, i));
	}
	if (t->ascii)
		plot_head(t, "%s", buf_str(&letters));
	plot_set_number(t, "parts", columns_of(p));
	table = plot_table(t, buf_str(&header));
	buf_release(&header);
	buf_release(&letters);
	buf_release(&key);
	return table;
}

/* Both bars of a cell, then a gap. */
static void add_bars(struct plot_table *table, const struct parts *p, const char *workload,
		     const char *varying, const struct bar bars[2], unsigned *y)
{
	char *cell = xasprintf("%s%s%s", workload, *varying ? " " : "", varying);
	double percent = bars[0].whole / 100;

	for (unsigned side = 0; side < 2; side++) {
		struct plot_row r;

		plot_row(table, &r, *y, side ? "patched" : cell);
		plot_text(table, bars[side].text);
		plot_number(table, side);
		plot_number(table, bars[side].whole / percent);
		for (unsigned i = 0; i < columns_of(p); i++)
			plot_number(table, bars[side].part[i] / percent);
		plot_row_end(table, &r, y);
	}
	(*y)++;
	free(cell);
}

/* --- waits for locks ------------------------------------------------------------------- */

static const char *class_name(unsigned class)
{
	return lock_classes[class].name;
}

/* A thread's time that an operation took in the watched runs; 0: not known. */
static double operation_ns(const struct lock_cell *c)
{
	return c && c->operations > 0 ? c->thread_ns / c->operations : 0;
}

struct sides {
	const struct lock_cell *cell[2];
};

static bool find_sides(const struct plot_source *s, const struct plot_request *q,
		       const struct comparison_row *row, struct sides *sides)
{
	const struct comparison_row *first = plot_first(s, q);

	/* Waits are of the whole workload, also where its roles decide. */
	if (!row->primary || !row->whole || !plot_wants(s, q, row) ||
	    strcmp(row->metric, first->metric) != 0)
		return false;
	sides->cell[0] = locks_find(s->locks, row->workload, row->params, row->baseline);
	sides->cell[1] = locks_find(s->locks, row->workload, row->params, row->patched);
	return operation_ns(sides->cell[0]) > 0 && operation_ns(sides->cell[1]) > 0;
}

/* Classes that threads of the workload waited for in any of these cells. */
static struct parts classes_used(const struct plot_source *s, const struct plot_request *q)
{
	struct parts p = { .name = class_name };
	bool used[LOCK_CLASSES_MAX] = { false };
	struct sides sides;

	for (size_t i = 0; i < s->c->nr_rows; i++) {
		if (!find_sides(s, q, &s->c->rows[i], &sides))
			continue;
		for (unsigned k = 0; k < nr_lock_classes; k++)
			used[k] |= locks_of_class(sides.cell[0], k).own_total_ns ||
				   locks_of_class(sides.cell[1], k).own_total_ns;
	}
	for (unsigned k = 0; k < nr_lock_classes && p.nr < PARTS_MAX; k++)
		if (used[k])
			p.v[p.nr++] = k;
	return p;
}

static struct bar lock_bar(const struct lock_cell *c, const struct parts *p, char text[40])
{
	struct bar bar = { .text = text, .whole = operation_ns(c) };
	char number[32];

	snprintf(text, 40, "%s/s", num_format_si(number, c->rate));
	for (unsigned i = 0; i < p->nr; i++)
		bar.part[i] = (double)locks_of_class(c, p->v[i]).own_total_ns / c->operations;
	return bar;
}

PLOT_FILL(locks)
{
	const struct comparison_row *first = plot_first(s, q);
	struct plot_table *table;
	struct parts p = { 0 };
	struct sides sides;
	unsigned y = 1;

	if (s->locks && first)
		p = classes_used(s, q);
	if (!p.nr) {
		*why = xstrdup(
			!s->locks ? "waits for locks were not recorded: fsduel duel --resume DIR "
				    "--pass locks"
				  : "no thread of the workloads waited for a lock");
		return;
	}
	plot_head(t, "An operation's time and the waits for locks in it, shorter is better");
	plot_head(t, "%s: frame: the whole time; right: operations a second while watched",
		  plot_contrast(s, q));
	plot_set_text(t, "axis", "per cent of an operation's time at the baseline");
	table = start_table(t, &p);
	for (size_t i = 0; i < s->c->nr_rows; i++) {
		char text[2][40];

		if (find_sides(s, q, &s->c->rows[i], &sides))
			add_bars(table, &p, s->c->rows[i].workload, s->c->rows[i].varying,
				 (struct bar[2]){ lock_bar(sides.cell[0], &p, text[0]),
						  lock_bar(sides.cell[1], &p, text[1]) },
				 &y);
	}
	plot_set_number(t, "rows", y - 2);
}

/* --- instructions ------------------------------------------------------------------------ */

static const char *subsystem_name(unsigned subsystem)
{
	return subsystems[subsystem].name;
}

static bool wants_costs(const struct plot_source *s, const struct plot_request *q,
			const struct cost_cell *c)
{
	const char *contrast = plot_contrast(s, q);

	return c->pairs && contrast && !strcmp(c->contrast, contrast) &&
	       c->whole.instructions[0] > 0 &&
	       (!q->workload || !strcmp(c->workload, q->workload)) &&
	       (!q->params || !strcmp(c->params, q->params));
}

static struct parts subsystems_used(const struct plot_source *s, const struct plot_request *q)
{
	struct parts p = { .name = subsystem_name };
	bool large[SUBSYSTEMS_MAX] = { false }, used[SUBSYSTEMS_MAX] = { false };

	for (size_t i = 0; i < s->costs->nr_cells; i++) {
		const struct cost_cell *c = &s->costs->cells[i];

		if (!wants_costs(s, q, c))
			continue;
		for (unsigned k = 0; k < nr_subsystems * 2; k++) {
			double part = c->subsystem[k / 2].instructions[k % 2];

			used[k / 2] |= part > 0;
			large[k / 2] |= part >= PART_LEAST * c->whole.instructions[k % 2];
		}
	}
	for (unsigned k = 0; k < nr_subsystems; k++) {
		if (large[k] && p.nr < PARTS_MAX)
			p.v[p.nr++] = k;
		else
			p.rest |= used[k];
	}
	return p;
}

static struct bar cost_bar(const struct cost_cell *c, unsigned side, const struct parts *p,
			   char text[40])
{
	struct bar bar = { .text = text, .whole = c->whole.instructions[side] };
	double rest = bar.whole;
	char number[32];

	snprintf(text, 40, "%s", num_format_si(number, bar.whole));
	for (unsigned i = 0; i < p->nr; i++) {
		bar.part[i] = c->subsystem[p->v[i]].instructions[side];
		rest -= bar.part[i];
	}
	if (p->rest)
		bar.part[p->nr] = rest > 0 ? rest : 0;
	return bar;
}

PLOT_FILL(profile)
{
	struct plot_table *table;
	struct parts p = { 0 };
	unsigned y = 1;

	if (s->costs)
		p = subsystems_used(s, q);
	if (!columns_of(&p)) {
		*why = xstrdup(!s->costs
				       ? "instructions were not counted: fsduel duel --resume DIR "
					 "--pass profile"
				       : "no cell has a profile of both sides");
		return;
	}
	plot_head(t, "Instructions an operation by subsystem, fewer is better");
	plot_head(t, "%s: right: all instructions of an operation", plot_contrast(s, q));
	plot_set_text(t, "axis", "per cent of an operation's instructions at the baseline");
	table = start_table(t, &p);
	for (size_t i = 0; i < s->costs->nr_cells; i++) {
		const struct cost_cell *c = &s->costs->cells[i];
		char text[2][40];

		if (wants_costs(s, q, c))
			add_bars(table, &p, c->workload, c->varying,
				 (struct bar[2]){ cost_bar(c, 0, &p, text[0]),
						  cost_bar(c, 1, &p, text[1]) },
				 &y);
	}
	plot_set_number(t, "rows", y - 2);
}
