/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_csv.c: libFuzzer entry for lib/csv.h. The bytes are once a CSV file,
 * whose rows must survive being written and read again, and once fields of
 * any content, which must survive the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/csv.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const columns[] = { "?a", "?b", "?c", NULL };
static const char *const header[] = { "a", "b", "c" };

struct rows {
	struct strv fields; /* three a row */
	unsigned long line;
};

static int keep(void *arg, const struct csv_row *row, struct err *e)
{
	struct rows *r = arg;

	(void)e;
	for (int i = 0; i < 3; i++)
		strv_add(&r->fields, row->field[i]);
	require(row->line >= r->line && row->line > 0);
	r->line = row->line;
	return 0;
}

/* Write rows, read them, and expect the same. */
static void check_round_trip(const struct rows *rows)
{
	struct rows back = { STRV_INIT, 0 };
	struct buf b = BUF_INIT;

	csv_add_row(&b, header, 3);
	for (size_t i = 0; i < rows->fields.n; i += 3)
		csv_add_row(&b, (const char *const *)rows->fields.v + i, 3);
	require(!csv_read_mem("again", b.data, b.len, columns, keep, &back, NULL));
	require(back.fields.n == rows->fields.n);
	for (size_t i = 0; i < back.fields.n; i++)
		require(!strcmp(back.fields.v[i], rows->fields.v[i]));
	buf_release(&b);
	strv_release(&back.fields);
}

static void as_file(const char *data, size_t size)
{
	struct rows rows = { STRV_INIT, 0 };
	struct err e = ERR_INIT;

	if (csv_read_mem("file", data, size, columns, keep, &rows, &e))
		require(!strncmp(e.text, "file:", 5));
	check_round_trip(&rows);
	strv_release(&rows.fields);
}

static void as_fields(const char *data, size_t size)
{
	struct rows rows = { STRV_INIT, 0 };
	char *text = xstrndup(data, size);
	char *p = text;

	for (char *field = strsep(&p, "\x01"); field; field = strsep(&p, "\x01"))
		strv_add(&rows.fields, field);
	while (rows.fields.n % 3)
		strv_add(&rows.fields, "");
	check_round_trip(&rows);
	strv_release(&rows.fields);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_file((const char *)data, size);
	as_fields((const char *)data, size);
	return 0;
}
