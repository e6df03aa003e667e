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

static void begin(struct buf *out, const struct test_suite *all, unsigned suites)
{
	(void)all;
	buf_addf(out, "KTAP version 1\n1..%u%s\n", suites,
		 suites ? "" : " # SKIP there is nothing to compare");
}

static void suite(struct buf *out, const struct test_suite *s, const struct findings *f)
{
	buf_adds(out, SUB "KTAP version 1\n" SUB "# Subtest: ");
	add_name(out, s->name);
	buf_addf(out, "\n" SUB "1..%u\n", s->tests);
	add_variant(out, "baseline", results_run(f->r), s->row->baseline);
	add_variant(out, "patched", results_run(f->r), s->row->patched);
}

static void test(struct buf *out, const struct test *t)
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
	buf_addf(out, SUB "%s %u ", ok ? "ok" : "not ok", t->number);
	add_name(out, t->name);
	buf_addf(out, " # %s", directives[t->outcome]);
	clean_add(out, t->say);
	buf_addc(out, '\n');
}

/* It fails with any of its subtests, and is skipped where all of them are. */
static void suite_end(struct buf *out, const struct test_suite *s, const struct findings *f)
{
	(void)f;
	buf_addf(out, "%s %u ", s->nr[TEST_FAILED] + s->nr[TEST_ERROR] ? "not ok" : "ok",
		 s->number);
	add_name(out, s->name);
	if (s->nr[TEST_SKIPPED] == s->tests)
		buf_adds(out, " # SKIP no cell was decided");
	buf_addc(out, '\n');
}

static void end(struct buf *out, const struct findings *f)
{
	for (size_t i = 0; i < f->c->warnings.n; i++)
		add_diagnostic(out, "warning", f->c->warnings.v[i]);
}

static void ktap_comparison(struct buf *out, const struct findings *f)
{
	static const struct test_writer ktap = { begin, suite, test, suite_end, end };

	tests_write(out, f, &ktap);
}

const struct format format_ktap = { .name = "ktap",
				    .show[SUBJECT_COMPARISON] = ktap_comparison,
				    .tests = true };
