/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tests.c: the walker over deciding cells as tests, and the words about them; see tests.h. */
#include "dashboards/export/tests.h"

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

/* Count the tests from row at on, up to another contrast (in all: NULL). Returns the end. */
static size_t count(const struct findings *f, size_t at, const char *contrast, struct test_suite *s)
{
	const struct comparison *c = f->c;

	for (; at < c->nr_rows; at++) {
		if (contrast && strcmp(c->rows[at].contrast, contrast))
			break;
		if (!c->rows[at].j.decides)
			continue;
		s->row = s->row ? s->row : &c->rows[at];
		s->nr[outcome_of(f, &c->rows[at])]++;
		s->tests++;
	}
	return at;
}

static void add_test(struct buf *out, const struct findings *f, const struct test_writer *w,
		     struct test *t)
{
	const struct comparison_row *because = comparison_because(f->c, t->row);
	struct buf name = BUF_INIT, say = BUF_INIT;

	add_name(&name, t->row);
	add_say(&say, t->row);
	t->number++;
	t->outcome = outcome_of(f, t->row);
	t->name = buf_str(&name);
	t->say = buf_str(&say);
	t->because = because ? because->because : NULL;
	w->test(out, t);
	buf_release(&name);
	buf_release(&say);
}

static void add_suite(struct buf *out, const struct findings *f, const struct test_writer *w,
		      struct test_suite *s, size_t from, size_t to)
{
	const char *suite = words_text(json_object_get(results_run(f->r), "suite"), "name");
	struct test t = { .suite = s };
	struct buf name = BUF_INIT;

	buf_addf(&name, "%s.%s", suite ? suite : "fsduel", s->row->contrast);
	s->name = buf_str(&name);
	w->suite(out, s, f);
	for (size_t i = from; i < to; i++) {
		t.row = &f->c->rows[i];
		if (t.row->j.decides)
			add_test(out, f, w, &t);
	}
	w->suite_end(out, s, f);
	buf_release(&name);
}

void tests_write(struct buf *out, const struct findings *f, const struct test_writer *w)
{
	const struct comparison *c = f->c;
	struct test_suite all = { 0 };
	unsigned suites = 0, number = 0;

	count(f, 0, NULL, &all);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t from = 0, to; from < c->nr_rows; from = to) {
			struct test_suite s = { .number = number + 1 };

			to = count(f, from, c->rows[from].contrast, &s);
			suites += !pass && s.row;
			if (!pass || !s.row)
				continue;
			number++;
			add_suite(out, f, w, &s, from, to);
		}
		if (!pass)
			w->begin(out, &all, suites);
	}
	w->end(out, f);
}
