/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_threads.c: pictures over the number of threads, a tile for each workload (and
 * each set of its other varying parameters) that ran with several: change, scaling;
 * see plot_impl.h.
 */
#include <stdlib.h>
#include <string.h>

#include "dashboards/plot_impl.h"
#include "lib/num.h"

#define THREADS "threads="

/* Number of threads in "bs=4k;threads=8" or "bs=4k threads=8"; 0: it does not vary. */
static uint64_t threads_of(const struct comparison_row *row)
{
	struct strv words = STRV_INIT;
	uint64_t n = 0;

	strv_split(&words, row->varying, " ;");
	for (size_t i = 0; i < words.n; i++)
		if (!strncmp(words.v[i], THREADS, strlen(THREADS)) &&
		    num_parse(words.v[i] + strlen(THREADS), NUM_COUNT, &n, NULL))
			n = 0;
	strv_release(&words);
	return n;
}

/* The cell's name without its threads: what cells of one curve share. */
static char *curve_of(const struct comparison_row *row)
{
	struct strv words = STRV_INIT;
	struct buf b = BUF_INIT;

	buf_adds(&b, row->workload);
	strv_split(&words, row->varying, " ;");
	for (size_t i = 0; i < words.n; i++)
		if (strncmp(words.v[i], THREADS, strlen(THREADS)))
			buf_addf(&b, " %s", words.v[i]);
	strv_release(&words);
	return buf_detach(&b, NULL);
}

struct curve {
	char *name;
	const struct comparison_row **rows;
	size_t nr;
};

struct curves {
	struct curve *v;
	size_t nr;
};

static void curves_release(struct curves *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		free(c->v[i].name);
		free(c->v[i].rows);
	}
	free(c->v);
}

static void add_to_curve(struct curves *c, const struct comparison_row *row)
{
	char *name = curve_of(row);
	struct curve *at = NULL;

	for (size_t i = 0; i < c->nr && !at; i++)
		if (!strcmp(c->v[i].name, name))
			at = &c->v[i];
	if (!at) {
		c->v = xrealloc(c->v, c->nr + 1, sizeof(*c->v));
		at = &c->v[c->nr++];
		*at = (struct curve){ .name = xstrdup(name) };
	}
	at->rows = xrealloc(at->rows, at->nr + 1, sizeof(*at->rows));
	at->rows[at->nr++] = row;
	free(name);
}

static int by_threads(const void *a, const void *b)
{
	uint64_t x = threads_of(*(const struct comparison_row *const *)a);
	uint64_t y = threads_of(*(const struct comparison_row *const *)b);

	return x < y ? -1 : x > y;
}

/* Curves of at least two numbers of threads with a valid pair. */
static struct curves find_curves(const struct plot_source *s, const struct plot_request *q)
{
	const struct comparison_row *first = plot_first(s, q);
	struct curves c = { 0 }, kept = { 0 };

	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (plot_decides(row) && plot_wants(s, q, row) && row->has_ratio &&
		    !strcmp(row->metric, first->metric) && threads_of(row))
			add_to_curve(&c, row);
	}
	kept.v = xcalloc(c.nr + 1, sizeof(*kept.v));
	for (size_t i = 0; i < c.nr; i++) {
		if (c.v[i].nr < 2)
			continue;
		qsort(c.v[i].rows, c.v[i].nr, sizeof(*c.v[i].rows), by_threads);
		kept.v[kept.nr++] = c.v[i];
		c.v[i] = (struct curve){ 0 };
	}
	curves_release(&c);
	return kept;
}

static void change_row(struct plot_table *t, const struct comparison_row *row)
{
	plot_number(t, (double)threads_of(row));
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
static void scaling_row(struct plot_table *t, const struct comparison_row *row)
{
	plot_number(t, (double)threads_of(row));
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
		plot_number(t, (double)threads_of(row));
		for (int empty = 0; empty < 4; empty++)
			plot_text(t, "");
		plot_number(t, row->pair[i].baseline);
		plot_number(t, row->pair[i].patched);
		plot_end(t);
	}
}

static int draw(struct plot_set *t, const struct plot_source *s, const struct plot_request *q,
		const char *columns, void (*add)(struct plot_table *, const struct comparison_row *),
		char **why)
{
	struct curves c = find_curves(s, q);

	for (size_t i = 0; i < c.nr; i++) {
		struct plot_table *table = plot_table(t, columns);

		for (size_t k = 0; k < c.v[i].nr; k++)
			add(table, c.v[i].rows[k]);
		plot_set_title(t, (unsigned)i + 1, c.v[i].name);
	}
	plot_set_tiles(t, (unsigned)c.nr);
	if (c.nr)
		plot_set_variants(t, c.v[0].rows[0]->baseline, c.v[0].rows[0]->patched);
	else
		*why = xstrdup("no workload was measured with several numbers of threads");
	curves_release(&c);
	return t->nr_tables > 0;
}

PLOT_FILL(change)
{
	const struct comparison_row *first = plot_first(s, q);
	struct buf metric = BUF_INIT;

	(void)e;
	if (!draw(t, s, q, "threads,change,change_low95,change_high95,ratio_min,ratio_max,margin",
		  change_row, why))
		return 0;
	plot_add_metric(&metric, first);
	plot_head(t, "Change over threads: %s", buf_str(&metric));
	plot_head(t, "%s: %s against %s", first->contrast, first->patched, first->baseline);
	plot_head(t, "bars: 95 %% intervals (dotted: range over blocks); band: margin");
	buf_release(&metric);
	return 0;
}

PLOT_FILL(scaling)
{
	const struct comparison_row *first = plot_first(s, q);
	struct buf metric = BUF_INIT;

	(void)e;
	if (!draw(t, s, q, "threads,baseline_median,patched_median,patched_low,patched_high,baseline,"
			   "patched", scaling_row, why))
		return 0;
	plot_add_metric(&metric, first);
	plot_head(t, "Scaling over threads: %s", buf_str(&metric));
	plot_head(t, "%s: medians over blocks%s", first->contrast, t->ascii ? "" :
		  "; dots: blocks; bars: 95 % interval of the change, laid on the baseline's median");
	buf_release(&metric);
	return 0;
}
