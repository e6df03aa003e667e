/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c: the order of a terminal report: by contrast, then by metric, so that
 * the numbers of one column have one unit. The lines themselves come from
 * table_rows.c and table_text.c.
 */
#include "dashboards/table.h"

#include <stdlib.h>
#include <string.h>

#include "dashboards/table_impl.h"

static bool same_table(const struct comparison_row *a, const struct comparison_row *b)
{
	return !strcmp(a->metric, b->metric) && !strcmp(a->pass, b->pass);
}

/* One table for each metric and pass among the nr rows of a contrast, by first appearance. */
static void add_tables(struct buf *out, const struct comparison_row *rows, size_t nr)
{
	const struct comparison_row **group = xcalloc(nr, sizeof(*group));
	bool *done = xcalloc(nr, sizeof(*done));

	for (size_t i = 0; i < nr; i++) {
		size_t n = 0;

		if (done[i])
			continue;
		for (size_t k = i; k < nr; k++) {
			if (done[k] || !same_table(&rows[i], &rows[k]))
				continue;
			done[k] = true;
			group[n++] = &rows[k];
		}
		buf_addc(out, '\n');
		table_add_rows(out, group, n);
	}
	free(done);
	free(group);
}

void table_comparison(struct buf *out, const struct comparison *c, const struct results *r)
{
	const json_t *run = results_run(r);

	table_add_verdict(out, c);
	if (!c->nr_rows)
		buf_adds(out, "nothing to compare: the suite has no contrast between two variants, or "
			      "the\nselection leaves no row\n");
	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		const struct comparison_row *first = &c->rows[i];

		for (end = i; end < c->nr_rows; end++) {
			if (strcmp(c->rows[end].contrast, first->contrast))
				break;
		}
		table_add_heading(out, c, first, run);
		add_tables(out, first, end - i);
		table_add_locks(out, first, end - i);
		table_add_missing(out, c, first, end - i);
		table_add_effective(out, first, run);
		buf_addc(out, '\n');
	}
	table_add_warnings(out, c);
	table_add_legend(out, c);
	table_add_notes(out, run);
	table_add_marks(out, r);
	table_add_lock_notes(out, c);
}
