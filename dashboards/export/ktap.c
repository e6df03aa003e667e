/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ktap.c: a comparison as KTAP version 1 (the kernel's Documentation/dev-tools/ktap.rst):
 * a contrast is a test, its cells are the subtests, two blanks further in.
 */
#include <string.h>

#include "dashboards/export/ci_impl.h"
#include "dashboards/table/table_impl.h"
#include "lib/clean.h"

#define SUB "  "

static const struct {
	const char *result, *directive;
} results_of[NR_CI] = {
	[CI_PASSED] = { "ok", "" },
	[CI_SKIPPED] = { "ok", "SKIP " },
	[CI_FAILED] = { "not ok", "" },
	[CI_ERROR] = { "not ok", "ERROR " },
};

/* One line: no control characters; nor "#" in a name, where it would begin a directive. */
static void add_text(struct buf *out, const char *text, bool name)
{
	size_t from = out->len;

	clean_add(out, text);
	for (size_t i = from; name && i < out->len; i++)
		if (out->data[i] == '#')
			out->data[i] = '?';
}

static void add_diagnostic(struct buf *out, const char *what, const char *text)
{
	buf_addf(out, SUB "# %s: ", what);
	add_text(out, text, false);
	buf_addc(out, '\n');
}

static void add_variant(struct buf *out, const char *what, const struct results *r,
			const char *variant)
{
	struct buf b = BUF_INIT;

	table_add_variant(&b, results_run(r), variant);
	add_diagnostic(out, what, buf_str(&b));
	buf_release(&b);
}

static void add_test(struct buf *out, const struct comparison *c, const struct comparison_row *row,
		     unsigned number, bool strict)
{
	const struct comparison_row *because = comparison_because(c, row);
	enum ci_outcome outcome = ci_outcome(c, row, strict);
	struct buf name = BUF_INIT, say = BUF_INIT;

	ci_name(&name, row);
	ci_say(&say, row);
	if (because)
		add_diagnostic(out, "because", because->because);
	buf_addf(out, SUB "%s %u ", results_of[outcome].result, number);
	add_text(out, buf_str(&name), true);
	buf_addf(out, " # %s", results_of[outcome].directive);
	add_text(out, buf_str(&say), false);
	buf_addc(out, '\n');
	buf_release(&name);
	buf_release(&say);
}

/* It fails with any of its subtests; skipped is where none says anything. */
static void add_result(struct buf *out, const struct results *r, const struct comparison_row *row,
		       const unsigned nr[NR_CI], unsigned number)
{
	struct buf name = BUF_INIT;

	ci_suite_name(&name, r, row);
	buf_addf(out, "%s %u ", nr[CI_FAILED] + nr[CI_ERROR] ? "not ok" : "ok", number);
	add_text(out, buf_str(&name), true);
	if (nr[CI_SKIPPED] && !nr[CI_PASSED] && !nr[CI_FAILED] && !nr[CI_ERROR])
		buf_adds(out, " # SKIP no cell was decided");
	buf_addc(out, '\n');
	buf_release(&name);
}

static void add_contrast(struct buf *out, const struct comparison *c, const struct results *r,
			 size_t from, size_t to, unsigned number, bool strict)
{
	const struct comparison_row *row = &c->rows[from];
	struct buf name = BUF_INIT;
	unsigned nr[NR_CI], test = 0, tests = ci_count(c, from, to, strict, nr);

	ci_suite_name(&name, r, row);
	buf_adds(out, SUB "KTAP version 1\n" SUB "# Subtest: ");
	add_text(out, buf_str(&name), true);
	buf_addf(out, "\n" SUB "1..%u\n", tests);
	add_variant(out, "baseline", r, row->baseline);
	add_variant(out, "patched", r, row->patched);
	for (size_t i = from; i < to; i++)
		if (c->rows[i].j.decides)
			add_test(out, c, &c->rows[i], ++test, strict);
	add_result(out, r, row, nr, number);
	buf_release(&name);
}

void ci_ktap(struct buf *out, const struct comparison *c, const struct results *r, bool strict)
{
	unsigned contrasts = 0, number = 0;
	size_t from;

	for (size_t at = 0; (at = ci_suite(c, at, &from)) > from;)
		contrasts++;
	buf_addf(out, "KTAP version 1\n1..%u%s\n", contrasts,
		 contrasts ? "" : " # SKIP there is nothing to compare");
	for (size_t at = 0; (at = ci_suite(c, at, &from)) > from;)
		add_contrast(out, c, r, from, at, ++number, strict);
	for (size_t i = 0; i < c->warnings.n; i++) {
		buf_adds(out, "# warning: ");
		add_text(out, c->warnings.v[i], false);
		buf_addc(out, '\n');
	}
}
