/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_marks.c: what disturbed samples is counted by cell runs, and said under the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/compare/compare.h"
#include "dashboards/table/table.h"
#include "tests/made.h"

/* Two roles a cell run, so that rows and cell runs differ. */
static void add(struct made *m, const char *variant, unsigned block, unsigned attempt,
		const char *status, const char *marks)
{
	bool ok = !strcmp(status, "ok");

	for (int role = 0; role < 2; role++)
		made_add(m, (struct made_row){ .variant = variant,
					       .block = block,
					       .attempt = attempt,
					       .role = role ? "dio_read" : "all",
					       .value = ok ? "10" : "",
					       .status = status,
					       .marks = marks,
					       .reason = ok ? "" : "why" });
}

static struct results *load(const char *const marks[4])
{
	struct made m = { .mode = "host", .blocks = 2 };
	struct results *r;
	struct err e = ERR_INIT;

	add(&m, "b", 1, 1, "ok", marks[0]);
	add(&m, "p", 1, 1, "ok", marks[1]);
	add(&m, "b", 2, 1, "ok", marks[2]);
	add(&m, "p", 2, 1, "failed", "throttle");
	add(&m, "p", 2, 2, "ok", marks[3]);
	if (made_load(&m, &r, &e))
		fail_msg("%s", e.text);
	buf_release(&m.samples);
	return r;
}

static char *table(const struct results *r)
{
	struct comparison c;
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(compare_results(&c, r, NULL, &e), 0);
	table_comparison(&out, &(struct findings){ .r = r, .c = &c });
	comparison_release(&c);
	return buf_detach(&out, NULL);
}

static void cell_runs_are_counted_by_mark(void **state)
{
	static const char *const marks[] = { "steal", "steal,pressure", "missed", "no_effect" };
	struct results *r = load(marks);
	json_t *have = results_marks(r);
	json_t *want = json_pack("{s:i, s:i, s:{s:i, s:i}}", "runs", 4, "marked", 2, "by_mark",
				 "steal", 2, "pressure", 1);
	char *text = table(r);

	(void)state;
	assert_true(json_equal(have, want));
	assert_non_null(strstr(text, "note: 2 of 4 cell runs were disturbed"));
	assert_non_null(strstr(text, "pressure 1"));
	assert_non_null(strstr(text, "steal 2"));
	assert_null(strstr(text, "throttle")); /* of an attempt that was made again */
	free(text);
	json_decref(have);
	json_decref(want);
	results_free(r);
}

static void where_nothing_disturbed_nothing_is_said(void **state)
{
	static const char *const marks[] = { "", "", "", "no_effect" };
	struct results *r = load(marks);
	char *text = table(r);

	(void)state;
	assert_null(strstr(text, "disturbed"));
	free(text);
	results_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cell_runs_are_counted_by_mark),
		cmocka_unit_test(where_nothing_disturbed_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
