/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks_table.c: the terminal report of `fsduel locks`; and what `fsduel compare`
 * shows of locks beside a contrast's tables. See locks_table.h and table_impl.h.
 */
#include "dashboards/table/locks_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/table/table_impl.h"
#include "dashboards/words/text.h"
#include "lib/num.h"

#define WHO_MAX 4      /* sentences a cell and variant */
#define WHO_SHARE 0.05 /* of its waiting: less is not worth one */

static const char *time_text(char dst[32], double ns)
{
	return num_format_ns_human(dst, ns < 1e18 ? (uint64_t)(ns + 0.5) : UINT64_MAX);
}

static void add_per_op(struct grid *g, const struct lock_cell *c, uint64_t waits)
{
	char text[32];

	snprintf(text, sizeof(text), "%.3g", c->operations > 0 ? (double)waits / c->operations : 0);
	grid_add(g, c->operations > 0 ? text : "-");
}

/* "i_rwsem shared" where the lock can be shared at all. */
static void add_class(struct grid *g, const struct lock_figures *f)
{
	const struct lock_class *class = &lock_classes[f->class];
	char text[64];

	snprintf(text, sizeof(text), "%s%s", class->name,
		 f->shared                   ? " shared"
		 : class->kinds & LOCK_RWSEM ? " exclusive"
					     : "");
	grid_add(g, text);
}

static void add_figures(struct buf *out, const struct lock_cell *c)
{
	static const struct grid_column columns[] = {
		{ "lock", 0, 15 }, { "waits", 1, 0 }, { "total", 1, 7 },    { "mean", 1, 7 },
		{ "p99", 1, 7 },   { "max", 1, 7 },   { "waits/op", 1, 0 },
	};
	struct grid g;
	char text[32];

	grid_init(&g, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < c->nr_figures; i++) {
		const struct lock_figures *f = &c->figures[i];

		add_class(&g, f);
		grid_add(&g, num_format_si(text, (double)f->waits));
		grid_add(&g, num_format_ns_human(text, f->total_ns));
		grid_add(&g, time_text(text, f->mean_ns));
		grid_add(&g, time_text(text, f->p99_ns));
		grid_add(&g, num_format_ns_human(text, f->max_ns));
		add_per_op(&g, c, f->own_waits);
	}
	grid_write(out, &g, 4, TABLE_WIDTH);
	grid_release(&g);
}

static void add_who(struct buf *out, const struct lock_cell *c)
{
	double total = 0;

	for (size_t i = 0; i < c->nr_figures; i++)
		total += (double)c->figures[i].total_ns;
	for (size_t i = 0; i < c->nr_who && i < WHO_MAX; i++) {
		struct buf b = BUF_INIT;

		if ((double)c->who[i].total_ns >= WHO_SHARE * total) {
			locks_sentence(&b, &c->who[i]);
			text_add_wrapped(out, "    ", buf_str(&b), TABLE_WIDTH);
		}
		buf_release(&b);
	}
}

/* "baseline/default: 36.82k operations in 1 s, 1 of 1 block, -1.6 % while watched" */
static void add_variant(struct buf *out, const struct lock_cell *c)
{
	struct buf b = BUF_INIT;
	char text[32];

	if (!c->valid) {
		buf_addf(&b, "%s: %s", c->variant, c->reason ? c->reason : "was not run");
		text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
		buf_release(&b);
		return;
	}
	buf_addf(&b, "%s: ", c->variant);
	if (c->operations > 0)
		buf_addf(&b, "%s operations in ", num_format_si(text, c->operations));
	buf_addf(&b, "%s, %u of %u block%s", time_text(text, c->elapsed_ns), c->valid, c->planned,
		 c->planned == 1 ? "" : "s");
	if (c->has_watched) {
		buf_adds(&b, ", ");
		table_add_change(&b, c->watched, true);
		buf_adds(&b, " while watched");
	}
	if (!c->nr_figures)
		buf_adds(&b, ": no wait for any lock");
	text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
	if (c->nr_figures)
		add_figures(out, c);
	add_who(out, c);
}

static bool same_cell(const struct lock_cell *a, const struct lock_cell *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->params, b->params);
}

/* The largest cost either way, and where. */
static void add_cost(struct buf *out, const struct locks *l)
{
	const struct lock_cell *worst = NULL;
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < l->nr_cells; i++) {
		const struct lock_cell *c = &l->cells[i];

		if (c->has_watched && (!worst || fabs(c->watched - 1) > fabs(worst->watched - 1)))
			worst = c;
	}
	if (worst) {
		buf_addf(&b, "watching changed %s by ", l->rate);
		table_add_change(&b, worst->watched, true);
		buf_adds(&b, " at most, in ");
		table_add_cell(&b, worst->workload, worst->varying);
		buf_addf(&b, " of %s (median over blocks of watched against not watched)",
			 worst->variant);
	} else {
		buf_adds(&b, "what watching cost is not known: no cell was measured both ways");
	}
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

static void add_notes(struct buf *out, const struct strv *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		text_add_wrapped(out, "note: ", notes->v[i], TABLE_WIDTH);
}

void locks_table(struct buf *out, const struct locks *l, const struct results *r)
{
	for (size_t i = 0; i < l->nr_cells; i++) {
		const struct lock_cell *c = &l->cells[i];
		struct buf b = BUF_INIT;

		if (!i || !same_cell(c, c - 1)) {
			table_add_cell(&b, c->workload, c->varying);
			buf_adds(out, i ? "\n" : "");
			text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
		}
		add_variant(out, c);
		buf_release(&b);
	}
	buf_addc(out, '\n');
	text_add_wrapped(
		out, "",
		"Sums over blocks, of all threads of the machine; waits/op: of the "
		"workload's own threads, for each operation of the watched runs. A holder is "
		"known only where it waited for the lock itself before. Waits for pages and "
		"for journal commits are no waits for locks. See docs/locks.md.",
		TABLE_WIDTH);
	add_cost(out, l);
	add_notes(out, &l->notes);
	table_add_notes(out, results_run(r));
}

/* --- beside a contrast's tables --------------------------------------------------------------- */

static void add_side(struct grid *g, const struct row_locks *l, int i)
{
	char text[64], time[32];

	snprintf(text, sizeof(text), "%.3g (%s)", l->waits[i], time_text(time, l->wait_ns[i]));
	grid_add(g, text);
}

void table_add_because(struct buf *b, const struct comparison_row *row)
{
	if (row->part == LOCKS_EXPLAIN || row->part == LOCKS_PARTLY)
		buf_addf(b, "%sbecause%s: ", row->part == LOCKS_PARTLY ? "in part " : "",
			 row->j.r.verdict == VERDICT_UNSURE ? " (if it is so)" : "");
}

static void add_because(struct buf *out, const struct comparison_row *row)
{
	struct buf b = BUF_INIT;

	table_add_because(&b, row);
	text_add_wrapped(out, buf_str(&b), row->because, TABLE_WIDTH);
	buf_release(&b);
}

void table_add_locks(struct buf *out, const struct comparison_row *rows, size_t nr)
{
	static const struct grid_column columns[] = {
		{ "cell", 0, 18 },
		{ "lock", 0, 0 },
		{ "baseline", 1, 14 },
		{ "patched", 1, 14 },
	};
	struct grid g;
	size_t shown = 0;

	grid_init(&g, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < nr; i++) {
		struct buf b = BUF_INIT;

		if (!rows[i].l.there)
			continue;
		table_add_cell(&b, rows[i].workload, rows[i].varying);
		grid_add(&g, buf_str(&b));
		grid_add(&g, rows[i].l.class);
		add_side(&g, &rows[i].l, 0);
		add_side(&g, &rows[i].l, 1);
		buf_release(&b);
		shown++;
	}
	if (shown) {
		buf_adds(out, "\nwaits for locks, and the time waited, for each operation\n");
		grid_write(out, &g, 0, TABLE_WIDTH);
	}
	grid_release(&g);
	for (size_t i = 0; i < nr; i++)
		if (rows[i].because)
			add_because(out, &rows[i]);
}

void table_add_lock_notes(struct buf *out, const struct comparison *c)
{
	add_notes(out, &c->lock_notes);
	add_notes(out, &c->cost_notes);
}
