/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot_cells.c: the forest of all changes, and latency with a tile a cell; see plot_impl.h. */
#include <string.h>

#include "dashboards/plot/plot_impl.h"
#include "dashboards/words/words.h"

#define FINDING_WIDTH 42
#define HEAD_WIDTH 96
#define HEADS_MAX 3 /* mixed or broken cells that a picture names above */

/* "slower  -6.0 % (-6.3..-5.7)", or why there is nothing. */
static void add_finding(struct buf *b, const struct comparison_row *row)
{
	const char *verdict = verdict_names[row->j.r.verdict];

	if (row->j.r.verdict == VERDICT_BROKEN || row->j.r.verdict == VERDICT_REPAIRED) {
		buf_addf(b, "%s, in %u of %u blocks", verdict, row->cell->end_blocks,
			 row->cell->end_of);
	} else if (!row->pairs) {
		buf_addf(b, "not measured%s%s", row->reason ? ": " : "",
			 row->reason ? row->reason : "");
	} else if (!row->has_ratio && row->j.zero == ZERO_NONE) {
		buf_addf(b, "no ratio: %s", row->no_ratio ? row->no_ratio : "");
	} else {
		buf_addf(b, "%s%s", verdict, *verdict ? "  " : "");
		if (row->cell && row->cell->verdict == VERDICT_MIXED)
			buf_adds(b, "(mixed)  ");
		words_change_within(b, row);
		if (row->pairs < row->planned)
			buf_addf(b, ", %u of %u", row->pairs, row->planned);
	}
}

static void forest_row(struct plot_table *table, const struct comparison_row *row, bool metric,
		       unsigned *y)
{
	struct buf label = BUF_INIT, text = BUF_INIT, cut = BUF_INIT;

	words_cell_role(&label, row);
	if (metric && !row->path) {
		buf_adds(&label, ": ");
		words_title(&label, row);
	}
	add_finding(&text, row);
	plot_add_cut(&cut, buf_str(&text), FINDING_WIDTH);
	plot_row(table, *y, buf_str(&label));
	plot_text(table, buf_str(&cut));
	plot_change(table, row);
	plot_text(table, verdict_names[row->j.r.verdict]);
	plot_row_end(table, y);
	buf_release(&label);
	buf_release(&text);
	buf_release(&cut);
}

/* The cells of that verdict in words, as many as there is room for. */
static void head_cells(struct plot_set *t, const struct comparison *c, const char *contrast,
		       enum verdict v)
{
	struct strv lines = STRV_INIT;

	words_cells(&lines, c, contrast, v);
	for (size_t i = 0; i < lines.n && i < HEADS_MAX; i++) {
		struct buf cut = BUF_INIT;

		plot_add_cut(&cut, lines.v[i], HEAD_WIDTH);
		plot_head(t, "%s: %s", verdict_names[v], buf_str(&cut));
		buf_release(&cut);
	}
	if (lines.n > HEADS_MAX)
		plot_head(t, "and %zu more %s cells", lines.n - HEADS_MAX, verdict_names[v]);
	strv_release(&lines);
}

PLOT_FILL(forest)
{
	const struct comparison_row *first = plot_first(s, q);
	struct plot_table *table;
	struct buf metric = BUF_INIT;
	bool several = false, path = false, ranges = false, any = false, ended = false;
	unsigned y = 1;

	for (size_t i = 0; i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (!row->member || !plot_wants(s, q, row))
			continue;
		several |= !row->path && strcmp(row->metric, first->metric);
		path |= row->path;
		ranges |= row->has_ratio && !row->j.i95.exists;
		any |= row->has_ratio || row->j.zero != ZERO_NONE;
		ended |= row->cell && row->cell->end != END_NONE;
	}
	if (!any) {
		*why = xstrdup(first ? "no cell has a valid pair" : "there is nothing to compare");
		return;
	}
	table = plot_table(t, "y,label,text," PLOT_CHANGE ",verdict");
	for (size_t i = 0; i < s->c->nr_rows; i++)
		if (s->c->rows[i].member && plot_wants(s, q, &s->c->rows[i]))
			forest_row(table, &s->c->rows[i], several, &y);
	words_title(&metric, first);
	plot_head(t, "Change of %s%s", several ? "the primary metrics" : buf_str(&metric),
		  path ? ", and of the path, lower is better" : "");
	plot_head(t, "%s: %s against %s", first->contrast, first->patched, first->baseline);
	head_cells(t, s->c, first->contrast, VERDICT_BROKEN);
	head_cells(t, s->c, first->contrast, VERDICT_MIXED);
	plot_head(t, "bars: 95 %% intervals%s; band: margin, within it is the same",
		  ranges ? ", dotted: range over blocks" : "");
	plot_set_number(t, "rows", y - 1);
	if (ended)
		plot_set_number(t, "ended", 1);
	buf_release(&metric);
}

/* --- latency ----------------------------------------------------------------------------- */

/* The cell's row of that metric, of the role that decides: rows of a cell stand together. */
static const struct comparison_row *find(const struct plot_source *s,
					 const struct comparison_row *cell, const char *metric)
{
	size_t i = (size_t)(cell - s->c->rows);

	while (i && comparison_same_cell(&s->c->rows[i - 1], cell))
		i--;
	for (; i < s->c->nr_rows && comparison_same_cell(&s->c->rows[i], cell); i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (!strcmp(row->role, cell->role) && !strcmp(row->metric, metric) &&
		    !strcmp(row->pass, cell->pass) && row->pairs)
			return row;
	}
	return NULL;
}

/* False, and no table: the cell has no latencies. */
static bool latency_tile(struct plot_set *t, const struct plot_source *s,
			 const struct comparison_row *cell, unsigned n)
{
	static const char *const percentiles[][2] = { { "lat_p50", "p50" },
						      { "lat_p90", "p90" },
						      { "lat_p99", "p99" },
						      { "lat_p99_9", "p99.9" },
						      { "lat_max", "max" } };
	struct plot_table *table = NULL;
	struct buf title = BUF_INIT;

	for (size_t p = 0; p < sizeof(percentiles) / sizeof(percentiles[0]); p++) {
		const struct comparison_row *row = find(s, cell, percentiles[p][0]);

		if (!row)
			continue;
		table = table ? table : plot_table(t, "x,metric,baseline_median,patched_median");
		plot_number(table, (double)p + 1);
		plot_text(table, percentiles[p][1]);
		plot_number(table, row->baseline_median);
		plot_number(table, row->patched_median);
		plot_end(table);
	}
	if (!table)
		return false;
	words_cell_role(&title, cell);
	plot_set_title(t, n, buf_str(&title));
	buf_release(&title);
	return true;
}

PLOT_FILL(latency)
{
	const struct comparison_row *first = plot_first(s, q);
	unsigned n = 0;

	for (size_t i = 0; first && i < s->c->nr_rows; i++) {
		const struct comparison_row *row = &s->c->rows[i];

		if (row->member && plot_wants(s, q, row) && !strcmp(row->metric, first->metric))
			n += latency_tile(t, s, row, n + 1);
	}
	plot_set_tiles(t, n);
	if (!n) {
		*why = xstrdup("no cell has latencies on both sides");
		return;
	}
	plot_head(t, "Latency of an operation: percentiles, lower is better");
	plot_head(t, "%s: medians over blocks; logarithmic", plot_contrast(s, q));
	plot_set_key(t, "baseline", first->baseline);
	plot_set_key(t, "patched", first->patched);
}
