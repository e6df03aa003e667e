/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_variants.c: every variant of a run over the number of threads (or another that
 * varies), from the rows of all contrasts: three ways of doing the same in one picture.
 * A tile is a curve of plot_axis.c, and one mount where both kernels and mounts differ.
 */
#include <stdlib.h>
#include <string.h>

#include "analysis/results/results.h"
#include "dashboards/plot/plot_impl.h"

#define LINES_MAX 8u /* colours and marks in variants.gp */

/* One cell of one variant: which side of which row has it. */
struct point {
	const struct comparison_row *row;
	bool patched;
};

struct tile {
	char *name, *axis;
	struct place {
		double at;
		char *label;
		struct point point[LINES_MAX]; /* row NULL: not measured */
	} * places;
	size_t nr;
};

struct picture {
	struct tile *tiles;
	size_t nr;
	struct strv lines;
	bool by_kernel, by_mount; /* what tells variants apart; both: tiles are by mount */
};

static void tile_release(struct tile *t)
{
	for (size_t i = 0; i < t->nr; i++)
		free(t->places[i].label);
	free(t->places);
	free(t->name);
	free(t->axis);
}

static void picture_release(struct picture *p)
{
	for (size_t i = 0; i < p->nr; i++)
		tile_release(&p->tiles[i]);
	free(p->tiles);
	strv_release(&p->lines);
}

static const char *part_of(const struct plot_source *s, const char *variant, const char *part)
{
	const char *name =
		json_string_value(json_object_get(run_variant(results_run(s->r), variant), part));

	return name ? name : variant;
}

static void find_parts(struct picture *p, const struct plot_source *s)
{
	const char *kernel = NULL, *mount = NULL;

	for (size_t i = 0; i < s->c->nr_rows; i++) {
		const char *const names[] = { s->c->rows[i].baseline, s->c->rows[i].patched };

		for (int k = 0; k < 2; k++) {
			const char *its_kernel = part_of(s, names[k], "kernel");
			const char *its_mount = part_of(s, names[k], "mount");

			p->by_kernel |= kernel && strcmp(kernel, its_kernel) != 0;
			p->by_mount |= mount && strcmp(mount, its_mount) != 0;
			kernel = its_kernel;
			mount = its_mount;
		}
	}
}

static struct tile *tile_of(struct picture *p, const struct plot_spot *spot, const char *mount)
{
	bool both = p->by_kernel && p->by_mount;
	char *name = both ? xasprintf("%s %s", spot->curve, mount) : xstrdup(spot->curve);
	struct tile *t;

	for (size_t i = 0; i < p->nr; i++) {
		if (!strcmp(p->tiles[i].name, name)) {
			free(name);
			return &p->tiles[i];
		}
	}
	p->tiles = xrealloc(p->tiles, p->nr + 1, sizeof(*p->tiles));
	t = &p->tiles[p->nr++];
	*t = (struct tile){ .name = name, .axis = xstrdup(spot->axis) };
	return t;
}

static struct place *place_of(struct tile *t, const struct plot_spot *spot)
{
	struct place *at;

	for (size_t i = 0; i < t->nr; i++)
		if (!strcmp(t->places[i].label, spot->text))
			return &t->places[i];
	t->places = xrealloc(t->places, t->nr + 1, sizeof(*t->places));
	at = &t->places[t->nr++];
	*at = (struct place){ .at = spot->at, .label = xstrdup(spot->text) };
	return at;
}

static void add_side(struct picture *p, const struct plot_source *s,
		     const struct comparison_row *row, bool patched)
{
	const char *variant = patched ? row->patched : row->baseline;
	const char *mount = part_of(s, variant, "mount");
	const char *line = p->by_kernel ? part_of(s, variant, "kernel") : mount;
	struct plot_spot spot = plot_spot_of(row);
	int at = strv_find(&p->lines, line);

	if (spot.axis && at < 0) {
		at = (int)p->lines.n;
		strv_add(&p->lines, line);
	}
	if (spot.axis && at < (int)LINES_MAX)
		place_of(tile_of(p, &spot, mount), &spot)->point[at] =
			(struct point){ row, patched };
	plot_spot_release(&spot);
}

static int by_place(const void *a, const void *b)
{
	double x = ((const struct place *)a)->at, y = ((const struct place *)b)->at;

	return x < y ? -1 : x > y;
}

static void begin_row(struct plot_table *table, const struct place *at)
{
	plot_number(table, at->at);
	plot_text(table, at->label);
}

/* Medians in a row, then a row for each block. The last column is there because a text must not be.
 */
static void add_place(struct plot_table *table, const struct place *at, size_t lines)
{
	unsigned blocks = 0;

	begin_row(table, at);
	for (size_t k = 0; k < lines; k++) {
		const struct point *p = &at->point[k];

		plot_number_if(table, p->row,
			       !p->row      ? 0
			       : p->patched ? p->row->patched_median
					    : p->row->baseline_median);
		if (p->row && p->row->planned > blocks)
			blocks = p->row->planned;
	}
	for (size_t k = 0; k < lines; k++)
		plot_text(table, "");
	plot_number(table, 0);
	plot_end(table);
	for (unsigned b = 0; b < blocks; b++) {
		begin_row(table, at);
		for (size_t k = 0; k < lines; k++)
			plot_text(table, "");
		for (size_t k = 0; k < lines; k++) {
			const struct point *p = &at->point[k];
			const struct comparison_pair *pair =
				p->row && b < p->row->planned ? &p->row->pair[b] : NULL;
			bool has = pair && (p->patched ? pair->has_patched : pair->has_baseline);

			plot_number_if(table, has,
				       !has         ? 0
				       : p->patched ? pair->patched
						    : pair->baseline);
		}
		plot_number(table, 0);
		plot_end(table);
	}
}

static void add_tables(struct plot_set *set, struct picture *p, size_t lines)
{
	struct buf columns = BUF_INIT, name = BUF_INIT;

	buf_adds(&columns, "at,label");
	for (size_t k = 0; k < lines; k++)
		buf_addf(&columns, ",median%zu", k + 1);
	for (size_t k = 0; k < lines; k++)
		buf_addf(&columns, ",block%zu", k + 1);
	buf_adds(&columns, ",end");
	for (size_t i = 0; i < p->nr; i++) {
		struct tile *t = &p->tiles[i];
		struct plot_table *table = plot_table(set, buf_str(&columns));

		qsort(t->places, t->nr, sizeof(*t->places), by_place);
		for (size_t k = 0; k < t->nr; k++)
			add_place(table, &t->places[k], lines);
		plot_set_title(set, (unsigned)i + 1, t->name);
		plot_set_axis(set, (unsigned)i + 1, t->axis);
	}
	for (size_t k = 0; k < lines; k++) {
		buf_reset(&name);
		buf_addf(&name, "line%zu", k + 1);
		plot_set_text(set, buf_str(&name), p->lines.v[k]);
	}
	plot_set_number(set, "lines", (double)lines);
	plot_set_tiles(set, (unsigned)p->nr);
	buf_release(&columns);
	buf_release(&name);
}

/* A tile of one place is no curve. */
static void drop_single(struct picture *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->nr; i++) {
		struct tile t = p->tiles[i];

		if (t.nr > 1) {
			p->tiles[i] = p->tiles[kept];
			p->tiles[kept++] = t;
		}
	}
	for (size_t i = kept; i < p->nr; i++)
		tile_release(&p->tiles[i]);
	p->nr = kept;
}

PLOT_FILL(variants)
{
	const struct comparison_row *first = plot_first(s, q);
	struct picture p = { .lines = STRV_INIT };
	struct buf metric = BUF_INIT;
	const char *axis;
	size_t lines;

	(void)e;
	find_parts(&p, s);
	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];
		const struct plot_request its = { .contrast = row->contrast,
						  .workload = q->workload };

		if (!plot_decides(row) || !plot_wants(s, &its, row) || !row->has_ratio ||
		    strcmp(row->metric, first->metric))
			continue;
		add_side(&p, s, row, false);
		add_side(&p, s, row, true);
	}
	drop_single(&p);
	lines = p.lines.n < LINES_MAX ? p.lines.n : LINES_MAX;
	if (p.nr && p.lines.n > 2) {
		add_tables(t, &p, lines);
		plot_add_metric(&metric, first);
		axis = p.tiles[0].axis;
		for (size_t i = 1; i < p.nr; i++)
			axis = plot_both_axes(axis, p.tiles[i].axis);
		plot_head(t, "Variants over %s: %s", axis, buf_str(&metric));
		plot_head(t, "medians over blocks%s", t->ascii ? "" : "; dots: blocks");
		if (p.lines.n > lines)
			plot_head(t, "%zu variants more are left out", p.lines.n - lines);
	} else {
		*why = xstrdup(
			p.nr ? "a tile would have two lines, which scaling shows"
			     : "no workload was measured with several numbers of threads or values "
			       "of another parameter");
	}
	buf_release(&metric);
	picture_release(&p);
	return 0;
}
