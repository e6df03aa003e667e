/* SPDX-License-Identifier: GPL-2.0-or-later */
/* row.c: the order statistics of one row's pairs, and the mark that follows; see compare.h. */
#include <math.h>
#include <string.h>

#include "analysis/compare/judge_impl.h"
#include "analysis/stats/stats.h"

const char *const zero_names[] = { "", "0 in some blocks", "to 0", "from 0" };
const char *const mark_names[] = { "", "equal", "better", "worse", "mixed" };

/* The ratio of one pair, or why there is none. */
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

static void medians(struct comparison_row *row, double *scratch)
{
	double *base = scratch, *patched = base + row->planned, *ratio = patched + row->planned;
	size_t n = 0;

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
	if (!*row->better || (more != row->pairs && less != row->pairs))
		return MARK_MIXED;
	return (more != 0) == !strcmp(row->better, "higher") ? MARK_BETTER : MARK_WORSE;
}

void row_summarise(struct comparison_row *row, double *scratch)
{
	medians(row, scratch);
	row->mark = mark_of(row);
}

bool row_changed(const struct comparison_row *row)
{
	const struct judgement *j = &row->j;

	return j->done && j->has_change && fabs(j->change - 1) > j->margin &&
	       (j->r.verdict == VERDICT_SLOWER || j->r.verdict == VERDICT_FASTER ||
		j->r.verdict == VERDICT_UNSURE);
}
