/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_table.c: the report of `fsduel profile`: instructions by function and subsystem. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/table/table.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

#define TOP_USUAL 10
#define MOSTLY 0.9 /* of the change by amount: then it is called by one name */

bool costs_shown(const struct costs_view *v, const struct cost_cell *c)
{
	return (!v->contrast || !strcmp(v->contrast, c->contrast)) &&
	       (!v->workload || !strcmp(v->workload, c->workload));
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Five characters or so: "15535", "171.2", "0.02". */
static void add_count(struct buf *b, double v)
{
	double size = fabs(v);

	if (size >= 1e6)
		words_value(b, "", v);
	else
		buf_addf(b, "%.*f", size >= 100 ? 0 : size >= 10 ? 1 : 2, size < 0.005 ? 0 : v);
}

static void add_signed(struct buf *b, double v)
{
	buf_adds(b, v >= 0.005 ? "+" : "");
	add_count(b, v);
}

/* Whether a function is called more often, or each call is longer. */
static const char *why_text(const struct cost_line *l)
{
	double amount = fabs(l->by_calls) + fabs(l->by_length);

	if (l->there[0] != l->there[1])
		return l->there[1] ? "new" : "gone";
	if (!l->has_split)
		return "?";
	if (l->change == 0 && amount == 0)
		return "";
	if (fabs(l->by_calls) >= MOSTLY * amount)
		return l->by_calls > 0 ? "calls+" : "calls-";
	if (fabs(l->by_length) >= MOSTLY * amount)
		return l->by_length > 0 ? "length+" : "length-";
	return "both";
}

/* --- functions and subsystems ----------------------------------------------------------------- */

struct line {
	const struct cost_cell *c;
	const struct cost_line *l;
};

static void add_side(struct buf *b, const struct cost_line *l, int side)
{
	if (l->there[side])
		add_count(b, l->instructions[side]);
	else
		buf_addc(b, '-');
}

/* "+607..+609" */
static void add_spread(struct buf *b, const struct cost_line *l)
{
	add_signed(b, l->change_min);
	buf_adds(b, "..");
	add_signed(b, l->change_max);
}

static void add_share(struct buf *b, const struct line *x)
{
	double pct = fabs(x->l->share) < 0.0005 ? 0 : x->l->share * 100; /* no "-0.0" */

	if (x->c->has_share)
		buf_addf(b, "%.*f %%", fabs(pct) >= 10 ? 0 : 1, pct);
	else
		buf_addc(b, '-');
}

GRID_GET(get_name, struct line, buf_adds(b, x->l->name))
GRID_GET(get_baseline, struct line, add_side(b, x->l, 0))
GRID_GET(get_patched, struct line, add_side(b, x->l, 1))
GRID_GET(get_change, struct line, add_signed(b, x->l->change))
GRID_GET(get_spread, struct line, add_spread(b, x->l))
GRID_GET(get_share, struct line, add_share(b, x))
GRID_GET(get_why, struct line, buf_adds(b, why_text(x->l)))

static bool several_blocks(const void *line)
{
	return ((const struct line *)line)->c->pairs > 1;
}

static const struct grid_column columns[] = {
	{ "function", get_name, .fold = 12 },
	{ "baseline", get_baseline, .right = true },
	{ "patched", get_patched, .right = true },
	{ "change", get_change, .right = true },
	{ "over blocks", get_spread, .right = true, .needed = several_blocks },
	{ "share", get_share, .right = true },
	{ "by", get_why, .right = false }, /* last: of functions only */
};

static void add_lines(struct buf *out, const struct line *lines, size_t nr, bool functions)
{
	struct grid_column own[sizeof(columns) / sizeof(columns[0])];
	struct grid g = { GRID_COLUMNS(own), GRID_ROWS(lines, nr), .indent = 2,
			  .width = TABLE_WIDTH };

	memcpy(own, columns, sizeof(own));
	if (!functions) {
		own[0].title = "subsystem";
		g.nr_columns--;
	}
	grid_text(out, &g);
}

/* How many of a cell's functions are shown: those after the first without a change have none. */
static size_t nr_functions(const struct cost_cell *c, size_t top)
{
	size_t n = 0;

	while (n < c->nr_lines && n < (top ? top : TOP_USUAL) && c->lines[n].change != 0)
		n++;
	return n;
}

static void add_functions(struct buf *out, const struct cost_cell *c, size_t nr)
{
	struct line *lines = xcalloc(nr + 1, sizeof(*lines));

	for (size_t i = 0; i < nr; i++)
		lines[i] = (struct line){ c, &c->lines[i] };
	buf_addc(out, '\n');
	if (nr)
		add_lines(out, lines, nr, true);
	else
		buf_adds(out, "  every function executes as many instructions an operation\n");
	free(lines);
}

static int most_changed(const void *a, const void *b)
{
	const struct cost_line *x = ((const struct line *)a)->l, *y = ((const struct line *)b)->l;
	double dx = fabs(x->change), dy = fabs(y->change);

	if (dx != dy)
		return dx > dy ? -1 : 1;
	return x->subsystem < y->subsystem ? -1 : x->subsystem > y->subsystem;
}

static void add_subsystems(struct buf *out, const struct cost_cell *c)
{
	struct line lines[SUBSYSTEMS_MAX];
	size_t n = 0;

	for (unsigned k = 0; k < nr_subsystems; k++)
		if (c->subsystem[k].there[0] || c->subsystem[k].there[1])
			lines[n++] = (struct line){ c, &c->subsystem[k] };
	qsort(lines, n, sizeof(lines[0]), most_changed);
	buf_addc(out, '\n');
	add_lines(out, lines, n, false);
}

/* --- a cell ----------------------------------------------------------------------------------- */

static void add_relative(struct buf *b, const struct cost_line *l)
{
	if (l->instructions[0] > 0)
		buf_addf(b, "%+.2f %%", 100 * (l->instructions[1] / l->instructions[0] - 1));
	else
		buf_addc(b, '-');
}

GRID_GET(get_relative, struct line, add_relative(b, x->l))

static const struct grid_column total_columns[] = {
	{ "an operation", get_name, .right = false }, { "baseline", get_baseline, .right = true },
	{ "patched", get_patched, .right = true },    { "change", get_change, .right = true },
	{ "", get_relative, .right = true },
};

/* Instructions and idle time, which together are the virtual time. */
static void add_totals(struct buf *out, const struct cost_cell *c)
{
	static const char *const names[] = { "instructions", "idle, ns", "virtual time, ns" };
	const double *const figures[] = { c->whole.instructions, c->idle_ns, c->time_ns };
	struct cost_line totals[3] = { 0 };
	struct line lines[3];

	for (int i = 0; i < 3; i++) {
		totals[i] = (struct cost_line){ .name = names[i],
						.there = { true, true },
						.instructions = { figures[i][0], figures[i][1] },
						.change = figures[i][1] - figures[i][0] };
		lines[i] = (struct line){ c, &totals[i] };
	}
	grid_text(out, &(struct grid){ GRID_COLUMNS(total_columns),
				       GRID_ROWS(lines, c->has_time ? 3 : 1), .indent = 2,
				       .width = TABLE_WIDTH });
}

/* Figures that could be misread. */
static void add_remarks(struct buf *out, const struct cost_cell *c, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct cost_line *l = &c->lines[i];
		struct buf b = BUF_INIT;

		if (l->namesakes > 1)
			buf_addf(&b, "%s: %u functions of that name, summed", l->name,
				 l->namesakes);
		else if (l->there[0] && l->there[1] && l->no_split)
			buf_addf(&b, "%s: %s", l->name, l->no_split);
		table_say(out, "  ", &b);
	}
	for (int i = 0; c->has_time && i < 2; i++) {
		struct buf b = BUF_INIT;

		/* Nothing waits on a device without latency: then rounding may be below 0. */
		if (c->idle_ns[i] < -c->whole.instructions[i] / 1000)
			buf_addf(&b,
				 "%s: more instructions than virtual time: the two are not of the "
				 "same part of the run",
				 i ? "patched" : "baseline");
		table_say(out, "  ", &b);
	}
}

static void add_cell(struct buf *out, const struct cost_cell *c, size_t top)
{
	size_t nr = nr_functions(c, top);
	struct buf b = BUF_INIT;

	words_cell(&b, c->workload, c->varying);
	if (!c->planned)
		buf_adds(&b, ": was not profiled");
	else
		buf_addf(&b, ": %u of %u profiled block%s", c->pairs, c->planned,
			 c->planned == 1 ? "" : "s");
	if (c->reason)
		buf_addf(&b, ": %s", c->reason);
	table_say(out, "", &b);
	if (!c->pairs)
		return;
	add_totals(out, c);
	add_functions(out, c, nr);
	add_subsystems(out, c);
	add_remarks(out, c, nr);
}

void table_costs(struct buf *out, const struct findings *f)
{
	const char *contrast = NULL;

	for (size_t i = 0; i < f->costs->nr_cells; i++) {
		const struct cost_cell *cell = &f->costs->cells[i];
		struct buf b = BUF_INIT;

		if (!costs_shown(&f->view, cell))
			continue;
		if (!contrast || strcmp(contrast, cell->contrast)) {
			buf_addf(&b, "%s: %s against %s", cell->contrast, cell->patched,
				 cell->baseline);
			table_say(out, "", &b);
			buf_addc(out, '\n');
		}
		contrast = cell->contrast;
		add_cell(out, cell, f->view.top);
		buf_addc(out, '\n');
	}
	if (!contrast)
		buf_adds(out,
			 "nothing to compare: the suite has no contrast between two variants\n\n");
	text_add_wrapped(
		out, "",
		"A function's own instructions for each operation, means over blocks, "
		"exact; without those of what it calls. share: of the whole change, where that "
		"is no remainder of changes both ways. by calls: called more (+) or less often; "
		"length: each call longer (+) or shorter; new, gone: executed on one side only, "
		"under that name: it may have another, or be inlined. See docs/profile.md.",
		TABLE_WIDTH);
	table_sentences(out, "note: ", &f->costs->notes);
	table_notes(out, results_run(f->r));
}
