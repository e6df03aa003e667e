/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ktap.c: a comparison as KTAP version 1 (the kernel's Documentation/dev-tools/ktap.rst):
 * a contrast is a test, its cells are the subtests, two blanks further in.
 */
#include "dashboards/export/tests.h"
#include "dashboards/words/text.h"
#include "dashboards/words/words.h"
#include "lib/clean.h"

#define SUB "  "

/* A "#" in a name would begin a directive. */
static void add_name(struct buf *out, const char *name)
{
	static const char *const in_names[128] = { ['#'] = "?" };

	text_add_mapped(out, name, in_names);
}

static void add_diagnostic(struct buf *out, const char *what, const char *text)
{
	buf_addf(out, "# %s: ", what);
	clean_add(out, text);
	buf_addc(out, '\n');
}

static void add_variant(struct buf *out, const char *side, const json_t *run, const char *variant)
{
	struct buf b = BUF_INIT;

	words_variant(&b, run, variant);
	buf_adds(out, SUB);
	add_diagnostic(out, side, buf_str(&b));
	buf_release(&b);
}

static void add_test(struct buf *out, size_t number, const struct test *t)
{
	static const char *const directives[NR_OUTCOMES] = { [TEST_PASSED] = "",
							     [TEST_SKIPPED] = "SKIP ",
							     [TEST_FAILED] = "",
							     [TEST_ERROR] = "ERROR " };
	bool ok = t->outcome == TEST_PASSED || t->outcome == TEST_SKIPPED;

	if (t->because) {
		buf_adds(out, SUB);
		add_diagnostic(out, "because", t->because);
	}
	buf_addf(out, SUB "%s %zu ", ok ? "ok" : "not ok", number);
	add_name(out, t->name);
	buf_addf(out, " # %s", directives[t->outcome]);
	clean_add(out, t->say);
	buf_addc(out, '\n');
}

/* It fails with any of its subtests, and is skipped where all of them are. */
static void add_suite(struct buf *out, size_t number, const struct test_suite *s, const json_t *run)
{
	buf_adds(out, SUB "KTAP version 1\n" SUB "# Subtest: ");
	add_name(out, s->name);
	buf_addf(out, "\n" SUB "1..%zu\n", s->nr_tests);
	add_variant(out, "baseline", run, s->test->row->baseline);
	add_variant(out, "patched", run, s->test->row->patched);
	for (size_t i = 0; i < s->nr_tests; i++)
		add_test(out, i + 1, &s->test[i]);
	buf_addf(out, "%s %zu ", s->nr[TEST_FAILED] + s->nr[TEST_ERROR] ? "not ok" : "ok", number);
	add_name(out, s->name);
	buf_adds(out, s->nr[TEST_SKIPPED] == s->nr_tests ? " # SKIP no cell was decided\n" : "\n");
}

static void ktap_comparison(struct buf *out, const struct findings *f)
{
	struct tests t;

	tests_make(&t, f);
	buf_addf(out, "KTAP version 1\n1..%zu%s\n", t.nr_suites,
		 t.nr_suites ? "" : " # SKIP there is nothing to compare");
	for (size_t i = 0; i < t.nr_suites; i++)
		add_suite(out, i + 1, &t.suite[i], results_run(f->r));
	for (size_t i = 0; i < f->c->warnings.n; i++)
		add_diagnostic(out, "warning", f->c->warnings.v[i]);
	tests_release(&t);
}

const struct format format_ktap = { .name = "ktap",
				    .show[SUBJECT_COMPARISON] = ktap_comparison,
				    .tests = true };
