/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plot_time.c: throughput over time within a cell, from series.csv, of the whole
 * workload and the first blocks only; see plot_impl.h. A rate is the operations of an
 * interval over its length, as docs/results.md asks for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/plot_impl.h"
#include "lib/csv.h"
#include "lib/fs.h"
#include "lib/num.h"
#include "lib/schema.h"

#define BLOCKS_SHOWN 3

enum { WORKLOAD, PARAMS, VARIANT, BLOCK, PASS, ROLE, METRIC, START, END, VALUE, ATTEMPT, NR_COLUMNS };
static const char *const columns[] = { "workload", "params", "variant", "block", "pass", "role",
				       "metric", "start_ns", "end_ns", "value", "attempt", NULL };

/* One cell, side and block: its intervals so far, of the highest attempt seen. */
struct trace {
	struct buf rows;
	uint64_t attempt;
};

struct tile {
	const struct comparison_row *row;
	struct trace traces[BLOCKS_SHOWN][2];
};

struct reading {
	struct tile *tiles;
	size_t nr, last;
	const char *pass;
};

static struct tile *find_tile(struct reading *r, const char *workload, const char *params)
{
	/* Rows of a cell run stand together. */
	for (size_t i = 0; i < r->nr; i++) {
		size_t at = (r->last + i) % r->nr;

		if (!strcmp(r->tiles[at].row->params, params) &&
		    !strcmp(r->tiles[at].row->workload, workload)) {
			r->last = at;
			return &r->tiles[at];
		}
	}
	return NULL;
}

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

static int read_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct reading *r = arg;
	struct tile *tile;
	uint64_t block;
	unsigned side;

	if (strcmp(row->field[ROLE], "all") || strcmp(row->field[METRIC], "operations") ||
	    strcmp(row->field[PASS], r->pass))
		return 0;
	if (num_parse(row->field[BLOCK], NUM_COUNT, &block, e))
		return err_add(e, EINVAL, SERIES_CSV ":%lu: no number of a block", row->line);
	if (!block || block > BLOCKS_SHOWN)
		return 0;
	tile = find_tile(r, row->field[WORKLOAD], row->field[PARAMS]);
	if (!tile)
		return 0;
	side = !strcmp(row->field[VARIANT], tile->row->patched);
	if (!side && strcmp(row->field[VARIANT], tile->row->baseline))
		return 0;
	return add_interval(&tile->traces[block - 1][side], side, block, row, e);
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

static void list_tiles(struct reading *r, const struct plot_source *s, const struct plot_request *q)
{
	const struct comparison_row *first = plot_first(s, q);

	r->tiles = xcalloc(s->c->nr_rows + 1, sizeof(*r->tiles));
	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (plot_decides(row) && plot_wants(s, q, row) && !strcmp(row->metric, first->metric))
			r->tiles[r->nr++].row = row;
	}
	r->pass = first ? first->pass : "";
}

static void release(struct reading *r)
{
	for (size_t i = 0; i < r->nr; i++)
		for (size_t k = 0; k < (size_t)BLOCKS_SHOWN * 2; k++)
			buf_release(&r->tiles[i].traces[k / 2][k % 2].rows);
	free(r->tiles);
}

PLOT_FILL(time)
{
	char *path = xasprintf("%s/" SERIES_CSV, s->dir);
	struct reading r = { 0 };
	unsigned n = 0;
	int ret = 0;

	list_tiles(&r, s, q);
	if (fs_exists(path) && r.nr)
		ret = csv_read(path, columns, read_row, &r, e);
	for (size_t i = 0; !ret && i < r.nr; i++)
		n += write_tile(t, &r.tiles[i], n + 1);
	plot_set_tiles(t, n);
	if (n) {
		plot_head(t, "Throughput over time (operations a second), higher is better");
		plot_head(t, "%s: a line a block (up to %u of them), all roles of the cell together",
			  plot_contrast(s, q), BLOCKS_SHOWN);
		plot_set_variants(t, r.tiles[0].row->baseline, r.tiles[0].row->patched);
	} else if (!ret) {
		*why = xstrdup("there are no values over time: give the workloads an interval "
			       "(interval = 50ms)");
	}
	release(&r);
	free(path);
	return ret;
}
