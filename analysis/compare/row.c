/* SPDX-License-Identifier: GPL-2.0-or-later */
/* row.c: one row of a comparison: the order statistics of its pairs, and its words. */
#include <math.h>
#include <stdlib.h>

#include "analysis/compare/judge_impl.h"
#include "lib/num.h"

#define BECAUSE_EXPLAINS 0.5
#define NAMED_MAX 3 /* cells that a sentence names */

const char *const zero_names[] = { "", "0 in some blocks", "to 0", "from 0" };
const char *const mark_names[] = { "", "equal", "better", "worse", "mixed" };
const char *const lock_part_names[] = { "", "explained", "partly", "no lock" };

bool row_measured(const struct comparison_row *row)
{
	for (unsigned i = 0; i < row->planned; i++)
		if (row->pair[i].has_baseline || row->pair[i].has_patched)
			return true;
	return false;
}

int row_direction(const struct comparison_row *row)
{
	return !*row->better ? 0 : !strcmp(row->better, "higher") ? 1 : -1;
}

static enum mark mark_of(const struct comparison_row *row)
{
	unsigned more = 0, less = 0;

	for (unsigned i = 0; i < row->planned; i++) {
		const struct comparison_pair *pair = &row->pair[i];

		if (pair->reason)
			continue;
		more += pair->patched > pair->baseline;
		less += pair->patched < pair->baseline;
	}
	if (!row->pairs)
		return MARK_NONE;
	if (!more && !less)
		return MARK_EQUAL;
	if (!row_direction(row) || (more != row->pairs && less != row->pairs))
		return MARK_MIXED;
	return (more != 0) == (row_direction(row) > 0) ? MARK_BETTER : MARK_WORSE;
}

static const char *pair_ratio(const struct comparison_pair *pair, double *ratio)
{
	if (pair->baseline == 0)
		return "the baseline is 0";
	if (pair->baseline < 0 || pair->patched < 0)
		return "a value is negative";
	*ratio = pair->patched / pair->baseline;
	if (!isfinite(*ratio) || (*ratio == 0 && pair->patched != 0))
		return "the values lie too far apart";
	return NULL;
}

static double median_of(double *v, size_t n)
{
	stats_sort(v, n);
	return stats_median_sorted(v, n);
}

void row_summarise(struct comparison_row *row, double *scratch)
{
	double *base = scratch, *patched = base + row->planned, *ratio = patched + row->planned;
	size_t n = 0;

	row->mark = mark_of(row);
	if (!row->pairs)
		return;
	for (unsigned i = 0; i < row->planned; i++) {
		const struct comparison_pair *pair = &row->pair[i];

		if (pair->reason)
			continue;
		base[n] = pair->baseline;
		patched[n] = pair->patched;
		if (!row->no_ratio)
			row->no_ratio = pair_ratio(pair, &ratio[n]);
		n++;
	}
	row->baseline_median = median_of(base, n);
	row->patched_median = median_of(patched, n);
	row->has_ratio = !row->no_ratio;
	if (row->has_ratio) {
		row->ratio_median = median_of(ratio, n);
		row->ratio_min = ratio[0];
		row->ratio_max = ratio[n - 1];
	}
}

bool row_slower(const struct comparison_row *row)
{
	return (row->j.change < 1) == (row_direction(row) > 0);
}

bool row_changed(const struct comparison_row *row)
{
	const struct judgement *j = &row->j;

	return j->done && j->has_change && fabs(j->change - 1) > j->margin &&
	       (j->r.verdict == VERDICT_SLOWER || j->r.verdict == VERDICT_FASTER ||
		j->r.verdict == VERDICT_UNSURE);
}

bool row_of_cell(const struct comparison_row *row)
{
	return row->total || (row->whole && row->j.decides);
}

bool comparison_same_cell(const struct comparison_row *a, const struct comparison_row *b)
{
	return a->contrast_number == b->contrast_number && a->cell_number == b->cell_number;
}

struct comparison_row **deciding_rows(const struct comparison *c, const char *contrast, size_t *nr)
{
	struct comparison_row **rows = xcalloc(c->nr_rows + 1, sizeof(*rows));

	*nr = 0;
	for (size_t i = 0; i < c->nr_rows; i++)
		if (c->rows[i].j.decides && !strcmp(c->rows[i].contrast, contrast))
			rows[(*nr)++] = &c->rows[i];
	return rows;
}

const struct comparison_row *comparison_because(const struct comparison *c,
						const struct comparison_row *row)
{
	const struct comparison_row *at = row;

	if (row->whole || !row->member)
		return row->because ? row : NULL;
	while (at > c->rows && comparison_same_cell(at - 1, row))
		if ((--at)->member)
			return NULL;
	for (; at < c->rows + c->nr_rows && comparison_same_cell(at, row); at++)
		if (at->total && at->because)
			return at;
	return NULL;
}

const char *comparison_keep(struct comparison *c, struct buf *b)
{
	if (!c->texts)
		c->texts = xcalloc(1, sizeof(*c->texts));
	return intern_text(c->texts, b);
}

void row_name(struct buf *b, const struct comparison_row *row)
{
	buf_addf(b, "%s%s", row->workload, *row->varying ? " " : "");
	for (const char *p = row->varying; *p; p++)
		buf_addc(b, *p == ';' ? ' ' : *p);
	if (row->total)
		buf_adds(b, ", all roles,");
	else if (!row->whole)
		buf_addf(b, " %s", row->role);
}

void row_list_add(struct row_list *l, const char *sentence, const struct comparison_row *row,
		  const char *what)
{
	if (++l->nr > NAMED_MAX)
		return;
	buf_addf(&l->text, "%s%s", l->nr == 1 ? sentence : "", l->nr == 1 ? ": " : ", ");
	row_name(&l->text, row);
	buf_addf(&l->text, " (%s)", what);
}

void row_list_end(struct row_list *l, struct strv *sentences)
{
	if (l->nr > NAMED_MAX)
		buf_addf(&l->text, " and %zu more", l->nr - NAMED_MAX);
	if (l->nr)
		strv_add(sentences, l->text.data);
	buf_release(&l->text);
	*l = (struct row_list){ .nr = 0 };
}

enum lock_part because_part(double share)
{
	return share >= BECAUSE_EXPLAINS ? LOCKS_EXPLAIN
	       : share >= BECAUSE_PARTLY ? LOCKS_PARTLY
					 : LOCKS_NOT;
}

void because_times(struct buf *b, const double ns[2])
{
	char text[32];

	for (int i = 0; i < 2; i++)
		buf_addf(b, "%s%s", i ? " -> " : "",
			 num_format_ns_human(text, ns[i] < 0      ? 0
						   : ns[i] < 1e18 ? (uint64_t)(ns[i] + 0.5)
								  : UINT64_MAX));
}
