/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests.c: deciding cells as tests, and the words about them; see tests.h. */
#include "dashboards/export/tests.h"

#include <stdlib.h>
#include <string.h>

#include "dashboards/words/words.h"

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

static enum outcome outcome_of(const struct findings *f, const struct comparison_row *row)
{
	static const enum outcome of_lack[] = {
		[LACK_NONE] = TEST_PASSED,   [LACK_SKIPPED] = TEST_SKIPPED,
		[LACK_MISSING] = TEST_ERROR, [LACK_INVALID] = TEST_ERROR,
		[LACK_FAILED] = TEST_ERROR,
	};
	enum verdict v = row->j.r.verdict;

	if (v == VERDICT_SLOWER || v == VERDICT_BROKEN)
		return TEST_FAILED;
	if (v == VERDICT_REPAIRED)
		return TEST_PASSED;
	if (of_lack[row->lack] == TEST_ERROR && !only_repaired(f->c, row))
		return TEST_ERROR;
	if (v == VERDICT_UNSURE)
		return f->strict ? TEST_FAILED : TEST_SKIPPED;
	return row->pairs ? TEST_PASSED : of_lack[row->lack];
}

static void add_name(struct buf *b, const struct comparison_row *row)
{
	words_cell(b, row->workload, row->varying);
	if (!row->whole)
		buf_addf(b, " %s", row->role);
	buf_addf(b, ": %s", row->metric);
	if (*row->detail)
		buf_addf(b, " %s", row->detail);
}

static void add_say(struct buf *b, const struct comparison_row *row)
{
	words_ruling(b, row);
	if (row->pairs && row->mark != MARK_EQUAL) {
		buf_adds(b, ", ");
		words_change_within(b, row);
	}
	if (row->pairs) {
		buf_adds(b, ": ");
		words_median(b, row, false);
		buf_adds(b, " -> ");
		words_median(b, row, true);
		if (strcmp(row->unit, "ns"))
			buf_addf(b, " %s", row->unit);
	}
	if (row->j.r.why && (row->pairs || row->j.r.verdict != VERDICT_UNSURE))
		buf_addf(b, "; %s", row->j.r.why);
	if (row->pairs < row->planned)
		buf_addf(b, "; %u of %u pairs: %s", row->pairs, row->planned,
			 row->reason ? row->reason : "");
}

static void add_test(struct tests *t, const struct findings *f, const struct comparison_row *row)
{
	const char *suite = words_text(json_object_get(results_run(f->r), "suite"), "name");
	const struct comparison_row *because = comparison_because(f->c, row);
	struct test *test = &t->test[t->nr_tests++];
	struct buf name = BUF_INIT, say = BUF_INIT;
	struct test_suite *s;

	add_name(&name, row);
	add_say(&say, row);
	*test = (struct test){ .row = row,
			       .outcome = outcome_of(f, row),
			       .name = buf_detach(&name, NULL),
			       .say = buf_detach(&say, NULL),
			       .because = because ? because->because : NULL };
	if (!t->nr_suites || strcmp(row->contrast, test[-1].row->contrast))
		t->suite[t->nr_suites++] = (struct test_suite){
			.name = xasprintf("%s.%s", suite ? suite : "fsduel", row->contrast),
			.test = test,
		};
	s = &t->suite[t->nr_suites - 1];
	s->nr_tests++;
	s->nr[test->outcome]++;
	t->nr[test->outcome]++;
}

void tests_make(struct tests *t, const struct findings *f)
{
	*t = (struct tests){ .suite = xcalloc(f->c->nr_rows + 1, sizeof(*t->suite)),
			     .test = xcalloc(f->c->nr_rows + 1, sizeof(*t->test)) };
	for (size_t i = 0; i < f->c->nr_rows; i++)
		if (f->c->rows[i].j.decides)
			add_test(t, f, &f->c->rows[i]);
}

void tests_release(struct tests *t)
{
	for (size_t i = 0; i < t->nr_tests; i++) {
		free(t->test[i].name);
		free(t->test[i].say);
	}
	for (size_t i = 0; i < t->nr_suites; i++)
		free(t->suite[i].name);
	free(t->test);
	free(t->suite);
}
