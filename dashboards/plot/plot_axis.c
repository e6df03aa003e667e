/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_axis.c: pictures over the number of threads, or else another number that varies,
 * a tile for each workload (and each set of its other varying parameters): change and
 * scaling of one contrast; see plot_impl.h.
 */
#include <stdlib.h>
#include <string.h>

#include "dashboards/plot/plot_impl.h"
#include "lib/num.h"

/* "readers=4": its number, where it is one; sizes and times count, too. */
static bool number_of(const char *word, double *n)
{
	static const enum num_kind kinds[] = { NUM_COUNT, NUM_BYTES, NUM_NS };
	const char *eq = strchr(word, '=');
	uint64_t v;

	for (size_t i = 0; eq && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!num_parse(eq + 1, kinds[i], &v, NULL)) {
			*n = (double)v;
			return true;
		}
	}
	return false;
}

/*
 * The word of "bs=4k;readers=8" that is laid along the axis: threads, else the first that
 * varies and is a number. -1: there is none. All cells of a workload have the same.
 */
static int axis_word(const struct strv *words)
{
	int at = -1;
	double n;

	for (int i = 0; i < (int)words->n; i++) {
		if (!number_of(words->v[i], &n))
			continue;
		if (!strncmp(words->v[i], "threads=", strlen("threads=")))
			return i;
		if (at < 0)
			at = i;
	}
	return at;
}

struct plot_spot plot_spot_of(const struct comparison_row *row)
{
	struct strv words = STRV_INIT;
	struct buf b = BUF_INIT;
	struct plot_spot s = { 0 };
	int axis;

	strv_split(&words, row->varying, " ;");
	axis = axis_word(&words);
	buf_adds(&b, row->workload);
	for (int i = 0; i < (int)words.n; i++)
		if (i != axis)
			buf_addf(&b, " %s", words.v[i]);
	if (!row->whole)
		buf_addf(&b, " %s", row->role);
	s.curve = buf_detach(&b, NULL);
	if (axis >= 0) {
		number_of(words.v[axis], &s.at);
		s.axis = xstrndup(words.v[axis], strcspn(words.v[axis], "="));
		s.text = xstrdup(strchr(words.v[axis], '=') + 1);
	}
	strv_release(&words);
	return s;
}

void plot_spot_release(struct plot_spot *s)
{
	free(s->axis);
	free(s->text);
	free(s->curve);
}

struct curve {
	char *name, *axis;
	struct curve_cell {
		struct plot_spot spot;
		const struct comparison_row *row;
	} * cells;
	size_t nr;
};

struct curves {
	struct curve *v;
	size_t nr;
};

static void curves_release(struct curves *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		for (size_t k = 0; k < c->v[i].nr; k++)
			plot_spot_release(&c->v[i].cells[k].spot);
		free(c->v[i].cells);
	}
	free(c->v);
}

/* Takes over spot. */
static void add_to_curve(struct curves *c, struct plot_spot *spot, const struct comparison_row *row)
{
	struct curve *at = NULL;

	for (size_t i = 0; i < c->nr && !at; i++)
		if (!strcmp(c->v[i].name, spot->curve))
			at = &c->v[i];
	if (!at) {
		c->v = xrealloc(c->v, c->nr + 1, sizeof(*c->v));
		at = &c->v[c->nr++];
		*at = (struct curve){ .name = spot->curve, .axis = spot->axis };
	}
	at->cells = xrealloc(at->cells, at->nr + 1, sizeof(*at->cells));
	at->cells[at->nr++] = (struct curve_cell){ *spot, row };
}

static int by_place(const void *a, const void *b)
{
	double x = ((const struct curve_cell *)a)->spot.at;
	double y = ((const struct curve_cell *)b)->spot.at;

	return x < y ? -1 : x > y;
}

/* Curves of at least two places along the axis with a valid pair. */
static struct curves find_curves(const struct plot_source *s, const struct plot_request *q)
{
	const struct comparison_row *first = plot_first(s, q);
	struct curves c = { 0 }, kept = { 0 };

	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];
		struct plot_spot spot;

		if (!plot_decides(row) || !plot_wants(s, q, row) || !row->has_ratio ||
		    strcmp(row->metric, first->metric))
			continue;
		spot = plot_spot_of(row);
		if (spot.axis)
			add_to_curve(&c, &spot, row);
		else
			plot_spot_release(&spot);
	}
	kept.v = xcalloc(c.nr + 1, sizeof(*kept.v));
	for (size_t i = 0; i < c.nr; i++) {
		if (c.v[i].nr < 2)
			continue;
		qsort(c.v[i].cells, c.v[i].nr, sizeof(*c.v[i].cells), by_place);
		kept.v[kept.nr++] = c.v[i];
		c.v[i] = (struct curve){ 0 };
	}
	curves_release(&c);
	return kept;
}

static void begin_row(struct plot_table *t, const struct curve_cell *cell)
{
	plot_number(t, cell->spot.at);
	plot_text(t, cell->spot.text);
}

static void change_row(struct plot_table *t, const struct curve_cell *cell)
{
	const struct comparison_row *row = cell->row;

	begin_row(t, cell);
	plot_number(t, row->j.has_change ? row->j.change : row->ratio_median);
	plot_number_if(t, row->j.i95.exists, row->j.i95.low);
	plot_number_if(t, row->j.i95.exists, row->j.i95.high);
	plot_number(t, row->ratio_min);
	plot_number(t, row->ratio_max);
	plot_number_if(t, row->j.done, row->j.margin);
	plot_end(t);
}

/*
 * Both medians, the interval of the change laid on the baseline's median, and in rows
 * of their own the values of each block.
 */
static void scaling_row(struct plot_table *t, const struct curve_cell *cell)
{
	const struct comparison_row *row = cell->row;

	begin_row(t, cell);
	plot_number(t, row->baseline_median);
	plot_number(t, row->patched_median);
	plot_number_if(t, row->j.i95.exists, row->baseline_median * row->j.i95.low);
	plot_number_if(t, row->j.i95.exists, row->baseline_median * row->j.i95.high);
	plot_text(t, "");
	plot_text(t, "");
	plot_end(t);
	for (unsigned i = 0; i < row->planned; i++) {
		if (!row->pair[i].has_baseline || !row->pair[i].has_patched)
			continue;
		begin_row(t, cell);
		for (int empty = 0; empty < 4; empty++)
			plot_text(t, "");
		plot_number(t, row->pair[i].baseline);
		plot_number(t, row->pair[i].patched);
		plot_end(t);
	}
}

const char *plot_both_axes(const char *a, const char *b)
{
	return strcmp(a, b) ? "parameter" : a;
}

/* The axis (malloc'ed); NULL, and why: there is nothing to draw. */
static char *draw(struct plot_set *t, const struct plot_source *s, const struct plot_request *q,
		  const char *columns, void (*add)(struct plot_table *, const struct curve_cell *),
		  char **why)
{
	struct curves c = find_curves(s, q);
	char *axis = NULL;

	for (size_t i = 0; i < c.nr; i++) {
		struct plot_table *table = plot_table(t, columns);

		for (size_t k = 0; k < c.v[i].nr; k++)
			add(table, &c.v[i].cells[k]);
		plot_set_title(t, (unsigned)i + 1, c.v[i].name);
		plot_set_axis(t, (unsigned)i + 1, c.v[i].axis);
	}
	plot_set_tiles(t, (unsigned)c.nr);
	if (c.nr) {
		const char *both = c.v[0].axis;

		plot_set_variants(t, c.v[0].cells[0].row->baseline, c.v[0].cells[0].row->patched);
		for (size_t i = 1; i < c.nr; i++)
			both = plot_both_axes(both, c.v[i].axis);
		axis = xstrdup(both);
	} else {
		*why = xstrdup("no workload was measured with several numbers of threads or values "
			       "of another parameter");
	}
	curves_release(&c);
	return axis;
}

/* "Change over threads: ops_per_s (1/s), higher is better" */
static void add_title(struct plot_set *t, const char *what, const char *axis,
		      const struct comparison_row *row)
{
	struct buf metric = BUF_INIT;

	plot_add_metric(&metric, row);
	plot_head(t, "%s over %s: %s", what, axis, buf_str(&metric));
	buf_release(&metric);
}

PLOT_FILL(change)
{
	const struct comparison_row *first = plot_first(s, q);
	char *axis = draw(t, s, q,
			  "at,label,change,change_low95,change_high95,ratio_min,ratio_max,"
			  "margin",
			  change_row, why);

	(void)e;
	if (!axis)
		return 0;
	add_title(t, "Change", axis, first);
	plot_head(t, "%s: %s against %s", first->contrast, first->patched, first->baseline);
	plot_head(t, "bars: 95 %% intervals (dotted: range over blocks); band: margin");
	free(axis);
	return 0;
}

PLOT_FILL(scaling)
{
	const struct comparison_row *first = plot_first(s, q);
	char *axis = draw(t, s, q,
			  "at,label,baseline_median,patched_median,patched_low,patched_high,"
			  "baseline,patched",
			  scaling_row, why);

	(void)e;
	if (!axis)
		return 0;
	add_title(t, "Scaling", axis, first);
	plot_head(t, "%s: medians over blocks%s", first->contrast,
		  t->ascii ? ""
			   : "; dots: blocks; bars: 95 % interval of the change, laid on the "
			     "baseline's median");
	free(axis);
	return 0;
}
