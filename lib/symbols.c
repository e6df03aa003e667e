/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * symbols.c: kernel addresses to names; see symbols.h. Only functions (types t, T,
 * w, W) get names, but every symbol of the file ends the one before it, so that
 * data behind the code is not taken for its last function.
 */
#include "lib/symbols.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/fs.h"

#define KALLSYMS "/proc/kallsyms"
#define KALLSYMS_MAX ((size_t)256 << 20)
/*
 * A symbol's size is not in the file. Behind the last one of a module it is told
 * only that the module ends at a page's end: what lies further than the page after
 * the one in which it starts is nobody's.
 */
#define PAGE 4096u

/* One line of the file. */
struct line {
	uint64_t address;
	const char *name, *module;
	size_t order;
	bool function;
};

/* A position in the text; lines are counted for the sentences. */
struct cursor {
	const char *p, *end;
	size_t line;
	char *copy; /* where names go */
};

static bool parse_hex(const char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	if (!n || n > 16)
		return false;
	for (; n; n--, p++) {
		unsigned digit;

		if (*p >= '0' && *p <= '9')
			digit = (unsigned)(*p - '0');
		else if (*p >= 'a' && *p <= 'f')
			digit = (unsigned)(*p - 'a') + 10;
		else
			return false;
		v = v << 4 | digit;
	}
	*out = v;
	return true;
}

static const char *keep(struct cursor *c, const char *p, size_t n)
{
	char *copy = c->copy;

	memcpy(copy, p, n);
	copy[n] = '\0';
	c->copy += n + 1;
	return copy;
}

static size_t word(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && p[n] > ' ' && p[n] <= '~')
		n++;
	return n;
}

/* "ffffffffc0a01234 t name\t[module]", without its newline. */
static bool parse_line(struct cursor *c, const char *p, const char *end, struct line *l)
{
	size_t n = word(p, end), name, module;

	if (!parse_hex(p, n, &l->address) || end - p < (ptrdiff_t)n + 4 || p[n] != ' ' ||
	    p[n + 2] != ' ')
		return false;
	p += n + 1;
	l->function = strchr("tTwW", *p) && *p;
	p += 2;
	name = word(p, end);
	if (!name)
		return false;
	l->name = keep(c, p, name);
	l->module = NULL;
	p += name;
	if (p == end)
		return true;
	module = word(p + 1, end);
	if (*p != '\t' || module < 3 || p + 1 + module != end || p[1] != '[' || end[-1] != ']')
		return false;
	l->module = keep(c, p + 2, module - 2);
	return true;
}

/* 1: a line, 0: the end. */
static int next_line(struct cursor *c, struct line *l, struct err *e)
{
	const char *p = c->p, *end;

	if (p == c->end)
		return 0;
	end = memchr(p, '\n', (size_t)(c->end - p));
	c->line++;
	if (!end)
		end = c->end;
	if (!parse_line(c, p, end, l))
		return err_add(e, EINVAL, "kallsyms:%zu: this is no line of a symbol table: '%.*s'",
			       c->line, (int)(end - p > 60 ? 60 : end - p), p);
	c->p = end < c->end ? end + 1 : end;
	l->order = c->line;
	return 1;
}

static int by_address(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static bool same_module(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* The linker's marks behind code: they end what is before them and name nothing. */
static bool is_end_mark(const struct line *l)
{
	static const char *const marks[] = { "_etext", "_einittext" };

	for (size_t i = 0; !l->module && i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (!strcmp(l->name, marks[i]))
			return true;
	}
	return false;
}

static uint64_t end_of(const struct line *l, const struct line *next)
{
	uint64_t page_end = (l->address | (PAGE - 1)) + 1 + PAGE;

	if (page_end < l->address) /* at the very end of the address space */
		page_end = UINT64_MAX;
	if (next && (same_module(l->module, next->module) || next->address < page_end))
		return next->address;
	return page_end;
}

static void fill(struct symbols *s, const struct line *lines, size_t n)
{
	size_t next;

	s->v = xcalloc(n + 1, sizeof(*s->v));
	for (size_t i = 0; i < n; i = next) {
		const struct line *l = NULL;
		bool ends = false;

		for (next = i; next < n && lines[next].address == lines[i].address; next++) {
			ends |= is_end_mark(&lines[next]);
			if (!l && lines[next].function)
				l = &lines[next];
		}
		if (!l || ends || !l->address || l->address == UINT64_MAX)
			continue;
		s->v[s->n++] = (struct symbol){
			.start = l->address,
			.name = l->name,
			.module = l->module,
			.end = end_of(l, next < n ? &lines[next] : NULL),
		};
	}
}

int symbols_parse(struct symbols *s, const char *text, size_t len, struct err *e)
{
	struct cursor c = { .p = text, .end = text + len };
	size_t n = 0, cap = 0, shown = 0;
	struct line *lines = NULL;
	int ret;

	*s = (struct symbols){ .text = xcalloc(1, len + 2) };
	c.copy = s->text;
	for (;;) {
		if (n == cap) {
			cap = cap ? 2 * cap : 1024;
			lines = xrealloc(lines, cap, sizeof(*lines));
		}
		ret = next_line(&c, &lines[n], e);
		if (ret <= 0)
			break;
		shown += lines[n].address != 0;
		n++;
	}
	if (!ret && !n)
		ret = err_add(e, EINVAL,
			      "the kernel's symbol table is empty: its functions have no "
			      "names");
	else if (!ret && !shown)
		ret = err_add(e, EPERM,
			      "the kernel hides its addresses: call chains need root, or "
			      "0 in /proc/sys/kernel/kptr_restrict");
	if (!ret) {
		qsort(lines, n, sizeof(*lines), by_address);
		fill(s, lines, n);
	} else {
		symbols_release(s);
	}
	free(lines);
	return ret;
}

int symbols_load(struct symbols *s, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	*s = (struct symbols){ .n = 0 };
	ret = fs_read(KALLSYMS, KALLSYMS_MAX, &b, e);
	if (!ret)
		ret = symbols_parse(s, b.data, b.len, e);
	buf_release(&b);
	return ret;
}

const struct symbol *symbols_find(const struct symbols *s, uint64_t address)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->v[mid].start <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || address >= s->v[low - 1].end)
		return NULL;
	return &s->v[low - 1];
}

void symbols_release(struct symbols *s)
{
	free(s->v);
	free(s->text);
	*s = (struct symbols){ .n = 0 };
}
