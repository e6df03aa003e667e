/* SPDX-License-Identifier: GPL-2.0-or-later */
/* csv.c: see csv.h. libcsv gets one physical line at a time, so that each row has its line. */
#include "lib/csv.h"

#include <csv.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/num.h"

#define MAX_COLUMNS 4096 /* each is compared with those before it */
#define UNWANTED SIZE_MAX

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

/* The header is complete: find the wanted columns in it. */
static int map_columns(struct table *t)
{
	t->place = xcalloc(t->header.n, sizeof(*t->place));
	for (size_t i = 0; i < t->header.n; i++) {
		if (strv_find(&t->header, t->header.v[i]) != (int)i)
			return fail(t, "two columns with the name ", t->header.v[i]);
		t->place[i] = UNWANTED;
	}
	for (size_t i = 0; i < t->nr_columns; i++) {
		int at = strv_find(&t->header, t->columns[i] + (*t->columns[i] == '?'));

		if (at >= 0)
			t->place[at] = i;
		else if (*t->columns[i] != '?')
			return fail(t, "no column ", t->columns[i]);
	}
	t->in_header = false;
	return 0;
}

/* Would a spreadsheet take this field for a formula, as it does =cmd|'/C x'!A0? It begins with one
 * of = + - @, a tab or a carriage return, and is no number; or with quotes before that. */
static bool is_formula(const char *s)
{
	size_t quotes = strspn(s, "'");
	double number;

	return s[quotes] && strchr("=+-@\t\r", s[quotes]) &&
	       (quotes || num_parse_double(s, &number, NULL));
}

static void on_field(void *field, size_t len, void *arg)
{
	struct table *t = arg;
	size_t at = t->at++;
	char *data = field;

	if (t->ret)
		return;
	if (len && *data == '\'' && is_formula(data)) {
		data++; /* see csv_add_row */
		len--;
	}
	if (t->in_header && at >= MAX_COLUMNS) {
		fail(t, "too many columns", "");
	} else if (t->in_header) {
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

int csv_read_mem(const char *name, const char *data, size_t len, const char *const *columns,
		 csv_row_fn fn, void *arg, struct err *e)
{
	struct table t = { .name = name,
			   .columns = columns,
			   .fn = fn,
			   .arg = arg,
			   .e = e,
			   .line = 1,
			   .in_header = true };
	size_t mark = len >= 3 && !memcmp(data, "\xef\xbb\xbf", 3) ? 3 : 0;

	while (columns[t.nr_columns])
		t.nr_columns++;
	t.offset = xcalloc(t.nr_columns, sizeof(*t.offset));
	t.field = xcalloc(t.nr_columns, sizeof(*t.field));
	buf_add(&t.arena, "", 1);
	csv_init(&t.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
	csv_set_space_func(&t.parser, never_blank);
	csv_set_blk_size(&t.parser, 4096);
	if (len)
		feed(&t, data + mark, len - mark);
	if (!t.ret && csv_fini(&t.parser, on_field, on_row, &t) && !t.ret)
		fail(&t, "the file ends inside a quoted field", "");
	if (!t.ret && t.in_header)
		fail(&t, "the file is empty: it should begin with a header row", "");
	csv_free(&t.parser);
	strv_release(&t.header);
	buf_release(&t.arena);
	free(t.place);
	free(t.offset);
	free(t.field);
	return t.ret;
}

int csv_read(const char *path, const char *const *columns, csv_row_fn fn, void *arg, struct err *e)
{
	const void *data;
	size_t len;
	int ret = fs_map(path, &data, &len, e);

	if (ret)
		return ret;
	ret = csv_read_mem(path, data, len, columns, fn, arg, e);
	fs_unmap(data, len);
	return ret;
}

/* RFC 4180, 2.6 and 2.7; blanks need no quotes there, and csv.c keeps them. */
static void add_field(struct buf *b, const char *s)
{
	const char *guard = is_formula(s) ? "'" : "";

	if (!s[strcspn(s, ",\"\r\n")]) {
		buf_addf(b, "%s%s", guard, s);
		return;
	}
	buf_addf(b, "\"%s", guard);
	for (; *s; s++) {
		if (*s == '"')
			buf_addc(b, '"');
		buf_addc(b, *s);
	}
	buf_addc(b, '"');
}

void csv_add_row(struct buf *b, const char *const *fields, size_t n)
{
	/* A row that is one empty field would be a blank line, which no reader counts as a row. */
	if (n == 1 && (!fields[0] || !*fields[0]))
		buf_adds(b, "\"\"");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(b, ',');
		if (fields[i])
			add_field(b, fields[i]);
	}
	buf_addc(b, '\n');
}
