/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_table.c: what is shown of a comparison. The folders in tests/data with
 * their expected output beside them are golden; names as long and as hostile as
 * they come must neither leave the 80 columns nor reach the terminal.
 * FSDUEL_UPDATE=1 writes the expected output anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/compare/judge.h"
#include "analysis/results/tables.h"
#include "dashboards/export/formats.h"
#include "dashboards/words/text.h"
#include "lib/csv.h"
#include "lib/fs.h"
#include "lib/schema.h"

#define DATA "tests/data/results-"

struct loaded {
	struct results *r;
	struct comparison c;
};

static void load(struct loaded *l, const char *name, const char *metric)
{
	char *dir = xasprintf(DATA "%s", name);
	struct err e = ERR_INIT;

	if (results_load(&l->r, dir, &e) || compare_results(&l->c, l->r, NULL, &e))
		fail_msg("%s", e.text);
	comparison_judge(&l->c, l->r, NULL);
	if (comparison_select(&l->c, metric, NULL, &e))
		fail_msg("%s", e.text);
	comparison_judge_rest(&l->c, l->r);
	free(dir);
}

static void unload(struct loaded *l)
{
	comparison_release(&l->c);
	results_free(l->r);
}

static void print(struct buf *out, const char *format, const struct loaded *l, bool strict)
{
	const struct format *f;
	unsigned at = 0;

	while ((f = format_at(at, SUBJECT_COMPARISON)) && strcmp(f->name, format))
		at++;
	format_write(out, f, SUBJECT_COMPARISON,
		     &(struct findings){ .r = l->r, .c = &l->c, .strict = strict });
}

static void assert_fits(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len);

		if (text_width(line) > TABLE_WIDTH)
			fail_msg("%zu columns: %s", text_width(line), line);
		if (len && line[len - 1] == ' ')
			fail_msg("blank at the end: '%s'", line);
		free(line);
		text += len + (text[len] == '\n');
	}
}

static void check_golden(const char *name, const char *file, const char *metric, const char *format,
			 bool strict)
{
	char *path = xasprintf(DATA "%s/%s", name, file);
	struct buf out = BUF_INIT, expected = BUF_INIT;
	struct err e = ERR_INIT;
	struct loaded l;

	load(&l, name, metric);
	print(&out, format, &l, strict);
	if (getenv("FSDUEL_UPDATE") && fs_write_atomic(path, out.data, out.len, &e))
		fail_msg("%s", e.text);
	if (fs_read(path, 0, &expected, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_str(&out), buf_str(&expected));
	if (!strcmp(format, "table"))
		assert_fits(buf_str(&out));
	unload(&l);
	buf_release(&out);
	buf_release(&expected);
	free(path);
}

static void golden_outputs_are_as_before(void **state)
{
	static const char *const names[] = { "equal", "mixed", "gaps" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		check_golden(names[i], "expected.table", NULL, "table", false);
		check_golden(names[i], "expected-all.table", "all", "table", false);
		check_golden(names[i], "expected.csv", NULL, "csv", false);
		check_golden(names[i], "expected.json", NULL, "json", false);
		check_golden(names[i], "expected.junit.xml", NULL, "junit", false);
		check_golden(names[i], "expected.ktap", NULL, "ktap", false);
		check_golden(names[i], "expected-strict.ktap", NULL, "ktap", true);
	}
}

static void every_gap_is_named(void **state)
{
	struct buf out = BUF_INIT;
	struct loaded l;

	(void)state;
	load(&l, "gaps", NULL);
	assert_int_equal(l.c.unmeasured, 6);
	print(&out, "table", &l, false);
	assert_non_null(strstr(out.data, "6 planned pairs"));
	assert_non_null(strstr(out.data, "randwrite threads=2, blocks 2-3: patched failed: mount"));
	assert_non_null(strstr(out.data, "randwrite threads=4, block 3: each side was not run"));
	assert_non_null(strstr(out.data, "randwrite threads=8, every block: baseline was skipped"));
	unload(&l);
	buf_release(&out);
}

static int count_rows(void *arg, const struct csv_row *row, struct err *e)
{
	(void)row;
	(void)e;
	++*(size_t *)arg;
	return 0;
}

static void csv_and_json_are_read_back_whole(void **state)
{
	static const char *const columns[] = { "contrast", "ratio_median", "reason", NULL };
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	struct loaded l;
	size_t rows = 0;
	json_t *j;

	(void)state;
	load(&l, "gaps", "all");
	print(&out, "csv", &l, false);
	if (csv_read_mem("csv", out.data, out.len, columns, count_rows, &rows, &e))
		fail_msg("%s", e.text);
	assert_int_equal(rows, l.c.nr_rows);
	buf_reset(&out);
	print(&out, "json", &l, false);
	j = json_loadb(out.data, out.len, 0, NULL);
	assert_non_null(j);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), l.c.nr_rows);
	assert_int_equal(json_array_size(json_object_get(j, "gaps")), l.c.unmeasured);
	json_decref(j);
	unload(&l);
	buf_release(&out);
}

/* A folder with one cell, one role and one block, all its names and numbers given. */
static void show(struct buf *out, const char *name, const char *baseline, const char *patched)
{
	json_t *run = json_pack(
		"{s:i, s:s, s:s, s:{s:i, s:s}, s:{s:{s:s, s:s}, s:{}}, s:{s:{s:s, s:s}},"
		" s:[{s:s, s:s, s:s}, {s:s, s:s, s:s}], s:[{s:s, s:s, s:s}],"
		" s:[{s:s, s:s, s:s}], s:[s], s:[{s:s, s:s, s:s, s:b}], s:{s:{s:s}}, s:[s, i]}",
		"schema", 1, "run", "r", "mode", "exact", "suite", "blocks", 2, "name", name,
		"kernels", "b", "release", name, "sha256", name, "p", "mounts", "m", "fs", "ext4",
		"options", name, "variants", "name", "b", "kernel", "b", "mount", "m", "name", "p",
		"kernel", "p", "mount", "m", "contrasts", "name", name, "baseline", "b", "patched",
		"p", "cells", "workload", name, "params", "x=1", "varying", name, "passes",
		"throughput", "metrics", "name", name, "unit", name, "better", "lower", "primary",
		1, "effective", "p", "why", name, "notes", name, 5);
	static const char *const column_names[] = { SAMPLES_COLUMNS };
	struct buf samples = BUF_INIT;
	struct err e = ERR_INIT;
	char *text = json_dumps(run, 0);
	struct loaded l;

	csv_add_row(&samples, column_names, SAMPLES_COLUMNS_N);
	for (int i = 0; i < 8; i++) {
		const char *v = i & 1 ? "p" : "b", *value = i & 1 ? patched : baseline;

		buf_addf(&samples,
			 "r,%s,%s,exact,ext4,m,\"%s\",x=1,%d,%d,1,1,throughput,\"%s\",\"%s\",,"
			 "\"%s\",lower,%s,%s,,\"%s\"\n",
			 v, v, name, i & 2 ? 1 : 2, i & 2 ? 7 : 8, i & 4 ? name : "all", name, name,
			 value, i == 1 ? "failed" : "ok", name);
	}
	if (results_load_mem(&l.r, text, strlen(text), samples.data, samples.len, &e) ||
	    compare_results(&l.c, l.r, NULL, &e))
		fail_msg("%s", e.text);
	comparison_judge(&l.c, l.r, NULL);
	comparison_judge_rest(&l.c, l.r);
	print(out, "table", &l, false);
	unload(&l);
	buf_release(&samples);
	free(text);
	json_decref(run);
}

static void lines_fit_whatever_the_names(void **state)
{
	char name[300];

	(void)state;
	for (size_t len = 1; len < sizeof(name); len += len < 90 ? 1 : 37) {
		struct buf out = BUF_INIT;

		for (size_t i = 0; i < len; i++)
			name[i] = i % 23 == 22 ? ' ' : i % 11 == 10 ? ';' : 'm';
		name[len] = '\0';
		show(&out, name, "-1.2345e-300", "-1.2345e+300");
		assert_fits(out.data);
		buf_reset(&out);
		show(&out, name, "1.2345e-3", "1.2345e+300");
		assert_fits(out.data);
		buf_release(&out);
	}
}

static void long_names_and_numbers_fit(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	show(&out, "a_metric_whose_name_fills_much_of_the_line", "1.2345e-3", "1.2345e+300");
	assert_fits(out.data);
	assert_non_null(strstr(out.data, "x1e+303"));
	buf_release(&out);
}

static void nothing_reaches_the_terminal_that_it_would_obey(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	show(&out, "\x1b[2Jev\til\x7f\xc2\x9b", "1", "2");
	for (size_t i = 0; i < out.len; i++) {
		unsigned char c = (unsigned char)out.data[i];

		assert_true(c == '\n' || (c >= 0x20 && c < 0x7f));
	}
	buf_release(&out);
}

static void numbers_that_do_not_exist_are_never_shown(void **state)
{
	static const char *const values[] = { "", "0", "-1", "1e308", "5e-324", "-1e308" };
	const size_t nr = sizeof(values) / sizeof(values[0]);

	(void)state;
	for (size_t i = 0; i < nr * nr; i++) {
		struct buf out = BUF_INIT;

		show(&out, "w", values[i / nr], values[i % nr]);
		if (strstr(out.data, "nan") || strstr(out.data, "inf"))
			fail_msg("%s", out.data);
		assert_fits(out.data);
		buf_release(&out);
	}
}

static void folding_keeps_every_character(void **state)
{
	static const char text[] = "  indented words of several lengths, unbreakablewords, "
				   "some-that/may=break_at marks and 12.5 % x";

	(void)state;
	for (size_t width = 1; width < sizeof(text) + 5; width++) {
		const char *p = text;
		struct buf got = BUF_INIT;

		while (*p) {
			size_t len = text_line(p, width);

			assert_true(len > 0);
			assert_true(len <= width || strspn(p, " ") == len);
			buf_add(&got, p, len);
			p += len;
			buf_add(&got, p, strspn(p, " "));
			p += strspn(p, " ");
		}
		assert_string_equal(buf_str(&got), text);
		buf_release(&got);
	}
}

static void lines_end_where_they_read_best(void **state)
{
	static const struct {
		const char *text, *line;
		size_t width;
	} cases[] = {
		{ "mixed -11.9 %", "mixed", 12 }, /* a number keeps its % */
		{ "mixed -11.9 %", "mixed -11.9 %", 13 },
		{ "fio-buffered-randwrite threads=8", "fio-buffered-",
		  18 },                                    /* a mark is better than the edge */
		{ "dio overwrite-threads", "dio", 18 },    /* a blank is better than a mark */
		{ "a-bcdefghijklmnop", "a-bcdefghi", 10 }, /* a mark too far in front is not */
		{ "abcdefghij klm", "abcdefghij", 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(text_line(cases[i].text, cases[i].width), strlen(cases[i].line));
}

static void colours_are_added_and_nothing_else(void **state)
{
	struct buf plain = BUF_INIT, coloured = BUF_INIT, stripped = BUF_INIT;
	unsigned inked = 0;
	struct loaded l;

	(void)state;
	load(&l, "mixed", NULL);
	print(&plain, "table", &l, false);
	table_comparison(&coloured, &(struct findings){ .r = l.r, .c = &l.c, .colour = true });
	for (const char *p = coloured.data; *p; p++) {
		if (*p == '\033') {
			inked++;
			p += strcspn(p, "m");
		} else {
			buf_addc(&stripped, *p);
		}
	}
	assert_string_equal(buf_str(&stripped), plain.data);
	assert_null(strchr(plain.data, '\033'));
	assert_true(inked >= 2 && inked % 2 == 0);
	assert_non_null(strstr(coloured.data, "verdict: \033[33munsure\033[m ("));
	assert_non_null(strstr(coloured.data, "  \033[33munsure (+49)\033[m\n"));
	unload(&l);
	buf_release(&plain);
	buf_release(&coloured);
	buf_release(&stripped);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_outputs_are_as_before),
		cmocka_unit_test(every_gap_is_named),
		cmocka_unit_test(csv_and_json_are_read_back_whole),
		cmocka_unit_test(lines_fit_whatever_the_names),
		cmocka_unit_test(long_names_and_numbers_fit),
		cmocka_unit_test(nothing_reaches_the_terminal_that_it_would_obey),
		cmocka_unit_test(numbers_that_do_not_exist_are_never_shown),
		cmocka_unit_test(folding_keeps_every_character),
		cmocka_unit_test(lines_end_where_they_read_best),
		cmocka_unit_test(colours_are_added_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
