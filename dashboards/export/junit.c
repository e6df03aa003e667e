/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * junit.c: a comparison as the XML that JUnit's reports have and Jenkins, GitLab and
 * others read: a contrast is a suite, its deciding cells are the cases. There is no
 * attribute time: how long a cell took is no result here.
 */
#include <string.h>

#include "dashboards/export/ci_impl.h"
#include "dashboards/table/table_impl.h"
#include "lib/clean.h"

static const char *escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

/* Text for an attribute or between tags: escaped, and nothing in it that XML 1.0 forbids. */
static void add_text(struct buf *out, const char *text)
{
	struct buf clean = BUF_INIT;

	clean_add(&clean, text);
	for (const char *p = buf_str(&clean); *p; p++) {
		const char *escaped = escape(*p);

		if (escaped)
			buf_adds(out, escaped);
		else
			buf_addc(out, *p);
	}
	buf_release(&clean);
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

static void add_properties(struct buf *out, const struct results *r,
			   const struct comparison_row *row)
{
	const json_t *run = results_run(r);
	const char *const sides[][2] = { { "baseline", row->baseline },
					 { "patched", row->patched } };

	buf_adds(out, "  <properties>\n");
	add_property(out, "run", json_string_value(json_object_get(run, "run")));
	add_property(out, "mode", json_string_value(json_object_get(run, "mode")));
	add_property(out, "machine",
		     json_string_value(json_object_get(json_object_get(run, "machine"), "id")));
	for (int i = 0; i < 2; i++) {
		struct buf b = BUF_INIT;

		buf_addf(&b, "%s: ", sides[i][1]);
		table_add_variant(&b, run, sides[i][1]);
		add_property(out, sides[i][0], buf_str(&b));
		buf_release(&b);
	}
	buf_adds(out, "  </properties>\n");
}

static const char *const elements[NR_CI] = {
	[CI_PASSED] = "system-out",
	[CI_SKIPPED] = "skipped",
	[CI_FAILED] = "failure",
	[CI_ERROR] = "error",
};

/* What there is to be said is the message; of a case that passed, which has none, its output. */
static void add_outcome(struct buf *out, const struct comparison *c,
			const struct comparison_row *row, enum ci_outcome outcome)
{
	const struct comparison_row *because = comparison_because(c, row);
	struct buf say = BUF_INIT;

	ci_say(&say, row);
	buf_addf(out, "   <%s", elements[outcome]);
	if (outcome == CI_FAILED || outcome == CI_ERROR)
		add_attribute(out, "type",
			      outcome == CI_ERROR ? lack_names[row->lack]
						  : verdict_names[row->j.r.verdict]);
	if (outcome != CI_PASSED)
		add_attribute(out, "message", buf_str(&say));
	if (outcome == CI_PASSED || because) {
		buf_addc(out, '>');
		add_text(out, outcome == CI_PASSED ? buf_str(&say) : because->because);
		buf_addf(out, "</%s>\n", elements[outcome]);
	} else {
		buf_adds(out, "/>\n");
	}
	buf_release(&say);
}

static void add_case(struct buf *out, const struct comparison *c, const struct results *r,
		     const struct comparison_row *row, bool strict)
{
	struct buf suite = BUF_INIT, name = BUF_INIT;

	ci_suite_name(&suite, r, row);
	ci_name(&name, row);
	buf_adds(out, "  <testcase");
	add_attribute(out, "classname", buf_str(&suite));
	add_attribute(out, "name", buf_str(&name));
	buf_adds(out, ">\n");
	add_outcome(out, c, row, ci_outcome(c, row, strict));
	buf_adds(out, "  </testcase>\n");
	buf_release(&suite);
	buf_release(&name);
}

static void add_contrast(struct buf *out, const struct comparison *c, const struct results *r,
			 size_t from, size_t to, bool strict)
{
	struct buf name = BUF_INIT;
	unsigned nr[NR_CI], tests = ci_count(c, from, to, strict, nr);

	ci_suite_name(&name, r, &c->rows[from]);
	buf_adds(out, " <testsuite");
	add_attribute(out, "name", buf_str(&name));
	buf_addf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\">\n", tests,
		 nr[CI_FAILED], nr[CI_ERROR], nr[CI_SKIPPED]);
	add_properties(out, r, &c->rows[from]);
	for (size_t i = from; i < to; i++)
		if (c->rows[i].j.decides)
			add_case(out, c, r, &c->rows[i], strict);
	if (c->warnings.n) {
		buf_adds(out, "  <system-out>");
		for (size_t i = 0; i < c->warnings.n; i++) {
			buf_adds(out, i ? "\nwarning: " : "warning: ");
			add_text(out, c->warnings.v[i]);
		}
		buf_adds(out, "</system-out>\n");
	}
	buf_adds(out, " </testsuite>\n");
	buf_release(&name);
}

void ci_junit(struct buf *out, const struct comparison *c, const struct results *r, bool strict)
{
	unsigned nr[NR_CI], tests = ci_count(c, 0, c->nr_rows, strict, nr);
	size_t from;

	buf_addf(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		 "<testsuites name=\"fsduel\" tests=\"%u\" failures=\"%u\" errors=\"%u\">\n",
		 tests, nr[CI_FAILED], nr[CI_ERROR]);
	for (size_t at = 0; (at = ci_suite(c, at, &from)) > from;)
		add_contrast(out, c, r, from, at, strict);
	buf_adds(out, "</testsuites>\n");
}
