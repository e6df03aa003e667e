/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_cells.c: pictures with a row or a tile a cell, from the rows of a comparison:
 * latency, drift, floors; see plot_impl.h.
 */
#include <string.h>

#include "analysis/compare/floor.h"
#include "dashboards/plot/plot_impl.h"
#include "dashboards/words/text.h"
#include "lib/num.h"

#define CHANCE 0.8 /* with which a floor would have been seen */

const char *plot_contrast(const struct plot_source *s, const struct plot_request *q)
{
	if (q->contrast)
		return q->contrast;
	return s->c->nr_rows ? s->c->rows[0].contrast : NULL;
}

bool plot_wants(const struct plot_source *s, const struct plot_request *q,
		const struct comparison_row *row)
{
	const char *contrast = plot_contrast(s, q);

	return contrast && !strcmp(row->contrast, contrast) &&
	       (!q->workload || !strcmp(row->workload, q->workload)) &&
	       (!q->params || !strcmp(row->params, q->params));
}

bool plot_decides(const struct comparison_row *row)
{
	return row->member;
}

const struct comparison_row *plot_first(const struct plot_source *s, const struct plot_request *q)
{
	for (size_t i = 0; i < s->c->nr_rows; i++)
		if (plot_decides(&s->c->rows[i]) && plot_wants(s, q, &s->c->rows[i]))
			return &s->c->rows[i];
	return NULL;
}

void plot_add_cell(struct buf *b, const struct comparison_row *row)
{
	buf_addf(b, "%s%s%s", row->workload, *row->varying ? " " : "", row->varying);
	if (!row->whole)
		buf_addf(b, " %s", row->role);
}

void plot_add_metric(struct buf *b, const struct comparison_row *row)
{
	buf_addf(b, "%s (%s)", row->metric, row->unit);
	if (*row->better)
		buf_addf(b, ", %s is better", row->better);
}

static bool same_cell(const struct comparison_row *a, const struct comparison_row *b)
{
	return !strcmp(a->workload, b->workload) && !strcmp(a->params, b->params);
}

static int nothing(char **why, const char *text)
{
	*why = xstrdup(text);
	return 0;
}

/* --- latency --------------------------------------------------------------------------- */

static const struct {
	const char *metric, *name;
} percentiles[] = {
	{ "lat_p50", "p50" },     { "lat_p90", "p90" }, { "lat_p99", "p99" },
	{ "lat_p99_9", "p99.9" }, { "lat_max", "max" },
};
#define NR_PERCENTILES (sizeof(percentiles) / sizeof(percentiles[0]))

/* The cell's row of that metric, of the role that decides. */
static const struct comparison_row *find(const struct plot_source *s,
					 const struct comparison_row *cell, const char *metric)
{
	/* Rows of a cell and contrast stand together. */
	for (size_t i = (size_t)(cell - s->c->rows);
	     i-- && same_cell(&s->c->rows[i], cell) &&
	     !strcmp(s->c->rows[i].contrast, cell->contrast);)
		if (!strcmp(s->c->rows[i].role, cell->role) &&
		    !strcmp(s->c->rows[i].metric, metric) &&
		    !strcmp(s->c->rows[i].pass, cell->pass))
			return &s->c->rows[i];
	for (size_t i = (size_t)(cell - s->c->rows);
	     i < s->c->nr_rows && same_cell(&s->c->rows[i], cell) &&
	     !strcmp(s->c->rows[i].contrast, cell->contrast);
	     i++)
		if (!strcmp(s->c->rows[i].role, cell->role) &&
		    !strcmp(s->c->rows[i].metric, metric) &&
		    !strcmp(s->c->rows[i].pass, cell->pass))
			return &s->c->rows[i];
	return NULL;
}

static bool has_latency(const struct plot_source *s, const struct comparison_row *cell)
{
	for (size_t p = 0; p < NR_PERCENTILES; p++) {
		const struct comparison_row *row = find(s, cell, percentiles[p].metric);

		if (row && row->pairs)
			return true;
	}
	return false;
}

static void latency_tile(struct plot_set *t, const struct plot_source *s,
			 const struct comparison_row *cell, unsigned n)
{
	struct plot_table *table = plot_table(t, "x,metric,baseline_median,patched_median");
	struct buf title = BUF_INIT;

	for (size_t p = 0; p < NR_PERCENTILES; p++) {
		const struct comparison_row *row = find(s, cell, percentiles[p].metric);

		if (!row || !row->pairs)
			continue;
		plot_number(table, (double)p + 1);
		plot_text(table, percentiles[p].name);
		plot_number(table, row->baseline_median);
		plot_number(table, row->patched_median);
		plot_end(table);
	}
	plot_add_cell(&title, cell);
	plot_set_title(t, n, buf_str(&title));
	buf_release(&title);
}

/* One tile a cell: the rows that decide, of the first metric, for which has() holds. */
static unsigned tiles(struct plot_set *t, const struct plot_source *s, const struct plot_request *q,
		      bool (*has)(const struct plot_source *s, const struct comparison_row *row),
		      void (*tile)(struct plot_set *t, const struct plot_source *s,
				   const struct comparison_row *row, unsigned n))
{
	const struct comparison_row *first = plot_first(s, q);
	unsigned n = 0;

	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (plot_decides(row) && plot_wants(s, q, row) &&
		    !strcmp(row->metric, first->metric) && has(s, row))
			tile(t, s, row, ++n);
	}
	plot_set_tiles(t, n);
	return n;
}

PLOT_FILL(latency)
{
	(void)e;
	if (!tiles(t, s, q, has_latency, latency_tile))
		return nothing(why, "no cell has latencies on both sides");
	plot_head(t, "Latency of an operation: percentiles, lower is better");
	plot_head(t, "%s: medians over blocks; logarithmic", plot_contrast(s, q));
	plot_set_variants(t, plot_first(s, q)->baseline, plot_first(s, q)->patched);
	return 0;
}

/* --- drift ----------------------------------------------------------------------------- */

static bool has_value(const struct plot_source *s, const struct comparison_row *row)
{
	(void)s;
	for (unsigned i = 0; i < row->planned; i++)
		if (row->pair[i].has_baseline || row->pair[i].has_patched)
			return true;
	return false;
}

static void drift_tile(struct plot_set *t, const struct plot_source *s,
		       const struct comparison_row *row, unsigned n)
{
	struct plot_table *table = plot_table(t, "block,baseline,patched");
	struct buf title = BUF_INIT;

	(void)s;
	for (unsigned i = 0; i < row->planned; i++) {
		plot_number(table, row->pair[i].block);
		plot_number_if(table, row->pair[i].has_baseline, row->pair[i].baseline);
		plot_number_if(table, row->pair[i].has_patched, row->pair[i].patched);
		plot_end(table);
	}
	plot_add_cell(&title, row);
	plot_set_title(t, n, buf_str(&title));
	buf_release(&title);
}

PLOT_FILL(drift)
{
	struct buf metric = BUF_INIT;

	(void)e;
	if (!tiles(t, s, q, has_value, drift_tile))
		return nothing(why, "no block has a valid value");
	plot_add_metric(&metric, plot_first(s, q));
	plot_head(t, "Block by block: %s", buf_str(&metric));
	plot_head(t,
		  "%s: both sides of each block; a slope or a step is drift of the machine; "
		  "axes do not begin at 0",
		  plot_contrast(s, q));
	plot_set_variants(t, plot_first(s, q)->baseline, plot_first(s, q)->patched);
	buf_release(&metric);
	return 0;
}

/* --- noise floors ---------------------------------------------------------------------- */

static void floor_row(struct plot_table *table, const struct comparison_row *row, double sees,
		      unsigned *y)
{
	struct buf label = BUF_INIT, text = BUF_INIT;
	struct plot_row r;

	plot_add_cell(&label, row);
	buf_addf(&text, "sees %.2f %%, margin %.2f %%%s", 100 * sees, 100 * row->j.margin,
		 sees > row->j.margin ? ": too fine" : "");
	plot_row(table, &r, *y, buf_str(&label));
	plot_text(table, buf_str(&text));
	plot_number(table, sees);
	plot_number(table, row->j.margin);
	plot_row_end(table, &r, y);
	buf_release(&label);
	buf_release(&text);
}

static bool calibrated(const struct plot_source *s, const struct plot_request *q,
		       const struct comparison_row *row, double *sd)
{
	if (!plot_decides(row) || !plot_wants(s, q, row) || row->pairs < 2)
		return false;
	*sd = floor_sd(s->floor, row);
	return *sd >= 0;
}

/* What the family of all calibrated cells sees of each, also where the picture is of one. */
static double *all_floors(const struct plot_source *s, const struct plot_request *all,
			  const struct comparison_row **rows, size_t *nr)
{
	static const double chance = CHANCE;
	double *sd = xcalloc(s->c->nr_rows + 1, sizeof(*sd)), *sees;

	*nr = 0;
	for (size_t i = 0; i < s->c->nr_rows; i++)
		if (calibrated(s, all, &s->c->rows[i], &sd[*nr]))
			rows[(*nr)++] = &s->c->rows[i];
	sees = floor_sees(s->c, rows, *nr, sd, &chance, 1);
	free(sd);
	return sees;
}

PLOT_FILL(floors)
{
	struct plot_request all = { .contrast = q->contrast };
	const struct comparison_row **rows;
	struct plot_table *table = NULL;
	double sd, *sees;
	unsigned y = 1;
	size_t nr;

	(void)e;
	if (!s->floor)
		return nothing(why,
			       "no noise floor is kept for this machine: run fsduel calibrate");
	rows = xcalloc(s->c->nr_rows + 1, sizeof(*rows));
	sees = all_floors(s, &all, rows, &nr);
	table = plot_table(t, "y,label,text,sees,margin");
	for (size_t i = 0; i < nr; i++)
		if (calibrated(s, q, rows[i], &sd) && sees[i] >= 0)
			floor_row(table, rows[i], sees[i], &y);
	free(rows);
	free(sees);
	if (y == 1)
		return nothing(why,
			       "no cell of these was calibrated on this machine, or the blocks are "
			       "too few for any verdict");
	plot_head(t, "Noise floor: the smallest change that is seen; shorter is better");
	plot_head(t,
		  "by so many blocks as here, in 4 cases of 5, by what fsduel calibrate found; a "
		  "bar past twice the margin: the margin is too fine");
	plot_set_number(t, "rows", y - 1);
	return 0;
}
