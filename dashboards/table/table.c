/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c: the order of a terminal report: by contrast, then by metric, so that
 * the numbers of one column have one unit. The lines themselves come from
 * table_rows.c and table_text.c.
 */
#include "dashboards/table/table.h"

#include <stdlib.h>
#include <string.h>

#include "dashboards/table/table_impl.h"

static bool same_table(const struct comparison_row *a, const struct comparison_row *b)
{
	return !strcmp(a->metric, b->metric) && !strcmp(a->pass, b->pass);
}

size_t table_contrast_end(const struct comparison *c, size_t from)
{
	size_t end = from;

	while (end < c->nr_rows && !strcmp(c->rows[end].contrast, c->rows[from].contrast))
		end++;
	return end;
}

void table_each_group(const struct comparison_row *rows, size_t nr,
		      void (*add)(struct buf *, const struct comparison_row *const *, size_t),
		      struct buf *out)
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
		add(out, group, n);
	}
	free(done);
	free(group);
}

static void add_plain(struct buf *out, const struct comparison_row *const *rows, size_t nr)
{
	buf_addc(out, '\n');
	table_add_rows(out, rows, nr, false);
}

static void add_coloured(struct buf *out, const struct comparison_row *const *rows, size_t nr)
{
	buf_addc(out, '\n');
	table_add_rows(out, rows, nr, true);
}

static void add_report(struct buf *out, const struct comparison *c, const struct results *r,
		       bool colour)
{
	const json_t *run = results_run(r);

	table_add_verdict(out, c, colour);
	if (!c->nr_rows)
		buf_adds(out,
			 "nothing to compare: the suite has no contrast between two variants, or "
			 "the\nselection leaves no row\n");
	for (size_t i = 0, end; i < c->nr_rows; i = end) {
		const struct comparison_row *first = &c->rows[i];

		end = table_contrast_end(c, i);
		table_add_heading(out, c, first, run);
		table_each_group(first, end - i, colour ? add_coloured : add_plain, out);
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

void table_comparison(struct buf *out, const struct comparison *c, const struct results *r)
{
	add_report(out, c, r, false);
}

void table_coloured(struct buf *out, const struct comparison *c, const struct results *r)
{
	add_report(out, c, r, true);
}
