/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_table.c: the report of `fsduel locks`, and the waits that `fsduel compare` shows. */
#include <stdlib.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/table/table.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

#define WAITERS_MAX 4     /* sentences a cell and variant */
#define WAITER_SHARE 0.05 /* of its waiting: less is not worth one */

/* --- classes of locks ------------------------------------------------------------------------- */

struct line {
	const struct lock_cell *c;
	const struct lock_figures *f;
};

/* "i_rwsem shared" where the lock can be shared at all. */
static void add_class(struct buf *b, const struct lock_figures *f)
{
	const struct lock_class *class = &lock_classes[f->class];

	buf_addf(b, "%s%s", class->name,
		 f->shared                   ? " shared"
		 : class->kinds & LOCK_RWSEM ? " exclusive"
					     : "");
}

static void add_per_op(struct buf *b, const struct line *x)
{
	if (x->c->operations > 0)
		buf_addf(b, "%.3g", (double)x->f->own_waits / x->c->operations);
	else
		buf_addc(b, '-');
}

GRID_GET(get_class, struct line, add_class(b, x->f))
GRID_GET(get_waits, struct line, words_value(b, "", (double)x->f->waits))
GRID_GET(get_total, struct line, words_value(b, "ns", (double)x->f->total_ns))
GRID_GET(get_mean, struct line, words_value(b, "ns", x->f->mean_ns))
GRID_GET(get_p99, struct line, words_value(b, "ns", x->f->p99_ns))
GRID_GET(get_max, struct line, words_value(b, "ns", (double)x->f->max_ns))
GRID_GET(get_per_op, struct line, add_per_op(b, x))

static const struct grid_column columns[] = {
	{ "lock", get_class, .fold = 15 },
	{ "waits", get_waits, .right = true },
	{ "total", get_total, .right = true, .fold = 7 },
	{ "mean", get_mean, .right = true, .fold = 7 },
	{ "p99", get_p99, .right = true, .fold = 7 },
	{ "max", get_max, .right = true, .fold = 7 },
	{ "waits/op", get_per_op, .right = true },
};

static void add_figures(struct buf *out, const struct lock_cell *c)
{
	struct line *lines = xcalloc(c->nr_figures + 1, sizeof(*lines));
	const struct grid g = { GRID_COLUMNS(columns), GRID_ROWS(lines, c->nr_figures), .indent = 4,
				.width = TABLE_WIDTH };

	for (size_t i = 0; i < c->nr_figures; i++)
		lines[i] = (struct line){ c, &c->figures[i] };
	if (c->nr_figures)
		grid_text(out, &g);
	free(lines);
}

static void add_waiters(struct buf *out, const struct lock_cell *c)
{
	double total = 0;

	for (size_t i = 0; i < c->nr_figures; i++)
		total += (double)c->figures[i].total_ns;
	for (size_t i = 0; i < c->nr_who && i < WAITERS_MAX; i++) {
		struct buf b = BUF_INIT;

		if ((double)c->who[i].total_ns >= WAITER_SHARE * total)
			locks_sentence(&b, &c->who[i]);
		table_say(out, "    ", &b);
	}
}

/* "baseline/default: 36.82k operations in 1 s, 1 of 1 block, -1.6 % while watched" */
static void add_variant(struct buf *out, const struct lock_cell *c)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: ", c->variant);
	if (!c->valid) {
		buf_adds(&b, c->reason ? c->reason : "was not run");
	} else {
		if (c->operations > 0) {
			words_value(&b, "", c->operations);
			buf_adds(&b, " operations in ");
		}
		words_value(&b, "ns", c->elapsed_ns);
		buf_addf(&b, ", %u of %u block%s", c->valid, c->planned,
			 c->planned == 1 ? "" : "s");
		if (c->has_watched) {
			buf_adds(&b, ", ");
			words_change(&b, c->watched, true);
			buf_adds(&b, " while watched");
		}
		if (!c->nr_figures)
			buf_adds(&b, ": no wait for any lock");
	}
	table_say(out, "  ", &b);
	if (!c->valid)
		return;
	add_figures(out, c);
	add_waiters(out, c);
}

void table_locks(struct buf *out, const struct findings *f)
{
	const struct locks *l = f->locks;

	for (size_t i = 0; i < l->nr_cells; i++) {
		const struct lock_cell *c = &l->cells[i];
		struct buf b = BUF_INIT;

		if (!i || strcmp(c->workload, c[-1].workload) || strcmp(c->params, c[-1].params)) {
			words_cell(&b, c->workload, c->varying);
			buf_adds(out, i ? "\n" : "");
		}
		table_say(out, "", &b);
		add_variant(out, c);
	}
	buf_addc(out, '\n');
	text_add_wrapped(
		out, "",
		"Sums over blocks, of all threads of the machine; waits/op: of the "
		"workload's own threads, for each operation of the watched runs. A holder is "
		"known only where it waited for the lock itself before. Waits for pages and "
		"for journal commits are no waits for locks. See docs/locks.md.",
		TABLE_WIDTH);
	table_sentences(out, "note: ", &l->notes);
	table_notes(out, results_run(f->r));
}

/* --- beside a contrast's tables --------------------------------------------------------------- */

static void add_side(struct buf *b, const struct row_locks *l, int side)
{
	buf_addf(b, "%.3g (", l->waits[side]);
	words_value(b, "ns", l->wait_ns[side]);
	buf_addc(b, ')');
}

#define row(x) (*(x)) /* the grid's rows are pointers */
GRID_GET(get_row_cell, struct comparison_row *const,
	 words_cell(b, row(x)->workload, row(x)->varying))
GRID_GET(get_row_class, struct comparison_row *const, buf_adds(b, row(x)->l.class))
GRID_GET(get_row_baseline, struct comparison_row *const, add_side(b, &row(x)->l, 0))
GRID_GET(get_row_patched, struct comparison_row *const, add_side(b, &row(x)->l, 1))
#undef row

static const struct grid_column row_columns[] = {
	{ "cell", get_row_cell, .fold = 18 },
	{ "lock", get_row_class, .right = false },
	{ "baseline", get_row_baseline, .right = true, .fold = 14 },
	{ "patched", get_row_patched, .right = true, .fold = 14 },
};

void table_row_locks(struct buf *out, const struct comparison_row *rows, size_t nr)
{
	const struct comparison_row **watched = xcalloc(nr + 1, sizeof(*watched));
	size_t n = 0;

	for (size_t i = 0; i < nr; i++)
		if (rows[i].l.there)
			watched[n++] = &rows[i];
	if (n) {
		buf_adds(out, "\nwaits for locks, and the time waited, for each operation\n");
		grid_text(out, &(struct grid){ GRID_COLUMNS(row_columns), GRID_ROWS(watched, n),
					       .width = TABLE_WIDTH });
	}
	for (size_t i = 0; i < nr; i++) {
		struct buf first = BUF_INIT;

		words_because(&first, &rows[i]);
		if (rows[i].because)
			text_add_wrapped(out, buf_str(&first), rows[i].because, TABLE_WIDTH);
		buf_release(&first);
	}
	free(watched);
}
