/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table_lines.c: rows put under their cells, and the sentences about whole cells: mixed
 * ones, and those in which a kernel broke; see table_impl.h.
 */
#include <string.h>

#include "dashboards/table/table_impl.h"

static bool decides_with_others(const struct comparison_row *row)
{
	return row->member && !row->whole;
}

/* The rows of one cell, from..to: the total last. */
static size_t add_cell_lines(struct table_line *out, const struct comparison_row *const *rows,
			     size_t from, size_t to)
{
	const struct comparison_row *head = NULL;
	size_t n = 0;

	for (size_t i = from; i < to && to - from > 1 && !head; i++)
		head = decides_with_others(rows[i]) ? rows[i] : NULL;
	if (head)
		out[n++] = (struct table_line){ .row = head, .head = true };
	for (size_t i = from; i < to; i++)
		if (!head || !rows[i]->total)
			out[n++] = (struct table_line){ rows[i], false, head || i > from };
	for (size_t i = from; i < to && head; i++)
		if (rows[i]->total)
			out[n++] = (struct table_line){ rows[i], false, true };
	return n;
}

size_t table_lines(struct table_line *out, const struct comparison_row *const *rows, size_t nr)
{
	size_t n = 0;

	for (size_t i = 0, end; i < nr; i = end) {
		for (end = i + 1; end < nr && comparison_same_cell(rows[i], rows[end]); end++)
			;
		n += add_cell_lines(out + n, rows, i, end);
	}
	return n;
}

void table_add_line_name(struct buf *b, const struct table_line *l)
{
	const struct comparison_row *row = l->row;

	if (l->inside)
		buf_adds(b, "  ");
	else
		table_add_cell(b, row->workload, row->varying);
	if (l->head)
		return;
	if (row->total)
		buf_addf(b, "%sall roles", l->inside ? "" : ", ");
	else if (l->inside || !row->whole)
		buf_addf(b, "%s%s", l->inside ? "" : " ", row->role);
	if (*row->detail)
		buf_addf(b, " %s", row->detail);
}

void table_add_line_verdict(struct buf *b, const struct table_line *l)
{
	if (l->head)
		buf_adds(b, l->row->cell ? verdict_names[l->row->cell->verdict] : "");
	else
		table_add_ruling(b, l->row);
}

static void add_change(struct buf *b, enum zero zero, double change)
{
	if (zero != ZERO_NONE)
		buf_adds(b, zero_names[zero]);
	else
		table_add_change(b, change, true);
}

void table_add_extreme(struct buf *b, const struct headline_cell *cell)
{
	table_add_cell(b, cell->workload, cell->varying);
	buf_addf(b, "%s%s ", *cell->role ? " " : "", cell->role);
	add_change(b, cell->zero, cell->change);
}

void table_add_left_out(struct buf *b, const struct headline *h)
{
	if (h->zeros)
		buf_addf(b, ", %u left out, as a value of 0 has no ratio", h->zeros);
}

static bool is_shown(const struct comparison_cell *cell, const char *contrast)
{
	return !strcmp(cell->contrast, contrast) && cell->nr_members;
}

/* The metric, too, where the cell has rows of several. */
static void add_members(struct buf *b, const struct comparison_cell *cell)
{
	bool first = true, several = false;

	for (size_t i = 0; i < cell->nr_members; i++)
		several |= strcmp(cell->members[i].metric, cell->members[0].metric) != 0;
	for (size_t i = 0; i < cell->nr_members; i++) {
		const struct comparison_member *m = &cell->members[i];

		if (m->verdict != VERDICT_SLOWER && m->verdict != VERDICT_FASTER)
			continue;
		buf_adds(b, first ? "" : ", ");
		if (!m->whole)
			buf_addf(b, "%s ", m->role);
		if (several)
			buf_addf(b, "%s ", m->metric);
		add_change(b, m->has_change ? ZERO_NONE : m->zero, m->change);
		first = false;
	}
}

void table_list_mixed(struct strv *lines, const struct comparison *c, const char *contrast)
{
	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct comparison_cell *cell = &c->cells[i];
		struct buf b = BUF_INIT;

		if (!is_shown(cell, contrast) || cell->verdict != VERDICT_MIXED)
			continue;
		table_add_cell(&b, cell->workload, cell->varying);
		buf_adds(&b, ": ");
		add_members(&b, cell);
		strv_add(lines, buf_str(&b));
		buf_release(&b);
	}
}

void table_list_ended(struct strv *lines, const struct comparison *c, const char *contrast,
		      enum cell_end end)
{
	for (size_t i = 0; i < c->nr_cells; i++) {
		const struct comparison_cell *cell = &c->cells[i];
		struct buf b = BUF_INIT;

		if (!is_shown(cell, contrast) || cell->end != end)
			continue;
		table_add_cell(&b, cell->workload, cell->varying);
		if (cell->end_of == 1)
			buf_adds(&b, ": ");
		else
			buf_addf(&b, ", in %u of %u blocks: ", cell->end_blocks, cell->end_of);
		if (end == END_REPAIRED)
			buf_adds(&b, "baseline only: ");
		buf_adds(&b, cell->line);
		strv_add(lines, buf_str(&b));
		buf_release(&b);
	}
}
