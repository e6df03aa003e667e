/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_stack.c: the parts of an operation, one bar a cell and variant: its time and the waits
 * for locks in it by class, beside throughput; its instructions by subsystem; see plot_impl.h.
 * Bars are in per cent of the baseline's whole, so that cells of any speed fit one axis.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/plot/plot_impl.h"
#include "dashboards/words/words.h"
#include "lib/num.h"
#include "lib/schema.h"

#define SHOWN 10 /* parts with a name, and more where the rest would be too large */
#define PARTS_MAX (LOCK_CLASSES_MAX > SUBSYSTEMS_MAX ? LOCK_CLASSES_MAX : SUBSYSTEMS_MAX)
#define SUBSYSTEM_LEAST 0.02 /* of a bar: a subsystem that is nowhere larger goes into the rest */
#define REST_MOST 0.05       /* of a bar: a larger rest would hide what matters */

/* A cell's two bars, in units of their own. */
struct cell_bars {
	const char *workload, *varying;
	struct bar {
		char text[40]; /* on the right */
		double whole, part[PARTS_MAX];
	} side[2];
};

struct chart {
	struct cell_bars *cells;
	size_t nr;
	const char *(*name)(unsigned part);
	unsigned nr_parts;
	double least;                  /* share of a bar from which on a part has a name */
	unsigned shown[PARTS_MAX + 1]; /* by number; filled by choose_parts */
	unsigned nr_shown;
};

/* A new cell, whose bars the caller fills. */
static struct cell_bars *add_cell(struct chart *c, const char *workload, const char *varying)
{
	struct cell_bars *cell;

	c->cells = xrealloc(c->cells, c->nr + 1, sizeof(*c->cells));
	cell = &c->cells[c->nr++];
	*cell = (struct cell_bars){ .workload = workload, .varying = varying };
	return cell;
}

/* The largest share of a bar that these parts have together; of a cell's shorter bar, for the axis
 * is the baseline's. */
static double largest_share(const struct chart *c, const bool parts[PARTS_MAX])
{
	double most = 0;

	for (size_t i = 0; i < 2 * c->nr; i++) {
		const struct bar *side = c->cells[i / 2].side;
		double whole = side[side[1].whole < side[0].whole].whole, sum = 0;

		for (unsigned k = 0; k < c->nr_parts; k++)
			sum += parts[k] ? side[i % 2].part[k] : 0;
		if (whole > 0 && sum / whole > most)
			most = sum / whole;
	}
	return most;
}

/* Which parts have a name; the other ones, if any, are one part more, of the number nr_parts. The
 * largest come first, so that the limit never leaves a large one to the rest. */
static void choose_parts(struct chart *c)
{
	bool rest[PARTS_MAX];
	double share[PARTS_MAX];

	for (unsigned k = 0; k < c->nr_parts; k++) {
		bool alone[PARTS_MAX] = { false };

		rest[k] = alone[k] = true;
		share[k] = largest_share(c, alone);
	}
	for (unsigned n = 0; n < c->nr_parts; n++) {
		unsigned best = 0;

		for (unsigned k = 1; k < c->nr_parts; k++)
			if (rest[k] && (!rest[best] || share[k] > share[best]))
				best = k;
		if (share[best] <= 0 ||
		    ((n >= SHOWN || share[best] < c->least) && largest_share(c, rest) <= REST_MOST))
			break;
		rest[best] = false;
	}
	for (unsigned k = 0; k < c->nr_parts; k++)
		if (!rest[k])
			c->shown[c->nr_shown++] = k;
	if (largest_share(c, rest) > 0)
		c->shown[c->nr_shown++] = c->nr_parts;
}

static double part_of(const struct chart *c, const struct bar *bar, unsigned i)
{
	double rest = 0;

	if (c->shown[i] < c->nr_parts)
		return bar->part[c->shown[i]];
	for (unsigned k = 0, next = 0; k < c->nr_parts; k++) {
		if (next < c->nr_shown && c->shown[next] == k)
			next++;
		else
			rest += bar->part[k];
	}
	return rest;
}

/* The table with both bars of each cell and a gap behind them, and the key. */
static void draw(struct plot_set *t, const struct chart *c)
{
	struct buf header = BUF_INIT;
	unsigned y = 1;
	struct plot_table *table;

	buf_adds(&header, "y,label,text,side,whole");
	for (unsigned i = 0; i < c->nr_shown; i++) {
		const char *name = c->shown[i] < c->nr_parts ? c->name(c->shown[i]) : "the rest";

		buf_addf(&header, ",%s", name);
		plot_set_nth(t, "key", i + 1, name);
	}
	plot_set_number(t, "parts", c->nr_shown);
	table = plot_table(t, buf_str(&header));
	for (size_t i = 0; i < 2 * c->nr; i++) {
		const struct cell_bars *cell = &c->cells[i / 2];
		const struct bar *bar = &cell->side[i % 2];
		double percent = cell->side[0].whole / 100;
		struct buf name = BUF_INIT;

		words_cell(&name, cell->workload, cell->varying);
		plot_row(table, y, i % 2 ? "patched" : buf_str(&name));
		plot_text(table, bar->text);
		plot_number(table, (double)(i % 2));
		plot_number(table, bar->whole / percent);
		for (unsigned k = 0; k < c->nr_shown; k++)
			plot_number(table, part_of(c, bar, k) / percent);
		plot_row_end(table, &y);
		y += i % 2;
		buf_release(&name);
	}
	plot_set_number(t, "rows", y - 2);
	buf_release(&header);
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

static void add_locks(struct chart *chart, const struct plot_source *s,
		      const struct comparison_row *row)
{
	const struct lock_cell *c[2] = {
		locks_find(s->locks, row->workload, row->params, row->baseline),
		locks_find(s->locks, row->workload, row->params, row->patched),
	};
	struct cell_bars *cell;
	char number[32];

	if (operation_ns(c[0]) <= 0 || operation_ns(c[1]) <= 0)
		return;
	cell = add_cell(chart, row->workload, row->varying);
	for (int i = 0; i < 2; i++) {
		struct bar *bar = &cell->side[i];

		snprintf(bar->text, sizeof(bar->text), "%s/s", num_format_si(number, c[i]->rate));
		bar->whole = operation_ns(c[i]);
		for (unsigned k = 0; k < nr_lock_classes; k++)
			bar->part[k] =
				(double)locks_of_class(c[i], k).own_total_ns / c[i]->operations;
	}
}

PLOT_FILL(locks)
{
	const struct comparison_row *first = plot_first(s, q);
	struct chart chart = { .name = class_name, .nr_parts = nr_lock_classes };

	for (size_t i = 0; s->locks && first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		/* Waits are of the whole workload, also where its roles decide. */
		if (row->primary && row->whole && plot_wants(s, q, row) &&
		    !strcmp(row->metric, first->metric))
			add_locks(&chart, s, row);
	}
	choose_parts(&chart);
	if (chart.nr_shown) {
		plot_head(t,
			  "An operation's time and the waits for locks in it, shorter is better");
		plot_head(t, "%s: frame: the whole time; right: operations a second while watched",
			  plot_contrast(s, q));
		plot_set_text(t, "axis", "per cent of an operation's time at the baseline");
		draw(t, &chart);
	} else {
		*why = xstrdup(!s->locks ? "waits for locks were not recorded: fsduel duel "
					   "--resume DIR --pass locks"
					 : "no thread of the workloads waited for a lock");
	}
	free(chart.cells);
}

/* --- instructions ------------------------------------------------------------------------ */

static const char *subsystem_name(unsigned subsystem)
{
	return subsystems[subsystem].name;
}

static void add_costs(struct chart *chart, const struct cost_cell *c)
{
	struct cell_bars *cell = add_cell(chart, c->workload, c->varying);
	char number[32];

	for (int i = 0; i < 2; i++) {
		struct bar *bar = &cell->side[i];

		bar->whole = c->whole.instructions[i];
		snprintf(bar->text, sizeof(bar->text), "%s", num_format_si(number, bar->whole));
		for (unsigned k = 0; k < nr_subsystems; k++)
			bar->part[k] = c->subsystem[k].instructions[i];
	}
}

/* From what every cell run counts; a subsystem's bulk and path are one part. */
static void add_counted(struct chart *chart, const struct plot_source *s,
			const struct plot_request *q)
{
	const struct comparison_row *last = NULL;

	for (size_t i = 0; i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];
		struct bar *bar = last ? chart->cells[chart->nr - 1].side : NULL;
		unsigned k = 0;
		double side[2];

		if (!row->whole || !plot_wants(s, q, row))
			continue;
		if (row->path && row->pairs) {
			last = row;
			add_cell(chart, row->workload, row->varying);
			continue;
		}
		while (k < nr_subsystems && strcmp(row->detail, subsystems[k].name))
			k++;
		if (!last || k == nr_subsystems || !comparison_same_cell(row, last) ||
		    (strcmp(row->metric, METRIC_PATH) && strcmp(row->metric, METRIC_BULK)))
			continue;
		path_means(row, false, side);
		for (int n = 0; n < 2; n++) {
			bar[n].part[k] += side[n];
			bar[n].whole += side[n];
		}
	}
	for (size_t i = 0; i < 2 * chart->nr; i++) {
		struct bar *bar = &chart->cells[i / 2].side[i % 2];

		num_format_si(bar->text, bar->whole);
	}
}

PLOT_FILL(profile)
{
	const char *contrast = plot_contrast(s, q);
	struct chart chart = { .name = subsystem_name,
			       .nr_parts = nr_subsystems,
			       .least = SUBSYSTEM_LEAST };

	add_counted(&chart, s, q);
	for (size_t i = 0; !chart.nr && s->costs && contrast && i < s->costs->nr_cells; i++) {
		const struct cost_cell *c = &s->costs->cells[i];

		if (c->pairs && !strcmp(c->contrast, contrast) && c->whole.instructions[0] > 0 &&
		    (!q->workload || !strcmp(c->workload, q->workload)))
			add_costs(&chart, c);
	}
	choose_parts(&chart);
	if (chart.nr_shown) {
		plot_head(t, "Instructions an operation by subsystem, fewer is better");
		plot_head(t, "%s: right: all instructions of an operation", contrast);
		plot_set_text(t, "axis", "per cent of an operation's instructions at the baseline");
		draw(t, &chart);
	} else {
		*why = xstrdup(!s->costs ? "instructions were not counted: fsduel duel --resume "
					   "DIR --pass profile"
					 : "no cell has a profile of both sides");
	}
	free(chart.cells);
}
