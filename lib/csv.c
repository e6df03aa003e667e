/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * csv.c: reading CSV with a header row, over libcsv; see csv.h. libcsv is fed
 * one physical line at a time, which is how every row gets its line and why an
 * error stops at once. The wanted fields of a row are copied into one arena;
 * nothing is allocated per field. Writing is in csv_write.c: static programs
 * write rows and read none, and need no libcsv.
 */
#include "lib/csv.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_COLUMNS 4096
#define UNWANTED SIZE_MAX
#define CHUNK_BYTES ((size_t)1 << 20)

struct table {
	const char *name;           /* of the file */
	const char *const *columns; /* wanted */
	size_t nr_columns;
	csv_row_fn fn;
	void *arg;
	struct err *e;
	int ret; /* the first failure; nothing is done after it */

	struct csv_parser parser;
	unsigned long line; /* of the byte that libcsv has got last */
	bool in_header;
	struct strv header;
	size_t *place; /* of each column in the file: index in columns or UNWANTED */

	size_t at;          /* fields of the current row so far */
	struct buf arena;   /* the wanted ones, each with its NUL; starts with "" */
	size_t *offset;     /* of each wanted column in the arena */
	const char **field; /* what fn gets */
};

/* libcsv drops blanks around a field unless told that there are none. */
static int never_blank(unsigned char c)
{
	(void)c;
	return 0;
}

static int fail(struct table *t, const char *what, const char *which)
{
	return t->ret = err_add(t->e, EINVAL, "%s:%lu: %s%.80s", t->name, t->line, what, which);
}

static const char *plain_name(const char *column)
{
	return column + (*column == '?');
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int check_duplicates(struct table *t)
{
	char **sorted = xcalloc(t->header.n, sizeof(*sorted));
	int ret = 0;

	memcpy(sorted, t->header.v, t->header.n * sizeof(*sorted));
	qsort(sorted, t->header.n, sizeof(*sorted), by_name);
	for (size_t i = 1; i < t->header.n && !ret; i++) {
		if (!strcmp(sorted[i - 1], sorted[i]))
			ret = fail(t, "two columns with the name ", sorted[i]);
	}
	free(sorted);
	return ret;
}

/* The header is complete: find the wanted columns in it. */
static int map_columns(struct table *t)
{
	if (check_duplicates(t))
		return t->ret;
	t->place = xcalloc(t->header.n, sizeof(*t->place));
	for (size_t i = 0; i < t->header.n; i++)
		t->place[i] = UNWANTED;
	for (size_t i = 0; i < t->nr_columns; i++) {
		int at = strv_find(&t->header, plain_name(t->columns[i]));

		if (at >= 0)
			t->place[at] = i;
		else if (*t->columns[i] != '?')
			return fail(t, "no column ", t->columns[i]);
	}
	t->in_header = false;
	return 0;
}

static void on_field(void *field, size_t len, void *arg)
{
	struct table *t = arg;
	size_t at = t->at++;
	char *data = field;

	if (t->ret)
		return;
	if (len && *data == '\'' && csv_is_formula(data)) {
		data++; /* see csv_add_row */
		len--;
	}
	if (t->in_header) {
		if (at >= MAX_COLUMNS)
			fail(t, "too many columns", "");
		else
			strv_add(&t->header, data);
	} else if (at < t->header.n && t->place[at] != UNWANTED && len) {
		t->offset[t->place[at]] = t->arena.len;
		buf_add(&t->arena, data, len + 1); /* CSV_APPEND_NULL: the NUL is there */
	}
}

static void on_row(int end, void *arg)
{
	struct table *t = arg;
	struct csv_row row = { t->field, t->line };

	(void)end;
	if (t->ret)
		return;
	if (t->in_header) {
		map_columns(t);
	} else if (t->at != t->header.n) {
		t->ret = err_add(t->e, EINVAL, "%s:%lu: %zu fields, but the header has %zu",
				 t->name, t->line, t->at, t->header.n);
	} else {
		for (size_t i = 0; i < t->nr_columns; i++)
			t->field[i] = t->arena.data + t->offset[i];
		t->ret = t->fn(t->arg, &row, t->e);
	}
	memset(t->offset, 0, t->nr_columns * sizeof(*t->offset));
	t->arena.len = 1;
	t->at = 0;
}

/* Any piece of the file; t->line is the line on which it begins. */
static int feed(struct table *t, const char *data, size_t len)
{
	const char *end = data + len;

	while (data < end && !t->ret) {
		const char *nl = memchr(data, '\n', (size_t)(end - data));
		size_t n = (size_t)((nl ? nl + 1 : end) - data);

		if (memchr(data, '\0', n))
			return fail(t, "a NUL byte: this is not a text file", "");
		if (csv_parse(&t->parser, data, n, on_field, on_row, t) != n && !t->ret)
			return fail(t, "not CSV: ", csv_strerror(csv_error(&t->parser)));
		if (nl && !t->ret)
			t->line++;
		data += n;
	}
	return t->ret;
}

static void table_init(struct table *t, const char *name, const char *const *columns, csv_row_fn fn,
		       void *arg, struct err *e)
{
	*t = (struct table){
		.name = name,
		.columns = columns,
		.fn = fn,
		.arg = arg,
		.e = e,
		.line = 1,
		.in_header = true,
	};
	while (columns[t->nr_columns])
		t->nr_columns++;
	t->offset = xcalloc(t->nr_columns, sizeof(*t->offset));
	t->field = xcalloc(t->nr_columns, sizeof(*t->field));
	buf_add(&t->arena, "", 1);
	csv_init(&t->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
	csv_set_space_func(&t->parser, never_blank);
	csv_set_blk_size(&t->parser, 4096);
}

static int table_finish(struct table *t)
{
	if (!t->ret && csv_fini(&t->parser, on_field, on_row, t) && !t->ret)
		fail(t, "the file ends inside a quoted field", "");
	if (!t->ret && t->in_header)
		fail(t, "the file is empty: it should begin with a header row", "");
	csv_free(&t->parser);
	strv_release(&t->header);
	buf_release(&t->arena);
	free(t->place);
	free(t->offset);
	free(t->field);
	return t->ret;
}

static size_t bom_len(const char *data, size_t len)
{
	return len >= 3 && !memcmp(data, "\xef\xbb\xbf", 3) ? 3 : 0;
}

int csv_read_mem(const char *name, const char *data, size_t len, const char *const *columns,
		 csv_row_fn fn, void *arg, struct err *e)
{
	struct table t;
	size_t skip = bom_len(data, len);

	table_init(&t, name, columns, fn, arg, e);
	if (len)
		feed(&t, data + skip, len - skip);
	return table_finish(&t);
}

/* Fill chunk as far as the file goes. Bytes read or -errno. */
static ssize_t read_chunk(int fd, char *chunk)
{
	size_t got = 0;

	while (got < CHUNK_BYTES) {
		ssize_t n = read(fd, chunk + got, CHUNK_BYTES - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

int csv_read(const char *path, const char *const *columns, csv_row_fn fn, void *arg, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct table t;
	char *chunk;
	size_t skip;
	ssize_t n;

	if (fd < 0)
		return err_sys(e, errno, "cannot open %s", path);
	chunk = xcalloc(CHUNK_BYTES, 1);
	table_init(&t, path, columns, fn, arg, e);
	n = read_chunk(fd, chunk);
	skip = n > 0 ? bom_len(chunk, (size_t)n) : 0;
	while (n > 0 && !feed(&t, chunk + skip, (size_t)n - skip)) {
		skip = 0;
		n = read_chunk(fd, chunk);
	}
	if (n < 0)
		t.ret = err_sys(e, (int)-n, "cannot read %s", path);
	close(fd);
	free(chunk);
	return table_finish(&t);
}
