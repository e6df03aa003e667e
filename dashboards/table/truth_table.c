/* SPDX-License-Identifier: GPL-2.0-or-later */
/* truth_table.c: the report of `fsduel truth`: exact mode's changes beside the wall clock's. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/grid/grid.h"
#include "dashboards/table/table.h"
#include "dashboards/words/words.h"

/* The contrast's name stands above its rows. */
struct line {
	const struct truth_row *row;
	bool head;
};

/* --- columns --------------------------------------------------------------------------------- */

/* Columns are named by the mode and the unit, so a change has none: "+8.1 (+3.0..+13.9)". */
static void add_side(struct buf *b, const struct truth_side *s)
{
	if (!s->there) {
		buf_addc(b, '-');
		return;
	}
	words_change(b, s->change, false);
	if (!s->i95.exists && s->pairs < 2)
		return;
	buf_adds(b, s->i95.exists ? " (" : " [");
	words_limits(b, s->i95.exists ? s->i95.low : s->min, s->i95.exists ? s->i95.high : s->max,
		     false);
	buf_addc(b, s->i95.exists ? ')' : ']');
}

static void add_name(struct buf *b, const struct line *l)
{
	const struct truth_row *row = l->row;

	if (l->head) {
		buf_adds(b, row->contrast);
		return;
	}
	buf_adds(b, "  ");
	words_cell(b, row->workload, row->varying);
	if (!row->whole)
		buf_addf(b, " %s", row->role);
}

static void add_apart(struct buf *b, const struct truth_row *row)
{
	if (row->has_apart)
		words_change(b, row->apart, false);
	else
		buf_addc(b, '-');
}

#define FIGURE(name, append) GRID_GET(name, struct line, if (!x->head) append)
GRID_GET(get_name, struct line, add_name(b, x))
FIGURE(get_exact, add_side(b, &x->row->side[TRUTH_EXACT]))
FIGURE(get_host, add_side(b, &x->row->side[TRUTH_HOST]))
FIGURE(get_inside, buf_adds(b, truth_inside_names[x->row->inside]))
FIGURE(get_direction, buf_adds(b, truth_direction_names[x->row->direction]))
FIGURE(get_apart, add_apart(b, x->row))

static const struct grid_column columns[] = {
	{ "change in %", get_name, .fold = 14 },
	{ "exact", get_exact, .right = true, .fold = 14, .early = true },
	{ "", get_host, .right = true, .fold = 14, .early = true },
	{ "inside", get_inside, .right = false },
	{ "direction", get_direction, .right = false },
	{ "apart", get_apart, .right = true },
};
#define HOST_COLUMN 2

/* --- a pair of folders ----------------------------------------------------------------------- */

/* The names and releases of the kernels of a folder. */
static void add_kernels(struct buf *b, const json_t *run)
{
	const char *name, *release, *sep = "";
	json_t *kernel;

	json_object_foreach(json_object_get(run, "kernels"), name, kernel) {
		release = words_text(kernel, "release");
		buf_addf(b, "%s%s", sep, release ? release : name);
		sep = ", ";
	}
}

static void add_pair_head(struct buf *out, const struct truth_pair *p)
{
	const json_t *run[NR_TRUTH_SIDES] = { results_run(p->r[0]), results_run(p->r[1]) };
	const char *name = words_text(json_object_get(run[TRUTH_EXACT], "suite"), "name");
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: ", name ? name : "?");
	for (int i = 0; i < NR_TRUTH_SIDES; i++) {
		const json_t *suite = json_object_get(run[i], "suite");
		const char *mode = words_text(run[i], "mode");
		json_int_t blocks = json_integer_value(json_object_get(suite, "blocks"));
		json_int_t cpus = json_integer_value(json_object_get(suite, "cpus"));

		buf_addf(&b, "%s%s on ", i ? "; " : "", mode ? mode : "?");
		add_kernels(&b, run[i]);
		if (i == TRUTH_EXACT && cpus)
			buf_addf(&b, ", %lld CPU%s", (long long)cpus, cpus == 1 ? "" : "s");
		buf_addf(&b, ", %lld block%s", (long long)blocks, blocks == 1 ? "" : "s");
	}
	table_say(out, "", &b);
}

static void add_pair(struct buf *out, const struct truth *t, size_t from, size_t to,
		     const struct truth_pair *p)
{
	struct grid_column own[sizeof(columns) / sizeof(columns[0])];
	struct line *lines = xcalloc(2 * (to - from) + 1, sizeof(*lines));
	const char *mode = words_text(results_run(p->r[TRUTH_HOST]), "mode");
	size_t n = 0;

	memcpy(own, columns, sizeof(own));
	own[HOST_COLUMN].title = mode ? mode : "?";
	for (size_t i = from; i < to; i++) {
		if (i == from || strcmp(t->rows[i].contrast, t->rows[i - 1].contrast))
			lines[n++] = (struct line){ &t->rows[i], true };
		lines[n++] = (struct line){ &t->rows[i], false };
	}
	grid_text(out,
		  &(struct grid){ GRID_COLUMNS(own), GRID_ROWS(lines, n), .width = TABLE_WIDTH });
	free(lines);
}

/* A sentence for each row that lacks a side, with the reason. */
static void add_missing(struct buf *out, const struct truth *t, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct truth_row *row = &t->rows[i];

		for (int s = 0; s < NR_TRUTH_SIDES; s++) {
			struct buf b = BUF_INIT;

			if (row->side[s].there)
				continue;
			buf_addf(&b, "%s, ", row->contrast);
			words_cell(&b, row->workload, row->varying);
			buf_addf(&b, ", %s: %s", s == TRUTH_EXACT ? "exact" : "the other",
				 row->side[s].reason);
			table_say(out, "", &b);
		}
	}
}

/* --- all ------------------------------------------------------------------------------------- */

void table_truth_summary(struct buf *out, const struct truth *t)
{
	buf_addf(out, "inside %u of %u; direction same in %u, opposite in %u, open in %u",
		 t->inside[TRUTH_INSIDE], t->inside[TRUTH_INSIDE] + t->inside[TRUTH_OUTSIDE],
		 t->direction[TRUTH_SAME], t->direction[TRUTH_OPPOSITE], t->direction[TRUTH_OPEN]);
}

static void add_sum(struct buf *out, const struct truth *t)
{
	struct buf b = BUF_INIT;

	table_truth_summary(out, t);
	buf_adds(out, "\n");
	buf_addf(&b, "a guess of no change at all would be inside %u of %u", t->none_inside,
		 t->inside[TRUTH_INSIDE] + t->inside[TRUTH_OUTSIDE]);
	if (t->has_reach)
		buf_addf(&b,
			 "; the intervals that are asked reach %.1f %% to either side in the "
			 "median",
			 100 * (t->reach_median - 1));
	table_say(out, "", &b);
	if (t->has_apart) {
		buf_addf(&b, "apart by %.1f %% in the median, at most by %.1f %% (%s, ",
			 100 * (t->apart_median - 1), 100 * (exp(fabs(log(t->worst->apart))) - 1),
			 t->worst->contrast);
		words_cell(&b, t->worst->workload, t->worst->varying);
		buf_addf(&b, ", %s)", t->worst->suite);
	}
	table_say(out, "", &b);
}

void table_truth(struct buf *out, const struct findings *f)
{
	const struct truth *t = f->truth;
	size_t from = 0, to;
	struct buf b = BUF_INIT;

	for (size_t p = 0; p < t->nr_pairs; p++, from = to) {
		for (to = from; to < t->nr_rows && t->rows[to].pair == p; to++)
			;
		add_pair_head(out, &t->pairs[p]);
		buf_addc(out, '\n');
		add_pair(out, t, from, to, &t->pairs[p]);
		buf_addc(out, '\n');
		add_missing(out, t, from, to);
	}
	add_sum(out, t);
	buf_addc(out, '\n');
	buf_adds(&b,
		 "change: Hodges-Lehmann estimate over blocks (95 % interval) or, where the blocks "
		 "are too few for one, [range over blocks]. inside: exact mode's change lies in "
		 "the interval of the other. direction: of both changes; open: one of the "
		 "intervals has no change in it, or is not there. apart: the exact ratio against "
		 "the other one, in %. \"threads 1 to 2\" is one mount with two values of a "
		 "parameter. Intervals are of each row alone: 1 of 20 is expected outside.");
	table_say(out, "", &b);
}
