/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tests.c: a comparison as test results, for machines that gate on them, as JUnit's XML and
 * as KTAP version 1 (the kernel's Documentation/dev-tools/ktap.rst): each contrast is a
 * suite, each deciding cell and metric a test. docs/results.md says what becomes of each
 * verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "dashboards/export/formats.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"
#include "lib/clean.h"

/* ERROR: it could not be measured as planned, and is not slower for all that is known. */
enum outcome { TEST_PASSED, TEST_SKIPPED, TEST_FAILED, TEST_ERROR, NR_OUTCOMES };

struct test {
	const struct comparison_row *row;
	enum outcome outcome;
	char *name;          /* "randrw threads=8: ops_per_s" */
	char *say;           /* "slower, -3.1 % (-3.9..-2.3): 10.7k -> 10.4k 1/s" and reasons */
	const char *because; /* what explains the change, or NULL */
};

struct test_suite {
	char *name; /* "quick.kernels": suite and contrast */
	struct test *test;
	size_t nr_tests;
	unsigned nr[NR_OUTCOMES];
};

struct tests {
	struct test_suite *suite;
	size_t nr_suites;
	unsigned nr[NR_OUTCOMES]; /* of all */
	struct test *test;        /* of all */
	size_t nr_tests;
};

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

	if (verdict_side(v) < 0)
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

static void tests_make(struct tests *t, const struct findings *f)
{
	*t = (struct tests){ .suite = xcalloc(f->c->nr_rows + 1, sizeof(*t->suite)),
			     .test = xcalloc(f->c->nr_rows + 1, sizeof(*t->test)) };
	for (size_t i = 0; i < f->c->nr_rows; i++)
		if (f->c->rows[i].j.decides)
			add_test(t, f, &f->c->rows[i]);
}

static void tests_release(struct tests *t)
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

/* --- JUnit: as Jenkins, GitLab and others read it; no attribute time, which is no result here ---
 */

static void xml_text(struct buf *out, const char *text)
{
	static const char *const entities[128] = {
		['&'] = "&amp;",  ['<'] = "&lt;",    ['>'] = "&gt;",
		['"'] = "&quot;", ['\''] = "&apos;",
	};

	text_add_mapped(out, text, entities);
}

static void xml_attribute(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, " %s=\"", name);
	xml_text(out, value);
	buf_addc(out, '"');
}

static void xml_property(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, "   <property");
	xml_attribute(out, "name", name);
	xml_attribute(out, "value", value ? value : "");
	buf_adds(out, "/>\n");
}

static void xml_variant(struct buf *out, const char *side, const json_t *run, const char *variant)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: ", variant);
	words_variant(&b, run, variant);
	xml_property(out, side, buf_str(&b));
	buf_release(&b);
}

/* The words about a test are its message; a test that passed has none, but an output. */
static void xml_test(struct buf *out, const char *suite, const struct test *t)
{
	static const char *const elements[NR_OUTCOMES] = {
		[TEST_PASSED] = "system-out",
		[TEST_SKIPPED] = "skipped",
		[TEST_FAILED] = "failure",
		[TEST_ERROR] = "error",
	};
	const char *element = elements[t->outcome];
	bool passed = t->outcome == TEST_PASSED;

	buf_adds(out, "  <testcase");
	xml_attribute(out, "classname", suite);
	xml_attribute(out, "name", t->name);
	buf_addf(out, ">\n   <%s", element);
	if (t->outcome == TEST_FAILED)
		xml_attribute(out, "type", verdict_names[t->row->j.r.verdict]);
	if (t->outcome == TEST_ERROR)
		xml_attribute(out, "type", lack_names[t->row->lack]);
	if (!passed)
		xml_attribute(out, "message", t->say);
	if (passed || t->because) {
		buf_addc(out, '>');
		xml_text(out, passed ? t->say : t->because);
		buf_addf(out, "</%s>\n", element);
	} else {
		buf_adds(out, "/>\n");
	}
	buf_adds(out, "  </testcase>\n");
}

static void xml_suite(struct buf *out, const struct test_suite *s, const struct findings *f)
{
	const json_t *run = results_run(f->r);
	const struct strv *warnings = &f->c->warnings;

	buf_adds(out, " <testsuite");
	xml_attribute(out, "name", s->name);
	buf_addf(out,
		 " tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n"
		 "  <properties>\n",
		 s->nr_tests, s->nr[TEST_FAILED], s->nr[TEST_ERROR], s->nr[TEST_SKIPPED]);
	xml_property(out, "run", words_text(run, "run"));
	xml_property(out, "mode", words_text(run, "mode"));
	xml_property(out, "machine", words_text(json_object_get(run, "machine"), "id"));
	xml_variant(out, "baseline", run, s->test->row->baseline);
	xml_variant(out, "patched", run, s->test->row->patched);
	buf_adds(out, "  </properties>\n");
	for (size_t i = 0; i < s->nr_tests; i++)
		xml_test(out, s->name, &s->test[i]);
	for (size_t i = 0; i < warnings->n; i++) {
		buf_adds(out, i ? "\nwarning: " : "  <system-out>warning: ");
		xml_text(out, warnings->v[i]);
	}
	buf_adds(out, warnings->n ? "</system-out>\n </testsuite>\n" : " </testsuite>\n");
}

static void junit_comparison(struct buf *out, const struct findings *f)
{
	struct tests t;

	tests_make(&t, f);
	buf_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuites name=\"fsduel\" tests=\"%zu\" failures=\"%u\" errors=\"%u\">\n",
		 t.nr_tests, t.nr[TEST_FAILED], t.nr[TEST_ERROR]);
	for (size_t i = 0; i < t.nr_suites; i++)
		xml_suite(out, &t.suite[i], f);
	buf_adds(out, "</testsuites>\n");
	tests_release(&t);
}

const struct format format_junit = { .name = "junit",
				     .show[SUBJECT_COMPARISON] = junit_comparison,
				     .tests = true };

/* --- KTAP: a contrast is a test, its cells are the subtests, two blanks further in --------------
 */

#define SUB "  "

/* A "#" in a name would begin a directive. */
static void ktap_name(struct buf *out, const char *name)
{
	static const char *const in_names[128] = { ['#'] = "?" };

	text_add_mapped(out, name, in_names);
}

static void ktap_diagnostic(struct buf *out, const char *what, const char *text)
{
	buf_addf(out, "# %s: ", what);
	clean_add(out, text);
	buf_addc(out, '\n');
}

static void ktap_variant(struct buf *out, const char *side, const json_t *run, const char *variant)
{
	struct buf b = BUF_INIT;

	words_variant(&b, run, variant);
	buf_adds(out, SUB);
	ktap_diagnostic(out, side, buf_str(&b));
	buf_release(&b);
}

static void ktap_test(struct buf *out, size_t number, const struct test *t)
{
	static const char *const directives[NR_OUTCOMES] = { [TEST_PASSED] = "",
							     [TEST_SKIPPED] = "SKIP ",
							     [TEST_FAILED] = "",
							     [TEST_ERROR] = "ERROR " };
	bool ok = t->outcome == TEST_PASSED || t->outcome == TEST_SKIPPED;

	if (t->because) {
		buf_adds(out, SUB);
		ktap_diagnostic(out, "because", t->because);
	}
	buf_addf(out, SUB "%s %zu ", ok ? "ok" : "not ok", number);
	ktap_name(out, t->name);
	buf_addf(out, " # %s", directives[t->outcome]);
	clean_add(out, t->say);
	buf_addc(out, '\n');
}

/* It fails with any of its subtests, and is skipped where all of them are. */
static void ktap_suite(struct buf *out, size_t number, const struct test_suite *s,
		       const json_t *run)
{
	buf_adds(out, SUB "KTAP version 1\n" SUB "# Subtest: ");
	ktap_name(out, s->name);
	buf_addf(out, "\n" SUB "1..%zu\n", s->nr_tests);
	ktap_variant(out, "baseline", run, s->test->row->baseline);
	ktap_variant(out, "patched", run, s->test->row->patched);
	for (size_t i = 0; i < s->nr_tests; i++)
		ktap_test(out, i + 1, &s->test[i]);
	buf_addf(out, "%s %zu ", s->nr[TEST_FAILED] + s->nr[TEST_ERROR] ? "not ok" : "ok", number);
	ktap_name(out, s->name);
	buf_adds(out, s->nr[TEST_SKIPPED] == s->nr_tests ? " # SKIP no cell was decided\n" : "\n");
}

static void ktap_comparison(struct buf *out, const struct findings *f)
{
	struct tests t;

	tests_make(&t, f);
	buf_addf(out, "KTAP version 1\n1..%zu%s\n", t.nr_suites,
		 t.nr_suites ? "" : " # SKIP there is nothing to compare");
	for (size_t i = 0; i < t.nr_suites; i++)
		ktap_suite(out, i + 1, &t.suite[i], results_run(f->r));
	for (size_t i = 0; i < f->c->warnings.n; i++)
		ktap_diagnostic(out, "warning", f->c->warnings.v[i]);
	tests_release(&t);
}

const struct format format_ktap = { .name = "ktap",
				    .show[SUBJECT_COMPARISON] = ktap_comparison,
				    .tests = true };
