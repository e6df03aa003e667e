/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_table.c: the guard's report for a terminal; see guard_table.h. */
#include "dashboards/table/guard_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "dashboards/grid/grid.h"
#include "dashboards/table/table_impl.h"
#include "dashboards/words/text.h"
#include "lib/num.h"

static void add_count(struct grid *g, uint64_t n)
{
	char text[32];

	grid_add(g, num_format(text, n, NUM_COUNT));
}

static void add_counts(struct grid *grid, const struct guard_counts *c)
{
	add_count(grid, guard_reads(c));
	add_count(grid, guard_hits(c));
	add_count(grid, c->poison);
	add_count(grid, c->stamp);
	add_count(grid, c->other);
	add_count(grid, c->eio);
}

static void add_verdict(struct grid *grid, const struct guard_variant *v)
{
	if (v->control)
		grid_add(grid, v->verdict == GUARD_STALE ? "hit (control)" : "silent (control)");
	else
		grid_add(grid, v->verdict == GUARD_STALE && v->held_against
				       ? "stale (as baseline)"
				       : guard_verdict_names[v->verdict]);
}

static void add_variants(struct buf *out, const struct guard *g)
{
	static const struct grid_column columns[] = {
		{ "variant", 0, 18 }, { "reads", 1, 0 }, { "stale", 1, 0 }, { "mark", 1, 0 },
		{ "stamp", 1, 0 },    { "other", 1, 0 }, { "EIO", 1, 0 },   { "verdict", 0, 8 },
	};
	struct grid grid;

	grid_init(&grid, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < g->nr_variants; i++) {
		const struct guard_variant *v = &g->variants[i];

		grid_add(&grid, v->name);
		add_counts(&grid, &v->counts);
		add_verdict(&grid, v);
	}
	grid_write(out, &grid, 0, TABLE_WIDTH);
	grid_release(&grid);
}

/* Reads and hits where they were, so that one shape's silence is not hidden by another's hits. */
static void add_cells(struct buf *out, const struct guard *g)
{
	static const struct grid_column columns[] = {
		{ "stale of reads in", 0, 20 },
		{ "variant", 0, 18 },
		{ "stale", 1, 0 },
		{ "reads", 1, 0 },
		{ "EIO", 1, 0 },
	};
	struct grid grid;

	grid_init(&grid, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t c = 0; c < g->nr_cells; c++)
		for (size_t i = 0; i < g->nr_variants; i++) {
			const struct guard_cell *cell = &g->variants[i].cells[c];
			struct buf b = BUF_INIT;

			if (!i)
				table_add_cell(&b, cell->workload, cell->varying);
			grid_add(&grid, buf_str(&b));
			grid_add(&grid, g->variants[i].name);
			add_count(&grid, guard_hits(&cell->counts));
			add_count(&grid, guard_reads(&cell->counts));
			add_count(&grid, cell->counts.eio);
			buf_release(&b);
		}
	grid_write(out, &grid, 0, TABLE_WIDTH);
	grid_release(&grid);
}

static void add_first(struct buf *out, const struct guard_variant *v)
{
	const struct guard_hit *h = &v->first;
	struct buf b = BUF_INIT;
	char when[32];

	if (!h->workload)
		return;
	buf_addf(&b, "%s: first after %s in ", v->name, num_format_ns_human(when, h->after_ns));
	table_add_cell(&b, h->workload, h->varying);
	buf_addf(&b, ", block %u (seed %s), at file offset %" PRIu64 ": ", h->block, h->seed,
		 h->offset);
	guard_carried(&b, h);
	text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

/* How much worse than its control is not judged: hits come in bursts. So both are said. */
static void add_held(struct buf *out, const struct guard_variant *v)
{
	const struct guard_variant *base = v->held_against;
	char hits[2][32], reads[2][32];
	struct buf b = BUF_INIT;

	if (v->verdict != GUARD_STALE || !base || v->control)
		return;
	buf_addf(&b,
		 "%s: %s stale of %s reads, its control %s %s of %s: no alarm, but compare them",
		 v->name, num_format(hits[0], guard_hits(&v->counts), NUM_COUNT),
		 num_format(reads[0], guard_judged(&v->counts), NUM_COUNT), base->name,
		 num_format(hits[1], guard_hits(&base->counts), NUM_COUNT),
		 num_format(reads[1], guard_judged(&base->counts), NUM_COUNT));
	text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
}

static void add_notes(struct buf *out, const struct guard *g)
{
	for (size_t i = 0; i < g->nr_variants; i++) {
		const struct guard_variant *v = &g->variants[i];
		struct buf b = BUF_INIT;

		add_held(out, v);
		if (v->why)
			buf_addf(&b, "%s: unsure: %s", v->name, v->why);
		if (v->why)
			text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
		buf_reset(&b);
		if (v->troubled)
			buf_addf(&b, "%s: %u of %u cell runs: %s", v->name, v->troubled, v->planned,
				 v->trouble);
		if (v->troubled)
			text_add_wrapped(out, "  ", buf_str(&b), TABLE_WIDTH);
		buf_release(&b);
	}
}

void guard_summary(struct buf *out, const struct guard *g)
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

void guard_table(struct buf *out, const struct guard *g, const struct results *r)
{
	char least[32];
	struct buf b = BUF_INIT;

	guard_summary(out, g);
	buf_adds(out, "\n\n");
	add_variants(out, g);
	buf_addc(out, '\n');
	for (size_t i = 0; i < g->nr_variants; i++)
		add_first(out, &g->variants[i]);
	add_notes(out, g);
	buf_addc(out, '\n');
	add_cells(out, g);
	buf_addc(out, '\n');
	buf_addf(&b,
		 "stale: a direct read returned what the disk held before: the mark of free "
		 "space, the stamp of another round or place, or anything but zeros and the stamp "
		 "due there. clean: none in at least %s reads, and a control was hit. It holds for "
		 "these reads, seeds and interleavings; no hit is no proof. See docs/guard.md.",
		 num_format(least, g->least, NUM_COUNT));
	text_add_wrapped(out, "", buf_str(&b), TABLE_WIDTH);
	buf_release(&b);
	table_add_notes(out, results_run(r));
}
