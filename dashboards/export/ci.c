/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ci.c: verdicts as outcomes of tests, and what is said of them; see ci_impl.h. */
#include <string.h>

#include "dashboards/export/ci_impl.h"
#include "dashboards/table/table_impl.h"

/* All its missing pairs are those of a baseline that broke: no fault of the patch. */
static bool only_repaired(const struct comparison *c, const struct comparison_row *row)
{
	bool any = false;

	for (size_t i = 0; i < c->unmeasured; i++) {
		const struct comparison_gap *g = &c->gaps[i];

		if (g->contrast != row->contrast || g->workload != row->workload ||
		    g->params != row->params)
			continue;
		if (!g->repaired)
			return false;
		any = true;
	}
	return any;
}

enum ci_outcome ci_outcome(const struct comparison *c, const struct comparison_row *row,
			   bool strict)
{
	static const enum ci_outcome of_lack[] = {
		[LACK_NONE] = CI_PASSED,   [LACK_SKIPPED] = CI_SKIPPED, [LACK_MISSING] = CI_ERROR,
		[LACK_INVALID] = CI_ERROR, [LACK_FAILED] = CI_ERROR,
	};
	enum verdict v = row->j.r.verdict;

	if (verdict_side(v) < 0)
		return CI_FAILED;
	if (v == VERDICT_REPAIRED)
		return CI_PASSED;
	if (of_lack[row->lack] == CI_ERROR && !only_repaired(c, row))
		return CI_ERROR;
	if (v == VERDICT_UNSURE)
		return strict ? CI_FAILED : CI_SKIPPED;
	return row->pairs ? CI_PASSED : of_lack[row->lack];
}

size_t ci_suite(const struct comparison *c, size_t at, size_t *from)
{
	while (at < c->nr_rows && !c->rows[at].j.decides)
		at++;
	*from = at;
	while (at < c->nr_rows && !strcmp(c->rows[at].contrast, c->rows[*from].contrast))
		at++;
	return at;
}

unsigned ci_count(const struct comparison *c, size_t from, size_t to, bool strict,
		  unsigned nr[NR_CI])
{
	unsigned all = 0;

	memset(nr, 0, NR_CI * sizeof(*nr));
	for (size_t i = from; i < to; i++) {
		if (!c->rows[i].j.decides)
			continue;
		nr[ci_outcome(c, &c->rows[i], strict)]++;
		all++;
	}
	return all;
}

void ci_suite_name(struct buf *b, const struct results *r, const struct comparison_row *row)
{
	const char *suite = json_string_value(
		json_object_get(json_object_get(results_run(r), "suite"), "name"));

	buf_addf(b, "%s.%s", suite ? suite : "fsduel", row->contrast);
}

void ci_name(struct buf *b, const struct comparison_row *row)
{
	table_add_cell(b, row->workload, row->varying);
	if (!row->whole)
		buf_addf(b, " %s", row->role);
	buf_addf(b, ": %s", row->metric);
	if (*row->detail)
		buf_addf(b, " %s", row->detail);
}

void ci_say(struct buf *b, const struct comparison_row *row)
{
	table_add_ruling(b, row);
	if (row->pairs && row->mark != MARK_EQUAL) {
		buf_adds(b, ", ");
		table_add_change_within(b, row);
	}
	if (row->pairs) {
		buf_adds(b, ": ");
		table_add_number(b, row, row->baseline_median);
		buf_adds(b, " -> ");
		table_add_number(b, row, row->patched_median);
		if (strcmp(row->unit, "ns"))
			buf_addf(b, " %s", row->unit);
	}
	if (row->j.r.why && (row->pairs || row->j.r.verdict != VERDICT_UNSURE))
		buf_addf(b, "; %s", row->j.r.why);
	if (row->pairs < row->planned)
		buf_addf(b, "; %u of %u pairs: %s", row->pairs, row->planned,
			 row->reason ? row->reason : "");
}
