/* SPDX-License-Identifier: GPL-2.0-or-later */
/* letter_chart.c: change against threads in a letter, drawn by gnuplot (plot.h): one workload's. */
#include <errno.h>
#include <string.h>

#include "dashboards/letter/letter_impl.h"

#define CHART "change"
#define CHART_WIDTH (LETTER_WIDTH - 2) /* letter_code's indent */

static bool is_point(const struct comparison_row *row, const char *contrast)
{
	return row->j.decides && row->j.has_change && !strcmp(row->contrast, contrast) &&
	       (!strncmp(row->varying, "threads=", 8) || strstr(row->varying, ";threads="));
}

/* The workload with most cells that differ in threads, the first of them; NULL: none has two. */
static const char *choose(const struct comparison *c, const char *contrast)
{
	const char *best = NULL;
	size_t most = 1;

	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		size_t points = 0;

		for (end = i; end < c->nr_rows; end++) {
			if (strcmp(c->rows[end].workload, c->rows[i].workload))
				break;
			points += is_point(&c->rows[end], contrast);
		}
		if (points > most) {
			most = points;
			best = c->rows[i].workload;
		}
	}
	return best;
}

int letter_add_chart(struct letter *l, const struct plot_source *s, const char *contrast,
		     struct err *e)
{
	struct plot_request q = { .contrast = contrast,
				  .workload = choose(l->c, contrast),
				  .format = PLOT_ASCII,
				  .columns = CHART_WIDTH };
	int ret;

	if (!q.workload)
		return 0;
	q.kind = plot_find(CHART, e);
	ret = q.kind ? plot_render(s, &q, 1, e) : -EINVAL;
	if (!ret && q.image.len) {
		letter_code(l, buf_str(&q.image));
		letter_gap(l);
	}
	plot_request_release(&q);
	if (ret)
		err_add(e, -ret, "a letter can do without its chart: --no-chart");
	return ret;
}
