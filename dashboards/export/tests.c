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
	row_name(b, row);
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

/* The tests among the rows from..to, by outcome; returns their number. */
static size_t count(const struct findings *f, size_t from, size_t to, unsigned nr[NR_OUTCOMES])
{
	size_t sum = 0;

	memset(nr, 0, NR_OUTCOMES * sizeof(*nr));
	for (size_t i = from; i < to; i++) {
		if (!f->c->rows[i].j.decides)
			continue;
		nr[outcome_of(f, &f->c->rows[i])]++;
		sum++;
	}
	return sum;
}

/* "quick.kernels" */
static char *suite_name(const struct findings *f, const struct comparison_row *row)
{
	const char *suite = words_text(json_object_get(results_run(f->r), "suite"), "name");

	return xasprintf("%s.%s", suite ? suite : "fsduel", row->contrast);
}

/* --- JUnit: as Jenkins, GitLab and others read it; no attribute time, which is no result here - */

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
static void xml_test(struct buf *out, const char *suite, const struct findings *f,
		     const struct comparison_row *row)
{
	static const char *const elements[NR_OUTCOMES] = {
		[TEST_PASSED] = "system-out",
		[TEST_SKIPPED] = "skipped",
		[TEST_FAILED] = "failure",
		[TEST_ERROR] = "error",
	};
	const struct comparison_row *because = comparison_because(f->c, row);
	enum outcome outcome = outcome_of(f, row);
	bool passed = outcome == TEST_PASSED;
	struct buf name = BUF_INIT, say = BUF_INIT;

	add_name(&name, row);
	add_say(&say, row);
	buf_adds(out, "  <testcase");
	xml_attribute(out, "classname", suite);
	xml_attribute(out, "name", buf_str(&name));
	buf_addf(out, ">\n   <%s", elements[outcome]);
	if (outcome == TEST_FAILED)
		xml_attribute(out, "type", verdict_names[row->j.r.verdict]);
	if (outcome == TEST_ERROR)
		xml_attribute(out, "type", lack_names[row->lack]);
	if (!passed)
		xml_attribute(out, "message", buf_str(&say));
	if (passed || because) {
		buf_addc(out, '>');
		xml_text(out, passed ? buf_str(&say) : because->because);
		buf_addf(out, "</%s>\n", elements[outcome]);
	} else {
		buf_adds(out, "/>\n");
	}
	buf_adds(out, "  </testcase>\n");
	buf_release(&name);
	buf_release(&say);
}

static void xml_suite(struct buf *out, const struct findings *f, size_t from, size_t to)
{
	const json_t *run = results_run(f->r);
	const struct comparison_row *first = &f->c->rows[from];
	const struct strv *warnings = &f->c->warnings;
	unsigned nr[NR_OUTCOMES];
	size_t nr_tests = count(f, from, to, nr);
	char *name = suite_name(f, first);

	buf_adds(out, " <testsuite");
	xml_attribute(out, "name", name);
	buf_addf(out,
		 " tests=\"%zu\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n"
		 "  <properties>\n",
		 nr_tests, nr[TEST_FAILED], nr[TEST_ERROR], nr[TEST_SKIPPED]);
	xml_property(out, "run", words_text(run, "run"));
	xml_property(out, "mode", words_text(run, "mode"));
	xml_property(out, "machine", words_text(json_object_get(run, "machine"), "id"));
	xml_variant(out, "baseline", run, first->baseline);
	xml_variant(out, "patched", run, first->patched);
	buf_adds(out, "  </properties>\n");
	for (size_t i = from; i < to; i++)
		if (f->c->rows[i].j.decides)
			xml_test(out, name, f, &f->c->rows[i]);
	for (size_t i = 0; i < warnings->n; i++) {
		buf_adds(out, i ? "\nwarning: " : "  <system-out>warning: ");
		xml_text(out, warnings->v[i]);
	}
	buf_adds(out, warnings->n ? "</system-out>\n </testsuite>\n" : " </testsuite>\n");
	free(name);
}

static void junit_comparison(struct buf *out, const struct findings *f)
{
	unsigned nr[NR_OUTCOMES];
	size_t nr_tests = count(f, 0, f->c->nr_rows, nr);

	buf_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuites name=\"fsduel\" tests=\"%zu\" failures=\"%u\" errors=\"%u\">\n",
		 nr_tests, nr[TEST_FAILED], nr[TEST_ERROR]);
	for (size_t i = 0, end; i < f->c->nr_rows; i = end) {
		end = table_contrast_end(f->c, i);
		if (count(f, i, end, nr))
			xml_suite(out, f, i, end);
	}
	buf_adds(out, "</testsuites>\n");
}

const struct format format_junit = { .name = "junit",
				     .show[SUBJECT_COMPARISON] = junit_comparison,
				     .tests = true };

/* --- KTAP: a contrast is a test, its cells are the subtests, two blanks further in ------------ */

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

static void ktap_test(struct buf *out, size_t number, const struct findings *f,
		      const struct comparison_row *row)
{
	static const char *const results[NR_OUTCOMES][2] = {
		[TEST_PASSED] = { "ok", "" },
		[TEST_SKIPPED] = { "ok", "SKIP " },
		[TEST_FAILED] = { "not ok", "" },
		[TEST_ERROR] = { "not ok", "ERROR " },
	};
	const struct comparison_row *because = comparison_because(f->c, row);
	const char *const *result = results[outcome_of(f, row)];
	struct buf name = BUF_INIT, say = BUF_INIT;

	if (because) {
		buf_adds(out, SUB);
		ktap_diagnostic(out, "because", because->because);
	}
	add_name(&name, row);
	add_say(&say, row);
	buf_addf(out, SUB "%s %zu ", result[0], number);
	ktap_name(out, buf_str(&name));
	buf_addf(out, " # %s", result[1]);
	clean_add(out, buf_str(&say));
	buf_addc(out, '\n');
	buf_release(&name);
	buf_release(&say);
}

/* It fails with any of its subtests, and is skipped where all of them are. */
static void ktap_suite(struct buf *out, size_t number, const struct findings *f, size_t from,
		       size_t to)
{
	const json_t *run = results_run(f->r);
	const struct comparison_row *first = &f->c->rows[from];
	unsigned nr[NR_OUTCOMES];
	size_t nr_tests = count(f, from, to, nr), n = 0;
	char *name = suite_name(f, first);

	buf_adds(out, SUB "KTAP version 1\n" SUB "# Subtest: ");
	ktap_name(out, name);
	buf_addf(out, "\n" SUB "1..%zu\n", nr_tests);
	ktap_variant(out, "baseline", run, first->baseline);
	ktap_variant(out, "patched", run, first->patched);
	for (size_t i = from; i < to; i++)
		if (f->c->rows[i].j.decides)
			ktap_test(out, ++n, f, &f->c->rows[i]);
	buf_addf(out, "%s %zu ", nr[TEST_FAILED] + nr[TEST_ERROR] ? "not ok" : "ok", number);
	ktap_name(out, name);
	buf_adds(out, nr[TEST_SKIPPED] == nr_tests ? " # SKIP no cell was decided\n" : "\n");
	free(name);
}

static void ktap_comparison(struct buf *out, const struct findings *f)
{
	struct buf suites = BUF_INIT;
	unsigned nr[NR_OUTCOMES];
	size_t n = 0;

	for (size_t i = 0, end; i < f->c->nr_rows; i = end) {
		end = table_contrast_end(f->c, i);
		if (count(f, i, end, nr))
			ktap_suite(&suites, ++n, f, i, end);
	}
	buf_addf(out, "KTAP version 1\n1..%zu%s\n%s", n,
		 n ? "" : " # SKIP there is nothing to compare", buf_str(&suites));
	for (size_t i = 0; i < f->c->warnings.n; i++)
		ktap_diagnostic(out, "warning", f->c->warnings.v[i]);
	buf_release(&suites);
}

const struct format format_ktap = { .name = "ktap",
				    .show[SUBJECT_COMPARISON] = ktap_comparison,
				    .tests = true };
