/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plot_truth.c: exact mode's changes against those of the wall clock; see plot_impl.h. */
#include "analysis/truth/truth.h"
#include "dashboards/plot/plot_impl.h"
#include "dashboards/words/words.h"

#define LABEL_COLUMNS 44 /* of a row that is outside */
#define LABELS_MAX 40u

static void add_limits(struct plot_table *t, const struct truth_side *s)
{
	plot_number(t, s->change);
	plot_number(t, s->i95.exists ? s->i95.low : s->min);
	plot_number(t, s->i95.exists ? s->i95.high : s->max);
}

/* "3 nodelalloc, mmap": rows outside have a number in the picture and their name beside it. */
static void name_outside(struct plot_set *t, const struct truth_row *row, unsigned nr)
{
	struct buf name = BUF_INIT, cut = BUF_INIT;

	buf_addf(&name, "%u  %s, ", nr, row->contrast);
	words_cell(&name, row->workload, row->varying);
	plot_add_cut(&cut, buf_str(&name), LABEL_COLUMNS);
	plot_set_nth(t, "outside", nr, buf_str(&cut));
	buf_release(&name);
	buf_release(&cut);
}

static unsigned add_rows(struct plot_set *t, const struct truth *truth)
{
	struct plot_table *table =
		plot_table(t, "host,host_low,host_high,exact,exact_low,exact_high,inside,number");
	unsigned outside = 0;

	for (size_t i = 0; i < truth->nr_rows; i++) {
		const struct truth_row *row = &truth->rows[i];
		bool named = row->inside == TRUTH_OUTSIDE && outside < LABELS_MAX;

		if (!row->has_apart)
			continue;
		add_limits(table, &row->side[TRUTH_HOST]);
		add_limits(table, &row->side[TRUTH_EXACT]);
		plot_number(table, row->inside);
		if (named)
			name_outside(t, row, ++outside);
		plot_number(table, named ? outside : 0);
		plot_end(table);
	}
	return outside;
}

PLOT_FILL(truth)
{
	const struct truth *truth = s->truth;
	unsigned known, outside;

	(void)q;
	if (!truth || !truth->has_apart) {
		*why = xstrdup(truth ? "no contrast was measured in both folders of a pair"
				     : "it takes two folders: fsduel truth EXACT HOST -o DIR");
		return;
	}
	known = truth->inside[TRUTH_INSIDE] + truth->inside[TRUTH_OUTSIDE];
	outside = add_rows(t, truth);
	plot_head(t, "Changes in exact mode against the same changes on the wall clock");
	plot_head(t, "bars: 95 %% intervals; line: both alike; in the grey quarters the "
		     "directions differ");
	plot_head(t, "inside the host's interval: %u of %u; a guess of no change would be in %u",
		  truth->inside[TRUTH_INSIDE], known, truth->none_inside);
	plot_head(t, "direction: same %u, opposite %u, open %u; apart by %.1f %% in the median",
		  truth->direction[TRUTH_SAME], truth->direction[TRUTH_OPPOSITE],
		  truth->direction[TRUTH_OPEN], 100 * (truth->apart_median - 1));
	plot_set_number(t, "outside", outside);
}
