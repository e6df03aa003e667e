/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_csv.c: reading and writing CSV, above all what must not pass in silence.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/csv.h"
#include "lib/rng.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* Rows as text: "<line>|field|field\n". */
static int collect(void *arg, const struct csv_row *row, struct err *e)
{
	struct buf *b = arg;

	(void)e;
	buf_addf(b, "%lu", row->line);
	for (int i = 0; i < 2; i++)
		buf_addf(b, "|%s", row->field[i]);
	buf_addc(b, '\n');
	return 0;
}

static int read_ab(const char *text, size_t len, struct buf *b, struct err *e)
{
	static const char *const columns[] = { "a", "b", NULL };

	buf_reset(b);
	return csv_read_mem("x.csv", text, len, columns, collect, b, e);
}

static void good_files_give_their_fields_and_lines(void **state)
{
	static const struct {
		const char *text, *rows;
	} files[] = {
		{ "a,b\n1,2\n3,4\n", "2|1|2\n3|3|4\n" },
		{ "b,a\n1,2\n", "2|2|1\n" },
		{ "a,b\n1,2", "2|1|2\n" },
		{ "a,b\n,\n", "2||\n" },
		{ "x,b,y,a,z\n1,2,3,4,5\n", "2|4|2\n" },
		{ "\xef\xbb\xbf"
		  "a,b\r\n1,2\r\n\r\n3,4\r\n",
		  "2|1|2\n4|3|4\n" },
		{ "\"a\",\"b\"\n\"1,\"\"2\"\"\",\"x\ny\n\"\n5,6\n", "4|1,\"2\"|x\ny\n\n5|5|6\n" },
		{ "a,b\n 1 ,\t2 \n", "2| 1 |\t2 \n" },
		{ "a,b\n\n\n1,2\n", "4|1|2\n" },
		{ "a,b\n", "" },
		{ "a,b", "" },
		{ "a,b\n\"\",\"\"\n", "2||\n" },
	};
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < NR(files); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(read_ab(files[i].text, strlen(files[i].text), &b, &e), 0);
		assert_string_equal(buf_str(&b), files[i].rows);
		assert_string_equal(e.text, "");
	}
	buf_release(&b);
}

static void broken_files_are_refused_with_their_line(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *says;
	} files[] = {
#define FILE_TEXT(s) (s), sizeof(s) - 1
		{ FILE_TEXT(""), "x.csv:1: the file is empty" },
		{ FILE_TEXT("\xef\xbb\xbf"), "x.csv:1: the file is empty" },
		{ FILE_TEXT("\n\n"), "x.csv:3: the file is empty" },
		{ FILE_TEXT("a,c\n1,2\n"), "x.csv:1: no column b" },
		{ FILE_TEXT("a,b,c,c\n"), "x.csv:1: two columns with the name c" },
		{ FILE_TEXT("a,b\n1,2\n1\n"), "x.csv:3: 1 fields, but the header has 2" },
		{ FILE_TEXT("a,b\n1,2,3\n"), "x.csv:2: 3 fields, but the header has 2" },
		{ FILE_TEXT("a,b\n1,2\n3"), "x.csv:3: 1 fields" },
		{ FILE_TEXT("a,b\n1,\"2\n3,4\n"), "x.csv:4: the file ends inside a quoted field" },
		{ FILE_TEXT("a,b\n1,2\n\"x\"y,2\n"), "x.csv:3: not CSV" },
		{ FILE_TEXT("a,b\n1,2\nx\"y,2\n"), "x.csv:3: not CSV" },
		{ FILE_TEXT("a,b\n1,\0\n"), "x.csv:2: a NUL byte" },
		{ FILE_TEXT("a,b\n1,\"\n\0\"\n"), "x.csv:3: a NUL byte" },
	};
	struct buf b = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < NR(files); i++) {
		struct err e = ERR_INIT;

		assert_int_equal(read_ab(files[i].text, files[i].len, &b, &e), -EINVAL);
		if (strncmp(e.text, files[i].says, strlen(files[i].says)))
			fail_msg("file %zu says '%s'", i, e.text);
		assert_null(strchr(e.text, '\n'));
	}
	buf_release(&b);
}

static void a_flood_of_columns_is_refused(void **state)
{
	struct buf b = BUF_INIT, text = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	buf_adds(&text, "a,b");
	for (int i = 3; i <= 4096; i++)
		buf_addf(&text, ",c%d", i);
	assert_int_equal(read_ab(text.data, text.len, &b, &e), 0);
	buf_adds(&text, ",more");
	assert_int_equal(read_ab(text.data, text.len, &b, &e), -EINVAL);
	assert_string_equal(e.text, "x.csv:1: too many columns");
	buf_release(&b);
	buf_release(&text);
}

static void an_optional_column_that_is_absent_is_empty(void **state)
{
	static const char *const columns[] = { "?x", "?b", NULL };
	struct buf b = BUF_INIT;

	(void)state;
	assert_int_equal(csv_read_mem("x", "a,b\n1,2\n", 8, columns, collect, &b, NULL), 0);
	assert_string_equal(b.data, "2||2\n");
	buf_release(&b);
}

static int stop_at_two(void *arg, const struct csv_row *row, struct err *e)
{
	int *rows = arg;

	(void)row;
	return ++*rows == 2 ? err_add(e, ECANCELED, "enough") : 0;
}

static void the_callers_error_stops_the_reading_at_once(void **state)
{
	static const char *const columns[] = { "a", NULL };
	static const char text[] = "a\n1\n2\n3\n\"broken";
	struct err e = ERR_INIT;
	int rows = 0;

	(void)state;
	assert_int_equal(csv_read_mem("x", text, sizeof(text) - 1, columns, stop_at_two, &rows, &e),
			 -ECANCELED);
	assert_int_equal(rows, 2);
	assert_string_equal(e.text, "enough");
}

/* A field of the characters that need care. */
static void random_field(struct rng *r, char *out, size_t max)
{
	static const char chars[] = ",\"\n\r ab;=\xc3\xa9''+-@\t1";
	size_t len = rng_below(r, max);

	for (size_t i = 0; i < len; i++)
		out[i] = chars[rng_below(r, sizeof(chars) - 1)];
	out[len] = '\0';
}

struct expected {
	char (*rows)[2][12];
	size_t at;
};

static int compare_row(void *arg, const struct csv_row *row, struct err *e)
{
	struct expected *x = arg;

	(void)e;
	for (int i = 0; i < 2; i++)
		assert_string_equal(row->field[i], x->rows[x->at][i]);
	x->at++;
	return 0;
}

static void written_rows_read_back_unchanged(void **state)
{
	static const char *const columns[] = { "a", "b", NULL };
	enum { NR_ROWS = 20000 };
	struct expected x = { xcalloc(NR_ROWS, sizeof(*x.rows)), 0 };
	struct buf b = BUF_INIT;
	struct rng r = { 3 };

	(void)state;
	csv_add_row(&b, columns, 2);
	for (int i = 0; i < NR_ROWS; i++) {
		random_field(&r, x.rows[i][0], 12);
		random_field(&r, x.rows[i][1], 12);
		csv_add_row(&b, (const char *[]){ x.rows[i][0], x.rows[i][1] }, 2);
	}
	assert_int_equal(csv_read_mem("x", b.data, b.len, columns, compare_row, &x, NULL), 0);
	assert_int_equal(x.at, NR_ROWS);
	buf_release(&b);
	free(x.rows);
}

static int is_field(void *arg, const struct csv_row *row, struct err *e)
{
	(void)e;
	assert_string_equal(row->field[0], arg);
	return 0;
}

/* In the file no text begins as a spreadsheet's formula does; read back, it is what it was. */
static void a_formula_is_guarded_in_the_file_only(void **state)
{
	static const char *const columns[] = { "a", "b", NULL };
	static const struct {
		const char *field, *written;
	} texts[] = {
		{ "=cmd|'/C calc'!A0", "'=cmd|'/C calc'!A0" },
		{ "+1+2", "'+1+2" },
		{ "-x", "'-x" },
		{ "@SUM(1)", "'@SUM(1)" },
		{ "\t=1", "'\t=1" },
		{ "-", "'-" },
		{ "=1,2", "\"'=1,2\"" },
		{ "'=1", "''=1" },
		{ "''-1", "'''-1" },
		{ "-0.5", "-0.5" },
		{ "-1e-9", "-1e-9" },
		{ "'it", "'it" },
		{ "a=b", "a=b" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf b = BUF_INIT;
		char *want = xasprintf("a,b\n%s,z\n", texts[i].written);

		csv_add_row(&b, columns, 2);
		csv_add_row(&b, (const char *[]){ texts[i].field, "z" }, 2);
		assert_string_equal(b.data, want);
		assert_int_equal(csv_read_mem("x", b.data, b.len, columns, is_field,
					      (void *)texts[i].field, NULL),
				 0);
		free(want);
		buf_release(&b);
	}
}

static int count_rows(void *arg, const struct csv_row *row, struct err *e)
{
	(void)row;
	(void)e;
	++*(int *)arg;
	return 0;
}

static void a_row_that_is_one_empty_field_is_not_lost(void **state)
{
	static const char *const columns[] = { "a", NULL };
	const char *none = NULL;
	struct buf b = BUF_INIT;
	int rows = 0;

	(void)state;
	csv_add_row(&b, columns, 1);
	csv_add_row(&b, &none, 1);
	csv_add_row(&b, &none, 1);
	assert_int_equal(csv_read_mem("x", b.data, b.len, columns, count_rows, &rows, NULL), 0);
	assert_int_equal(rows, 2);
	buf_release(&b);
}

struct sum {
	unsigned long rows, bytes, line;
};

static int add_up(void *arg, const struct csv_row *row, struct err *e)
{
	struct sum *s = arg;

	(void)e;
	s->rows++;
	s->bytes += strlen(row->field[0]) + strlen(row->field[1]);
	s->line = row->line;
	return 0;
}

/* A file of several read chunks, so that rows and quoted fields lie across their borders. */
static void a_large_file_reads_the_same_from_disk_as_from_memory(void **state)
{
	static const char *const columns[] = { "b", "a", NULL };
	char path[] = "/tmp/fsduel-test-csv-XXXXXX";
	struct sum disk = { 0, 0, 0 }, mem = { 0, 0, 0 };
	struct buf b = BUF_INIT;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	buf_adds(&b, "\xef\xbb\xbf"
		     "a,b\n");
	for (int i = 0; i < 150000; i++)
		buf_addf(&b, "%d,\"quoted, and\n%d lines\"\n", i, i);
	assert_int_equal(write(fd, b.data, b.len), b.len);
	close(fd);
	assert_int_equal(csv_read(path, columns, add_up, &disk, NULL), 0);
	assert_int_equal(csv_read_mem(path, b.data, b.len, columns, add_up, &mem, NULL), 0);
	assert_int_equal(disk.rows, 150000);
	assert_int_equal(disk.line, 300001);
	assert_memory_equal(&disk, &mem, sizeof(mem));
	unlink(path);
	buf_release(&b);
}

static void a_missing_file_is_named(void **state)
{
	static const char *const columns[] = { "a", NULL };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(csv_read("/nonexistent/s.csv", columns, collect, NULL, &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nonexistent/s.csv"));
	assert_int_equal(csv_read("/tmp", columns, collect, NULL, &e), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_files_give_their_fields_and_lines),
		cmocka_unit_test(broken_files_are_refused_with_their_line),
		cmocka_unit_test(a_flood_of_columns_is_refused),
		cmocka_unit_test(an_optional_column_that_is_absent_is_empty),
		cmocka_unit_test(the_callers_error_stops_the_reading_at_once),
		cmocka_unit_test(written_rows_read_back_unchanged),
		cmocka_unit_test(a_formula_is_guarded_in_the_file_only),
		cmocka_unit_test(a_row_that_is_one_empty_field_is_not_lost),
		cmocka_unit_test(a_large_file_reads_the_same_from_disk_as_from_memory),
		cmocka_unit_test(a_missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
