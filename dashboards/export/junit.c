/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * junit.c: a comparison as JUnit's XML, as Jenkins, GitLab and others read it. There is no
 * attribute time: the time that a cell took is no result here.
 */
#include "dashboards/export/tests.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"

static void add_text(struct buf *out, const char *text)
{
	static const char *const entities[128] = {
		['&'] = "&amp;",  ['<'] = "&lt;",    ['>'] = "&gt;",
		['"'] = "&quot;", ['\''] = "&apos;",
	};

	text_add_mapped(out, text, entities);
}

static void add_attribute(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, " %s=\"", name);
	add_text(out, value);
	buf_addc(out, '"');
}

static void add_property(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, "   <property");
	add_attribute(out, "name", name);
	add_attribute(out, "value", value ? value : "");
	buf_adds(out, "/>\n");
}

static void add_variant(struct buf *out, const char *side, const json_t *run, const char *variant)
{
	struct buf b = BUF_INIT;

	buf_addf(&b, "%s: ", variant);
	words_variant(&b, run, variant);
	add_property(out, side, buf_str(&b));
	buf_release(&b);
}

/* The words about a test are its message; a test that passed has none, but an output. */
static void add_test(struct buf *out, const char *suite, const struct test *t)
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
	add_attribute(out, "classname", suite);
	add_attribute(out, "name", t->name);
	buf_addf(out, ">\n   <%s", element);
	if (t->outcome == TEST_FAILED)
		add_attribute(out, "type", verdict_names[t->row->j.r.verdict]);
	if (t->outcome == TEST_ERROR)
		add_attribute(out, "type", lack_names[t->row->lack]);
	if (!passed)
		add_attribute(out, "message", t->say);
	if (passed || t->because) {
		buf_addc(out, '>');
		add_text(out, passed ? t->say : t->because);
		buf_addf(out, "</%s>\n", element);
	} else {
		buf_adds(out, "/>\n");
	}
	buf_adds(out, "  </testcase>\n");
}

static void add_suite(struct buf *out, const struct test_suite *s, const struct findings *f)
{
	const json_t *run = results_run(f->r);
	const struct strv *warnings = &f->c->warnings;

	buf_adds(out, " <testsuite");
	add_attribute(out, "name", s->name);
	buf_addf(out,
		 " tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n"
		 "  <properties>\n",
		 s->nr_tests, s->nr[TEST_FAILED], s->nr[TEST_ERROR], s->nr[TEST_SKIPPED]);
	add_property(out, "run", words_text(run, "run"));
	add_property(out, "mode", words_text(run, "mode"));
	add_property(out, "machine", words_text(json_object_get(run, "machine"), "id"));
	add_variant(out, "baseline", run, s->test->row->baseline);
	add_variant(out, "patched", run, s->test->row->patched);
	buf_adds(out, "  </properties>\n");
	for (size_t i = 0; i < s->nr_tests; i++)
		add_test(out, s->name, &s->test[i]);
	for (size_t i = 0; i < warnings->n; i++) {
		buf_adds(out, i ? "\nwarning: " : "  <system-out>warning: ");
		add_text(out, warnings->v[i]);
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
		add_suite(out, &t.suite[i], f);
	buf_adds(out, "</testsuites>\n");
	tests_release(&t);
}

const struct format format_junit = { .name = "junit",
				     .show[SUBJECT_COMPARISON] = junit_comparison,
				     .tests = true };
