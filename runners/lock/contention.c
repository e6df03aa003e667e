/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * contention.c: runs and reads `perf lock contention`; see contention.h. Columns are
 * found by the names in the header line, as tools/perf/builtin-lock.c prints them
 * (print_header_stdio, print_header_csv).
 */
#include "runners/lock/contention.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "lib/proc.h"

#define PERF_TIMEOUT_NS UINT64_C(120000000000)
#define SEPARATOR ","
#define COLUMNS_MAX 16
#define SHOWN 100 /* bytes of a line that are repeated in a sentence */

/* --- lines and columns ------------------------------------------------------------------- */

enum column_kind { COUNT, TIME, WORD, REST };

/* Every column that the forms have; where is a field of struct contention_row. */
static const struct column {
	const char *name;
	enum column_kind kind;
	int field; /* offsetof, -1: not kept */
} columns[] = {
	{ "contended", COUNT, offsetof(struct contention_row, count) },
	{ "total wait", TIME, offsetof(struct contention_row, total_ns) },
	{ "max wait", TIME, offsetof(struct contention_row, max_ns) },
	{ "min wait", TIME, -1 },
	{ "avg wait", TIME, -1 },
	{ "type", WORD, offsetof(struct contention_row, type) },
	{ "caller", REST, offsetof(struct contention_row, caller) },
};
#define NR_COLUMNS (sizeof(columns) / sizeof(columns[0]))

struct line {
	const char *p;
	size_t n;
};

struct reader {
	enum contention_form form;
	const struct column *columns[COLUMNS_MAX];
	size_t nr_columns;
};

static struct line trim(struct line l)
{
	while (l.n && (*l.p == ' ' || *l.p == '\t')) {
		l.p++;
		l.n--;
	}
	while (l.n && (l.p[l.n - 1] == ' ' || l.p[l.n - 1] == '\r'))
		l.n--;
	return l;
}

static bool starts(struct line l, const char *with)
{
	return l.n >= strlen(with) && !memcmp(l.p, with, strlen(with));
}

static struct line skip(struct line l, size_t n)
{
	return (struct line){ l.p + n, l.n - n };
}

/* The next line of *text, trimmed. */
static struct line next_line(struct line *text)
{
	const char *end = memchr(text->p, '\n', text->n);
	struct line l = { text->p, end ? (size_t)(end - text->p) : text->n };

	*text = skip(*text, l.n + (end != NULL));
	return trim(l);
}

static const struct column *column_at(struct line l)
{
	for (size_t i = 0; i < NR_COLUMNS; i++) {
		size_t n = strlen(columns[i].name);

		if (starts(l, columns[i].name) &&
		    (l.n == n || l.p[n] == ' ' || l.p[n] == *SEPARATOR))
			return &columns[i];
	}
	return NULL;
}

/* "contended   total wait ... caller" or "# output: contended, total wait, ... caller". */
static bool read_header(struct reader *r, struct line l)
{
	bool separated = r->form == CONTENTION_SEPARATED;
	const struct column *c = NULL;

	if (separated && !starts(l, "# output:"))
		return false;
	l = trim(skip(l, separated ? strlen("# output:") : 0));
	for (r->nr_columns = 0; l.n && r->nr_columns < COLUMNS_MAX; r->nr_columns++) {
		c = column_at(l);
		if (!c)
			return false;
		r->columns[r->nr_columns] = c;
		l = trim(skip(l, strlen(c->name)));
		if (separated && l.n)
			l = trim(skip(l, starts(l, SEPARATOR) ? 1 : 0));
	}
	return !l.n && c && c->kind == REST && r->columns[0] == &columns[0];
}

/* --- rows --------------------------------------------------------------------------------- */

/* Up to the separator, or in a table up to a blank; a time there has its unit behind a blank. */
static struct line take_field(const struct reader *r, enum column_kind kind, struct line *l)
{
	const char *end = NULL;
	struct line field = *l;

	if (kind == REST)
		end = NULL;
	else if (r->form == CONTENTION_SEPARATED)
		end = memchr(l->p, *SEPARATOR, l->n);
	else
		end = memchr(l->p, ' ', l->n);
	if (end && kind == TIME && r->form == CONTENTION_TABLE) {
		struct line rest = trim(skip(*l, (size_t)(end - l->p)));

		end = memchr(rest.p, ' ', rest.n);
	}
	if (end)
		field.n = (size_t)(end - l->p);
	*l = skip(*l, field.n);
	if (starts(*l, SEPARATOR) && r->form == CONTENTION_SEPARATED)
		*l = skip(*l, 1);
	*l = trim(*l);
	return trim(field);
}

static bool read_number(const struct reader *r, enum column_kind kind, struct line l, uint64_t *out)
{
	char text[48];
	size_t n = 0;

	for (size_t i = 0; i < l.n; i++) {
		if (l.p[i] == ' ')
			continue; /* "825.76 ms" */
		if (n + 3 >= sizeof(text) || !l.p[i])
			return false;
		text[n++] = l.p[i];
	}
	text[n] = '\0';
	if (kind == TIME && r->form == CONTENTION_SEPARATED)
		strcpy(text + n, "ns");
	return n && !num_parse(text, kind == TIME ? NUM_NS : NUM_COUNT, out, NULL);
}

static bool read_row(const struct reader *r, struct line l, struct contention_row *row)
{
	for (size_t i = 0; i < r->nr_columns; i++) {
		const struct column *c = r->columns[i];
		struct line field = take_field(r, c->kind, &l);
		char *at = (char *)row + (c->field < 0 ? 0 : c->field);
		uint64_t value;

		if (!field.n || memchr(field.p, '\0', field.n))
			return false;
		if (c->kind == WORD || c->kind == REST) {
			free(*(char **)at);
			*(char **)at = xstrndup(field.p, field.n);
		} else if (!read_number(r, c->kind, field, &value)) {
			return false;
		} else if (c->field >= 0) {
			*(uint64_t *)at = value;
		}
	}
	return true;
}

static void row_release(struct contention_row *row)
{
	free(row->type);
	free(row->caller);
}

static int add_row(struct contention *c, const struct reader *r, struct line l, size_t number,
		   struct err *e)
{
	struct contention_row *row;

	c->v = xrealloc(c->v, c->n + 1, sizeof(*c->v));
	row = &c->v[c->n];
	*row = (struct contention_row){ .count = 0 };
	if (!read_row(r, l, row) || __builtin_add_overflow(c->count, row->count, &c->count) ||
	    __builtin_add_overflow(c->total_ns, row->total_ns, &c->total_ns)) {
		row_release(row);
		return err_add(e, EINVAL,
			       "perf lock contention: line %zu is no row of its table: "
			       "'%.*s'",
			       number, (int)(l.n > SHOWN ? SHOWN : l.n), l.p);
	}
	c->n++;
	return 0;
}

/* What follows a table: how often perf met events out of order. */
static bool is_footer(struct line l)
{
	return starts(l, "=== output for debug") || starts(l, "# debug:");
}

int contention_parse(struct contention *c, enum contention_form form, const char *text, size_t len,
		     struct err *e)
{
	struct line all = { text, len }, l, last = { "nothing", 7 };
	struct reader r = { .form = form };
	bool in_table = false;
	int ret = 0;

	*c = (struct contention){ .n = 0 };
	for (size_t number = 1; !ret && all.n; number++) {
		l = next_line(&all);
		if (!l.n)
			continue;
		if (in_table && is_footer(l))
			break;
		if (in_table)
			ret = add_row(c, &r, l, number, e);
		else
			in_table = read_header(&r, l);
		last = l;
	}
	if (!ret && !in_table)
		ret = err_add(e, EINVAL,
			      "perf lock contention: there is no table in what it printed; "
			      "it said: %.*s",
			      (int)(last.n > SHOWN ? SHOWN : last.n), last.p);
	if (ret)
		contention_release(c);
	return ret;
}

void contention_release(struct contention *c)
{
	for (size_t i = 0; i < c->n; i++)
		row_release(&c->v[i]);
	free(c->v);
	free(c->version);
	free(c->text);
	*c = (struct contention){ .n = 0 };
}

/* --- perf ------------------------------------------------------------------------------------ */

int contention_form_of(const char *help, size_t len, enum contention_form *form, struct err *e)
{
	if (!len || !memmem(help, len, "perf lock contention", strlen("perf lock contention")))
		return err_add(e, ENOTSUP,
			       "this perf has no 'lock contention': its totals cannot be "
			       "compared (perf 5.19 and later have it)");
	*form = memmem(help, len, "--field-separator", strlen("--field-separator"))
			? CONTENTION_SEPARATED
			: CONTENTION_TABLE;
	return 0;
}

static int ask(const char *const *argv, struct buf *out, const atomic_int *stop,
	       struct proc_exit *x, struct err *e)
{
	/* Both into one: 6.1 prints its table on stderr, and others may not. */
	struct proc_opts o = { .out = out, .err = out, .timeout_ns = PERF_TIMEOUT_NS };
	int ret = proc_run(argv, &o, stop, x, e);

	if (!ret && x->timed_out)
		return err_add(e, ETIMEDOUT, "%s %s took more than two minutes", argv[0], argv[1]);
	return ret;
}

/* "perf version 6.1.187\n" */
static int ask_version(char **version, const atomic_int *stop, struct err *e)
{
	static const char *const argv[] = { "perf", "--version", NULL };
	static const char words[] = "perf version ";
	struct buf b = BUF_INIT;
	struct proc_exit x;
	int ret = ask(argv, &b, stop, &x, e);

	if (!ret && strncmp(buf_str(&b), words, strlen(words)))
		ret = err_add(e, ENOTSUP, "perf does not tell its version: %.*s",
			      (int)strcspn(buf_str(&b), "\n"), buf_str(&b));
	if (!ret)
		*version = xstrndup(b.data + strlen(words), strcspn(b.data + strlen(words), "\n"));
	buf_release(&b);
	return ret;
}

static int ask_form(enum contention_form *form, const atomic_int *stop, struct err *e)
{
	static const char *const argv[] = { "perf", "lock", "contention", "-h", NULL };
	struct buf b = BUF_INIT;
	struct proc_exit x; /* 129: git's way of help */
	int ret = ask(argv, &b, stop, &x, e);

	if (!ret)
		ret = contention_form_of(buf_str(&b), b.len, form, e);
	buf_release(&b);
	return ret;
}

static const char *last_line(struct buf *b)
{
	char *line;

	while (b->len && (b->data[b->len - 1] == '\n' || b->data[b->len - 1] == ' '))
		b->data[--b->len] = '\0';
	line = b->len ? strrchr(b->data, '\n') : NULL;
	return line ? line + 1 : buf_str(b);
}

int contention_run(struct contention *c, const char *path, const atomic_int *stop, struct err *e)
{
	const char *argv[] = { "perf", "lock", "contention", "-i", path, NULL, NULL, NULL };
	enum contention_form form;
	struct buf b = BUF_INIT;
	struct proc_exit x;
	char *version = NULL, *text;
	int ret;

	*c = (struct contention){ .n = 0 };
	ret = ask_version(&version, stop, e);
	if (!ret)
		ret = ask_form(&form, stop, e);
	if (!ret && form == CONTENTION_SEPARATED) {
		argv[5] = "-x";
		argv[6] = SEPARATOR;
	}
	if (!ret)
		ret = ask(argv, &b, stop, &x, e);
	text = ret ? NULL : xstrdup(buf_str(&b));
	if (!ret && x.status)
		ret = err_add(e, EIO, "perf lock contention ended with %d: %s", x.status,
			      last_line(&b));
	else if (!ret)
		ret = contention_parse(c, form, buf_str(&b), b.len, e);
	c->version = version;
	c->text = text;
	buf_release(&b);
	return ret;
}
