/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_table.c: the report of `fsduel guard` for a terminal; it draws analysis/guard's counts. */
#include <inttypes.h>
#include <stdlib.h>

#include "dashboards/grid/grid.h"
#include "dashboards/table/table.h"
#include "dashboards/words/words.h"

/* --- counts ----------------------------------------------------------------------------------- */

/* cell NULL: the variant as a whole. */
struct line {
	const struct guard_variant *v;
	const struct guard_cell *cell;
	bool named; /* the first line of its cell */
};

static void add_verdict(struct buf *b, const struct guard_variant *v)
{
	if (v->control)
		buf_adds(b, v->verdict == GUARD_STALE ? "hit (control)" : "silent (control)");
	else
		buf_adds(b, v->verdict == GUARD_STALE && v->held_against
				    ? "stale (as baseline)"
				    : guard_verdict_names[v->verdict]);
}

#define COUNT(name, of)                                                                            \
	GRID_GET(name, struct line,                                                                \
		 const struct guard_counts *c = x->cell ? &x->cell->counts : &x->v->counts;        \
		 buf_addf(b, "%" PRIu64, of))
COUNT(get_reads, guard_reads(c))
COUNT(get_stale, guard_hits(c))
COUNT(get_mark, c->poison)
COUNT(get_stamp, c->stamp)
COUNT(get_other, c->other)
COUNT(get_eio, c->eio)
GRID_GET(get_name, struct line, buf_adds(b, x->v->name))
GRID_GET(get_verdict, struct line, add_verdict(b, x->v))
GRID_GET(get_cell, struct line, if (x->named) words_cell(b, x->cell->workload, x->cell->varying))

static const struct grid_column variant_columns[] = {
	{ "variant", get_name, .fold = 18 },   { "reads", get_reads, .right = true },
	{ "stale", get_stale, .right = true }, { "mark", get_mark, .right = true },
	{ "stamp", get_stamp, .right = true }, { "other", get_other, .right = true },
	{ "EIO", get_eio, .right = true },     { "verdict", get_verdict, .fold = 8 },
};

static const struct grid_column cell_columns[] = {
	{ "stale of reads in", get_cell, .fold = 20 },
	{ "variant", get_name, .fold = 18 },
	{ "stale", get_stale, .right = true },
	{ "reads", get_reads, .right = true },
	{ "EIO", get_eio, .right = true },
};

static void add_variants(struct buf *out, const struct guard *g)
{
	struct line *lines = xcalloc(g->nr_variants + 1, sizeof(*lines));

	for (size_t i = 0; i < g->nr_variants; i++)
		lines[i].v = &g->variants[i];
	grid_text(out, &(struct grid){ GRID_COLUMNS(variant_columns),
				       GRID_ROWS(lines, g->nr_variants), .width = TABLE_WIDTH });
	free(lines);
}

/* By cell, so that the hits of one workload do not hide that another one had none. */
static void add_cells(struct buf *out, const struct guard *g)
{
	struct line *lines = xcalloc(g->nr_cells * g->nr_variants + 1, sizeof(*lines));
	size_t n = 0;

	for (size_t c = 0; c < g->nr_cells; c++)
		for (size_t i = 0; i < g->nr_variants; i++)
			lines[n++] = (struct line){ &g->variants[i], &g->variants[i].cells[c], !i };
	grid_text(out, &(struct grid){ GRID_COLUMNS(cell_columns), GRID_ROWS(lines, n),
				       .width = TABLE_WIDTH });
	free(lines);
}

/* --- sentences -------------------------------------------------------------------------------- */

static void add_first(struct buf *out, const struct guard_variant *v)
{
	const struct guard_hit *h = &v->first;
	struct buf b = BUF_INIT;

	if (!h->workload)
		return;
	buf_addf(&b, "%s: first after ", v->name);
	words_value(&b, "ns", (double)h->after_ns);
	buf_adds(&b, " in ");
	words_cell(&b, h->workload, h->varying);
	buf_addf(&b, ", block %u (seed %s), at file offset %" PRIu64 ": ", h->block, h->seed,
		 h->offset);
	guard_carried(&b, h);
	table_say(out, "  ", &b);
}

static void add_notes(struct buf *out, const struct guard_variant *v)
{
	struct buf b = BUF_INIT;

	if (v->why)
		buf_addf(&b, "%s: unsure: %s", v->name, v->why);
	table_say(out, "  ", &b);
	if (v->troubled)
		buf_addf(&b, "%s: %u of %u cell runs: %s", v->name, v->troubled, v->planned,
			 v->trouble);
	table_say(out, "  ", &b);
}

void table_guard_summary(struct buf *out, const struct guard *g)
{
	unsigned controls = 0, hit = 0;

	for (size_t i = 0; i < g->nr_variants; i++) {
		controls += g->variants[i].control;
		hit += g->variants[i].control && g->variants[i].verdict == GUARD_STALE;
	}
	buf_addf(out, "guard: %u stale, %u clean, %u unsure; %u of %u control%s hit",
		 guard_count(g, GUARD_STALE), guard_count(g, GUARD_CLEAN),
		 guard_count(g, GUARD_UNSURE), hit, controls, controls == 1 ? "" : "s");
}

void table_guard(struct buf *out, const struct findings *f)
{
	const struct guard *g = f->guard;
	struct buf b = BUF_INIT;

	table_guard_summary(out, g);
	buf_adds(out, "\n\n");
	add_variants(out, g);
	buf_addc(out, '\n');
	for (size_t i = 0; i < g->nr_variants; i++)
		add_first(out, &g->variants[i]);
	for (size_t i = 0; i < g->nr_variants; i++)
		add_notes(out, &g->variants[i]);
	buf_addc(out, '\n');
	add_cells(out, g);
	buf_addc(out, '\n');
	buf_addf(&b,
		 "stale: a direct read returned what the disk held before: the mark of free "
		 "space, the stamp of another round or place, or anything but zeros and the stamp "
		 "due there. clean: none in at least %" PRIu64
		 " reads, and a control was hit. It holds for "
		 "these reads, seeds and interleavings; no hit is no proof. See docs/guard.md.",
		 g->least);
	table_say(out, "", &b);
	table_notes(out, results_run(f->r));
}
