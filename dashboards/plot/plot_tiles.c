/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot_tiles.c: the curves of plot_curves.c as text and as tables; see plot_impl.h. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/plot/plot_impl.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

/* --- change as text -------------------------------------------------------------------------- */

#define TEXT_LABEL 12u

static double row_low(const struct comparison_row *row)
{
	return row->j.i95.exists ? row->j.i95.low : row->ratio_min;
}

static double row_high(const struct comparison_row *row)
{
	return row->j.i95.exists ? row->j.i95.high : row->ratio_max;
}

/* What a line of text has room for: changes from low to high. */
struct text_scale {
	double low, high;
	size_t label, room; /* columns of a place's name, and beside it */
};

static void widen(struct text_scale *scale, const struct plot_curves *p)
{
	for (size_t i = 0; i < p->nr; i++) {
		for (size_t k = 0; k < p->tiles[i].nr; k++) {
			const struct comparison_row *row = p->tiles[i].places[k].point[0].row;
			size_t wide = text_width(p->tiles[i].places[k].label);

			scale->low = fmin(scale->low, row_low(row));
			scale->high = fmax(scale->high, row_high(row));
			scale->label = wide > scale->label ? wide : scale->label;
		}
	}
	scale->low = fmin(scale->low, 0.999);
	scale->high = fmax(scale->high, 1.001);
	scale->label = scale->label < TEXT_LABEL ? scale->label : TEXT_LABEL;
}

static void add_label(struct buf *b, const char *label, size_t width)
{
	struct buf cut = BUF_INIT;

	plot_add_cut(&cut, label, width);
	text_add_padded(b, buf_str(&cut), width, true);
	buf_adds(b, "  ");
	buf_release(&cut);
}

/* "x" the estimate in its interval "---", "|" no change. */
static void add_line(struct buf *b, const struct text_scale *scale, const struct plot_place *at)
{
	const struct comparison_row *row = at->point[0].row;
	const double change = row->j.has_change ? row->j.change : row->ratio_median;
	const double v[] = { 1, row_low(row), row_high(row), change };
	char *line = xcalloc(scale->room + 1, 1);
	size_t column[4], end = 0;

	memset(line, ' ', scale->room);
	for (int i = 0; i < 4; i++) {
		column[i] = (size_t)lround((v[i] - scale->low) / (scale->high - scale->low) *
					   (double)(scale->room - 1));
		end = column[i] >= end ? column[i] + 1 : end;
	}
	line[column[0]] = '|';
	memset(line + column[1], '-', column[2] - column[1] + 1);
	line[column[3]] = 'x';
	line[end] = '\0';
	add_label(b, at->label, scale->label);
	buf_addf(b, "%s\n", line);
	free(line);
}

void plot_change_text(struct buf *b, const struct plot_source *s, const char *contrast,
		      const char *workload, size_t width)
{
	const struct plot_request q = { .contrast = contrast, .workload = workload };
	struct text_scale scale = { .low = 1, .high = 1, .label = strlen("threads") };
	struct plot_curves p = plot_find_curves(s, &q, false);
	struct buf low = BUF_INIT, high = BUF_INIT;

	widen(&scale, &p);
	scale.room = width - scale.label - 2;
	words_change(&low, scale.low, true);
	words_change(&high, scale.high, true);
	for (size_t i = 0; i < p.nr; i++) {
		const struct plot_tile *t = &p.tiles[i];
		char *title = xasprintf("Change of %s (x) with its interval (-):", t->name);

		buf_adds(b, i ? "\n" : "");
		text_add_wrapped(b, "", title, width);
		add_label(b, t->axis, scale.label);
		buf_adds(b, buf_str(&low));
		text_add_padded(b, buf_str(&high), scale.room - low.len, true);
		buf_addc(b, '\n');
		for (size_t k = 0; k < t->nr; k++)
			add_line(b, &scale, &t->places[k]);
		free(title);
	}
	buf_release(&low);
	buf_release(&high);
	plot_curves_release(&p);
}

/* --- change and scaling ----------------------------------------------------------------- */

static void change_row(struct plot_table *t, const struct plot_place *at, size_t lines)
{
	(void)lines;
	plot_number(t, at->at);
	plot_text(t, at->label);
	plot_change(t, at->point[0].row);
	plot_end(t);
}

/* The point's median (block -1), or its value in a block (from 0 on). */
static void add_point(struct plot_table *t, const struct plot_point *p, int block)
{
	const struct comparison_row *row = p->row;
	const struct comparison_pair *pair =
		row && block >= 0 && block < (int)row->planned ? &row->pair[block] : NULL;

	if (pair)
		plot_number_if(t, p->patched ? pair->has_patched : pair->has_baseline,
			       p->patched ? pair->patched : pair->baseline);
	else if (row && block < 0)
		plot_number(t, p->patched ? row->patched_median : row->baseline_median);
	else
		plot_text(t, "");
}

/* Medians in a row, and with two lines the interval of the change laid on the baseline's median;
 * then a row a block. The last column is there because a text must not be. */
static void scaling_row(struct plot_table *t, const struct plot_place *at, size_t lines)
{
	static const struct plot_point none;
	const struct comparison_row *row = at->point[0].row;
	bool pair = lines == 2 && row && row == at->point[1].row && row->j.i95.exists;
	int blocks = 0;

	for (size_t k = 0; k < lines; k++)
		if (at->point[k].row && (int)at->point[k].row->planned > blocks)
			blocks = (int)at->point[k].row->planned;
	for (int block = -1; block < blocks; block++) {
		bool interval = pair && block < 0;

		plot_number(t, at->at);
		plot_text(t, at->label);
		for (size_t k = 0; k < lines; k++)
			add_point(t, block < 0 ? &at->point[k] : &none, block);
		plot_number_if(t, interval, interval ? row->baseline_median * row->j.i95.low : 0);
		plot_number_if(t, interval, interval ? row->baseline_median * row->j.i95.high : 0);
		for (size_t k = 0; k < lines; k++)
			add_point(t, block < 0 ? &none : &at->point[k], block);
		plot_number(t, 0);
		plot_end(t);
	}
}

/* Tables, titles, axes; first head line "Change over threads: ops_per_s in 1/s, higher ...". */
static void add_tiles(struct plot_set *t, const struct plot_curves *p, const char *columns,
		      void (*add)(struct plot_table *, const struct plot_place *, size_t lines),
		      const char *what, const struct comparison_row *first)
{
	size_t lines = p->lines.n < PLOT_LINES_MAX ? p->lines.n : PLOT_LINES_MAX;
	struct buf metric = BUF_INIT;
	const char *axis = p->tiles[0].axis;

	for (size_t i = 0; i < p->nr; i++) {
		struct plot_table *table = plot_table(t, columns);

		for (size_t k = 0; k < p->tiles[i].nr; k++)
			add(table, &p->tiles[i].places[k], lines);
		plot_set_title(t, (unsigned)i + 1, p->tiles[i].name);
		plot_set_nth(t, "axis", (unsigned)i + 1, p->tiles[i].axis);
		axis = strcmp(axis, p->tiles[i].axis) ? "parameter" : axis;
	}
	plot_set_tiles(t, (unsigned)p->nr);
	words_title(&metric, first);
	plot_head(t, "%s over %s: %s", what, axis, buf_str(&metric));
	buf_release(&metric);
}

#define NO_CURVE                                                                                   \
	"no workload was measured with several numbers of threads or values of another parameter"

PLOT_FILL(change)
{
	struct plot_curves p = plot_find_curves(s, q, false);
	const struct comparison_row *first = plot_first(s, q);

	if (p.nr) {
		add_tiles(t, &p, "at,label," PLOT_CHANGE, change_row, "Change", first);
		plot_set_key(t, "baseline", first->baseline);
		plot_set_key(t, "patched", first->patched);
		plot_head(t, "%s: %s against %s", first->contrast, first->patched, first->baseline);
		plot_head(t, "bars: 95 %% intervals (dotted: range over blocks); band: margin");
	} else {
		*why = xstrdup(NO_CURVE);
	}
	plot_curves_release(&p);
}

PLOT_FILL(scaling)
{
	struct plot_curves p = plot_find_curves(s, q, true);
	size_t lines = p.lines.n < PLOT_LINES_MAX ? p.lines.n : PLOT_LINES_MAX;
	struct buf columns = BUF_INIT;

	buf_adds(&columns, "at,label");
	for (size_t k = 0; k < lines; k++)
		buf_addf(&columns, ",median%zu", k + 1);
	buf_adds(&columns, ",low,high");
	for (size_t k = 0; k < lines; k++)
		buf_addf(&columns, ",block%zu", k + 1);
	buf_adds(&columns, ",end");
	if (p.nr) {
		add_tiles(t, &p, buf_str(&columns), scaling_row, "Scaling", plot_first(s, q));
		for (size_t k = 0; k < lines; k++) {
			char name[32];

			snprintf(name, sizeof(name), "line%zu", k + 1);
			plot_set_key(t, name, p.lines.v[k]);
		}
		plot_set_number(t, "lines", (double)lines);
		plot_head(t, "medians over blocks; dots: blocks%s",
			  lines > 2 ? ""
				    : "; bars: 95 % interval of the change, laid on the "
				      "baseline's median");
		if (p.lines.n > lines)
			plot_head(t, "%zu variants more are left out", p.lines.n - lines);
	} else {
		*why = xstrdup(NO_CURVE);
	}
	buf_release(&columns);
	plot_curves_release(&p);
}
