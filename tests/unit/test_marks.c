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
#include "analysis/results/tables.h"
#include "dashboards/table/table.h"
#include "lib/csv.h"
#include "lib/schema.h"

static const char run[] =
	"{\"schema\":1,\"run\":\"r\",\"mode\":\"host\",\"suite\":{\"blocks\":2},"
	"\"kernels\":{\"k\":{}},\"mounts\":{\"m\":{\"fs\":\"ext4\"}},"
	"\"variants\":[{\"name\":\"b\",\"kernel\":\"k\",\"mount\":\"m\"},"
	"{\"name\":\"p\",\"kernel\":\"k\",\"mount\":\"m\"}],"
	"\"contrasts\":[{\"name\":\"c\",\"baseline\":\"b\",\"patched\":\"p\"}],"
	"\"cells\":[{\"workload\":\"w\",\"params\":\"t=1\",\"varying\":\"\"}],"
	"\"passes\":[\"throughput\"],\"metrics\":[{\"name\":\"ops_per_s\",\"unit\":\"1/s\","
	"\"better\":\"higher\",\"primary\":true}]}";

static const char *const column_names[] = { SAMPLES_COLUMNS };

/* Two roles a cell run, so that rows and cell runs differ. */
static void add(struct buf *b, const char *variant, unsigned block, unsigned attempt,
		const char *status, const char *marks)
{
	for (int role = 0; role < 2; role++)
		buf_addf(b,
			 "r,%s,k,host,ext4,m,w,t=1,%u,%u,1,%u,throughput,%s,ops_per_s,,1/s,"
			 "higher,%s,%s,\"%s\",%s\n",
			 variant, block, 100 + block, attempt, role ? "dio_read" : "all",
			 strcmp(status, "ok") ? "" : "10", status, marks,
			 strcmp(status, "ok") ? "why" : "");
}

static struct results *load(const char *const marks[4])
{
	struct buf b = BUF_INIT;
	struct results *r;
	struct err e = ERR_INIT;

	csv_add_row(&b, column_names, SAMPLES_COLUMNS_N);
	add(&b, "b", 1, 1, "ok", marks[0]);
	add(&b, "p", 1, 1, "ok", marks[1]);
	add(&b, "b", 2, 1, "ok", marks[2]);
	add(&b, "p", 2, 1, "failed", "throttle");
	add(&b, "p", 2, 2, "ok", marks[3]);
	if (results_load_mem(&r, run, strlen(run), b.data, b.len, &e))
		fail_msg("%s", e.text);
	buf_release(&b);
	return r;
}

static char *table(const struct results *r)
{
	struct comparison c;
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;

	assert_int_equal(compare_results(&c, r, NULL, &e), 0);
	table_comparison(&out, &c, r);
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
