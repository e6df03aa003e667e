/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_table.c: the terminal report of `fsduel profile`; see costs_table.h. */
#include "dashboards/table/costs_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/table/table_impl.h"
#include "dashboards/words/text.h"
#include "lib/num.h"

#define MOSTLY 0.9 /* of the change by amount: then it is called by one name */

bool costs_shown(const struct costs_view *v, const struct cost_cell *c)
{
	return (!v->contrast || !strcmp(v->contrast, c->contrast)) &&
	       (!v->workload || !strcmp(v->workload, c->workload));
}

/* Five characters or so: "15535", "171.2", "0.02". */
static const char *count_text(char dst[32], double v)
{
	double a = fabs(v);

	if (a >= 1e6)
		return num_format_si(dst, v);
	snprintf(dst, 32, "%.*f", a >= 100 ? 0 : a >= 10 ? 1 : 2, a < 0.005 ? 0 : v);
	return dst;
}

static const char *signed_text(char dst[33], double v)
{
	char text[32];

	snprintf(dst, 33, "%s%s", v >= 0.005 ? "+" : "", count_text(text, v));
	return dst;
}

static void add_count(struct grid *g, double v, bool there)
{
	char text[32];

	grid_add(g, there ? count_text(text, v) : "-");
}

static void add_change(struct grid *g, double v)
{
	char text[33];

	grid_add(g, signed_text(text, v));
}

/* "+607..+609", where there are several blocks. */
static void add_spread(struct grid *g, const struct cost_cell *c, const struct cost_line *l)
{
	char low[33], high[33], both[80];

	if (c->pairs < 2)
		return;
	snprintf(both, sizeof(both), "%s..%s", signed_text(low, l->change_min),
		 signed_text(high, l->change_max));
	grid_add(g, both);
}

static void add_share(struct grid *g, const struct cost_cell *c, const struct cost_line *l)
{
	char text[32];

	double pct = fabs(l->share) < 0.0005 ? 0 : l->share * 100; /* no "-0.0" */

	snprintf(text, sizeof(text), "%.*f %%", fabs(pct) >= 10 ? 0 : 1, pct);
	grid_add(g, c->has_share ? text : "-");
}

/* Called more often or longer each time. */
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

/* --- one cell ----------------------------------------------------------------------------- */

/* The columns of functions and subsystems; that of blocks is left out where there is one. */
static void begin(struct grid *g, const struct cost_cell *c, const char *title, bool why,
		  struct grid_column columns[GRID_COLUMNS_MAX])
{
	size_t n = 0;

	columns[n++] = (struct grid_column){ title, 0, 12 };
	columns[n++] = (struct grid_column){ "baseline", 1, 0 };
	columns[n++] = (struct grid_column){ "patched", 1, 0 };
	columns[n++] = (struct grid_column){ "change", 1, 0 };
	if (c->pairs > 1)
		columns[n++] = (struct grid_column){ "over blocks", 1, 0 };
	columns[n++] = (struct grid_column){ "share", 1, 0 };
	if (why)
		columns[n++] = (struct grid_column){ "by", 0, 0 };
	grid_init(g, columns, n);
}

static void add_line(struct grid *g, const struct cost_cell *c, const struct cost_line *l)
{
	grid_add(g, l->name);
	for (int i = 0; i < 2; i++)
		add_count(g, l->instructions[i], l->there[i]);
	add_change(g, l->change);
	add_spread(g, c, l);
	add_share(g, c, l);
}

static void add_functions(struct buf *out, const struct cost_cell *c, size_t top)
{
	struct grid_column columns[GRID_COLUMNS_MAX];
	struct grid g;
	size_t shown = 0;

	begin(&g, c, "function", true, columns);
	for (size_t i = 0; i < c->nr_lines && (!top || shown < top); i++) {
		if (c->lines[i].change == 0)
			break; /* so it is for those that follow */
		add_line(&g, c, &c->lines[i]);
		grid_add(&g, why_text(&c->lines[i]));
		shown++;
	}
	buf_addc(out, '\n');
	if (shown)
		grid_write(out, &g, 2, TABLE_WIDTH);
	else
		buf_adds(out, "  every function executes as many instructions an operation\n");
	grid_release(&g);
}

static int most_changed(const void *a, const void *b)
{
	const struct cost_line *x = *(const struct cost_line *const *)a;
	const struct cost_line *y = *(const struct cost_line *const *)b;
	double dx = fabs(x->change), dy = fabs(y->change);

	if (dx != dy)
		return dx > dy ? -1 : 1;
	return x->subsystem < y->subsystem ? -1 : x->subsystem > y->subsystem;
}

static void add_subsystems(struct buf *out, const struct cost_cell *c)
{
	const struct cost_line *sorted[SUBSYSTEMS_MAX];
	struct grid_column columns[GRID_COLUMNS_MAX];
	struct grid g;
	size_t n = 0;

	for (unsigned k = 0; k < nr_subsystems; k++)
		if (c->subsystem[k].there[0] || c->subsystem[k].there[1])
			sorted[n++] = &c->subsystem[k];
	qsort(sorted, n, sizeof(sorted[0]), most_changed);
	begin(&g, c, "subsystem", false, columns);
	for (size_t i = 0; i < n; i++)
		add_line(&g, c, sorted[i]);
	buf_addc(out, '\n');
	grid_write(out, &g, 2, TABLE_WIDTH);
	grid_release(&g);
}

static void add_total(struct grid *g, const char *name, const double v[2])
{
	char text[32];

	grid_add(g, name);
	for (int i = 0; i < 2; i++)
		add_count(g, v[i], true);
	add_change(g, v[1] - v[0]);
	snprintf(text, sizeof(text), "%+.2f %%", 100 * (v[1] / v[0] - 1));
	grid_add(g, v[0] > 0 ? text : "-");
}

/* Instructions and idle time, which together are the virtual time. */
static void add_totals(struct buf *out, const struct cost_cell *c)
{
	static const struct grid_column columns[] = {
		{ "an operation", 0, 0 }, { "baseline", 1, 0 }, { "patched", 1, 0 },
		{ "change", 1, 0 },       { "", 1, 0 },
	};
	struct grid g;

	grid_init(&g, columns, sizeof(columns) / sizeof(columns[0]));
	add_total(&g, "instructions", c->whole.instructions);
	if (c->has_time) {
		add_total(&g, "idle, ns", c->idle_ns);
		add_total(&g, "virtual time, ns", c->time_ns);
	}
	grid_write(out, &g, 2, TABLE_WIDTH);
	grid_release(&g);
}

/* Lines that are not what they seem. */
static void add_remarks(struct buf *out, const struct cost_cell *c, size_t top)
{
	for (size_t i = 0; i < c->nr_lines && (!top || i < top); i++) {
		const struct cost_line *l = &c->lines[i];
		struct buf b = BUF_INIT;

		if (l->change == 0)
			break;
		if (l->namesakes > 1)
			buf_addf(&b, "%s: %u functions of that name, summed", l->name,
				 l->namesakes);
		else if (l->there[0] && l->there[1] && l->no_split)
			buf_addf(&b, "%s: %s", l->name, l->no_split);
		if (b.len)
			text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
		buf_release(&b);
	}
	for (int i = 0; c->has_time && i < 2; i++)
		if (c->idle_ns[i] < 0)
			text_add_wrapped(
				out, "  ",
				i ? "patched: more instructions than virtual time: "
				    "the two are not of the same part of the run"
				  : "baseline: more instructions than virtual time: the two are "
				    "not of the same part of the run",
				TABLE_WIDTH);
}

static void add_cell(struct buf *out, const struct cost_cell *c, size_t top)
{
	struct buf b = BUF_INIT;

	table_add_cell(&b, c->workload, c->varying);
	if (!c->planned)
		buf_adds(&b, ": was not profiled");
	else
		buf_addf(&b, ": %u of %u profiled block%s", c->pairs, c->planned,
			 c->planned == 1 ? "" : "s");
	if (c->reason)
		buf_addf(&b, ": %s", c->reason);
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
	if (!c->pairs)
		return;
	add_totals(out, c);
	add_functions(out, c, top);
	add_subsystems(out, c);
	add_remarks(out, c, top);
}

void costs_table(struct buf *out, const struct costs *c, const struct results *r,
		 const struct costs_view *v)
{
	const char *contrast = NULL;

	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct cost_cell *cell = &c->cells[i];
		struct buf b = BUF_INIT;

		if (!costs_shown(v, cell))
			continue;
		if (!contrast || strcmp(contrast, cell->contrast)) {
			buf_addf(&b, "%s: %s against %s", cell->contrast, cell->patched,
				 cell->baseline);
			text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
			buf_addc(out, '\n');
		}
		contrast = cell->contrast;
		buf_release(&b);
		add_cell(out, cell, v->top);
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
	for (size_t i = 0; i < c->notes.n; i++)
		text_add_wrapped(out, "note: ", c->notes.v[i], TABLE_WIDTH);
	table_add_notes(out, results_run(r));
}
