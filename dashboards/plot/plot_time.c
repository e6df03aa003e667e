/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_time.c: throughput over time within a cell, from series.csv, of the whole
 * workload and the first blocks only; see plot_impl.h. A rate is the operations of an
 * interval over its length, as docs/results.md asks for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/plot/plot_impl.h"
#include "lib/csv.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/schema.h"

#define BLOCKS_SHOWN 3

enum { WORKLOAD, PARAMS, VARIANT, BLOCK, PASS, ROLE, METRIC, START, END, VALUE, ATTEMPT };
static const char *const columns[] = { "workload", "params", "variant", "block",
				       "pass",     "role",   "metric",  "start_ns",
				       "end_ns",   "value",  "attempt", NULL };

/* One cell, side and block: its intervals so far, of the highest attempt seen. */
struct trace {
	struct buf rows;
	uint64_t attempt;
};

struct tile {
	const struct comparison_row *row;
	struct trace traces[BLOCKS_SHOWN][2];
};

/* Every cell of every contrast, whatever one picture shows of them. */
struct plot_series {
	struct tile *tiles;
	size_t nr;
};

static int add_interval(struct trace *trace, unsigned side, uint64_t block,
			const struct csv_row *row, struct err *e)
{
	struct plot_table t = { 0 };
	uint64_t start, end, value, attempt;

	if (num_parse(row->field[START], NUM_COUNT, &start, e) ||
	    num_parse(row->field[END], NUM_COUNT, &end, e) ||
	    num_parse(row->field[VALUE], NUM_COUNT, &value, e) ||
	    num_parse(row->field[ATTEMPT], NUM_COUNT, &attempt, e) || end < start)
		return err_add(e, EINVAL, SERIES_CSV ":%lu: not an interval with its operations",
			       row->line);
	if (attempt < trace->attempt || end == start)
		return 0;
	if (attempt > trace->attempt)
		buf_reset(&trace->rows);
	trace->attempt = attempt;
	t.text = trace->rows;
	plot_number(&t, (double)block);
	plot_number(&t, side);
	plot_number(&t, (double)start);
	plot_number(&t, (double)end);
	plot_number(&t, (double)value);
	plot_end(&t);
	trace->rows = t.text;
	return 0;
}

/* -1: neither. */
static int side_of(const struct tile *tile, const struct csv_row *row)
{
	const struct comparison_row *r = tile->row;

	if (strcmp(row->field[PARAMS], r->params) != 0 ||
	    strcmp(row->field[WORKLOAD], r->workload) != 0 ||
	    strcmp(row->field[PASS], r->pass) != 0)
		return -1;
	if (!strcmp(row->field[VARIANT], r->patched))
		return 1;
	return strcmp(row->field[VARIANT], r->baseline) ? -1 : 0;
}

static int read_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct plot_series *s = arg;
	uint64_t block;
	int ret = 0;

	if (strcmp(row->field[ROLE], "all") != 0 || strcmp(row->field[METRIC], "operations") != 0)
		return 0;
	if (num_parse(row->field[BLOCK], NUM_COUNT, &block, e))
		return err_add(e, EINVAL, SERIES_CSV ":%lu: no number of a block", row->line);
	if (!block || block > BLOCKS_SHOWN)
		return 0;
	for (size_t i = 0; !ret && i < s->nr; i++) {
		int side = side_of(&s->tiles[i], row);

		if (side >= 0)
			ret = add_interval(&s->tiles[i].traces[block - 1][side], (unsigned)side,
					   block, row, e);
	}
	return ret;
}

/* Traces one after the other, an empty line between two so that no line joins them. */
static bool write_tile(struct plot_set *t, const struct tile *tile, unsigned n)
{
	struct buf title = BUF_INIT;
	struct plot_table *table;
	bool any = false;

	for (size_t i = 0; i < (size_t)BLOCKS_SHOWN * 2; i++)
		any |= tile->traces[i / 2][i % 2].rows.len > 0;
	if (!any)
		return false;
	table = plot_table(t, "block,side,start_ns,end_ns,value");
	for (size_t i = 0; i < (size_t)BLOCKS_SHOWN * 2; i++) {
		const struct buf *rows = &tile->traces[i % BLOCKS_SHOWN][i / BLOCKS_SHOWN].rows;

		if (!rows->len)
			continue;
		buf_add(&table->text, rows->data, rows->len);
		buf_addc(&table->text, '\n');
	}
	plot_add_cell(&title, tile->row);
	plot_set_title(t, n, buf_str(&title));
	buf_release(&title);
	return true;
}

void plot_series_free(struct plot_series *series)
{
	if (!series)
		return;
	for (size_t i = 0; i < series->nr; i++)
		for (size_t k = 0; k < (size_t)BLOCKS_SHOWN * 2; k++)
			buf_release(&series->tiles[i].traces[k / 2][k % 2].rows);
	free(series->tiles);
	free(series);
}

static int load(struct plot_series **out, const struct plot_source *s, struct err *e)
{
	char *path = xasprintf("%s/" SERIES_CSV, s->dir);
	struct plot_series *series = xcalloc(1, sizeof(*series));
	int ret = 0;

	series->tiles = xcalloc(s->c->nr_rows + 1, sizeof(*series->tiles));
	for (size_t i = 0; i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (row->primary && row->whole &&
		    (!series->nr || !comparison_same_cell(series->tiles[series->nr - 1].row, row)))
			series->tiles[series->nr++].row = row;
	}
	if (fs_exists(path))
		ret = csv_read(path, columns, read_row, series, e);
	free(path);
	*out = series;
	return ret;
}

PLOT_FILL(time)
{
	const struct plot_series *series;
	const struct comparison_row *any = NULL;
	unsigned n = 0;
	int ret = *t->series ? 0 : load(t->series, s, e);

	series = *t->series;
	for (size_t i = 0; !ret && i < series->nr; i++) {
		if (!plot_wants(s, q, series->tiles[i].row) ||
		    !write_tile(t, &series->tiles[i], n + 1))
			continue;
		any = series->tiles[i].row;
		n++;
	}
	plot_set_tiles(t, n);
	if (any) {
		plot_head(t, "Throughput over time (operations a second), higher is better");
		plot_head(t,
			  "%s: a line a block (up to %u of them), all roles of the cell together",
			  plot_contrast(s, q), BLOCKS_SHOWN);
		plot_set_variants(t, any->baseline, any->patched);
	} else if (!ret) {
		*why = xstrdup("there are no values over time: give the workloads an interval "
			       "(interval = 50ms)");
	}
	return ret;
}
