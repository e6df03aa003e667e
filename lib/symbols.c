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
#include "lib/num.h"

#define KALLSYMS "/proc/kallsyms"
#define KALLSYMS_MAX ((size_t)256 << 20)
/* Sizes are not in the file: the last symbol of a module ends with the page after its own. */
#define PAGE 4096u

/* One line of the file. */
struct line {
	uint64_t address;
	const char *name, *module;
	size_t order;
	bool function;
};

/* The characters of a name: all that are seen, in ASCII. */
static size_t word(const char *p)
{
	size_t n = 0;

	while (p[n] > ' ' && p[n] <= '~')
		n++;
	return n;
}

/* "ffffffffc0a01234 t name\t[module]" without its newline; it is cut into its parts. */
static bool parse_line(char *p, struct line *l)
{
	size_t n = num_hex(p, &l->address);

	if (!n || p[n] != ' ' || !p[n + 1] || p[n + 2] != ' ')
		return false;
	l->function = strchr("tTwW", p[n + 1]);
	l->name = p += n + 3;
	l->module = NULL;
	p += word(p);
	if (p == l->name || !*p)
		return p != l->name;
	n = word(p + 1);
	if (*p != '\t' || n < 3 || p[1 + n] || p[1] != '[' || p[n] != ']')
		return false;
	*p = p[n] = '\0';
	l->module = p + 2;
	return true;
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
	return !l->module && (!strcmp(l->name, "_etext") || !strcmp(l->name, "_einittext"));
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

/* All lines of text, which is cut into its names. */
static int read_lines(char *text, struct line **lines, size_t *n, struct err *e)
{
	size_t cap = 0, shown = 0;
	char *line;

	for (*n = 0; text && *text; (*n)++) {
		line = strsep(&text, "\n");
		if (*n == cap) {
			cap = cap ? 2 * cap : 1024;
			*lines = xrealloc(*lines, cap, sizeof(**lines));
		}
		if (!parse_line(line, &(*lines)[*n]))
			return err_add(e, EINVAL,
				       "kallsyms:%zu: this is no line of a symbol table: '%.60s'",
				       *n + 1, line);
		(*lines)[*n].order = *n;
		shown += (*lines)[*n].address != 0;
	}
	if (!*n)
		return err_add(e, EINVAL,
			       "the kernel's symbol table is empty: its functions have no names");
	if (!shown)
		return err_add(e, EPERM,
			       "the kernel hides its addresses: call chains need root, or "
			       "0 in /proc/sys/kernel/kptr_restrict");
	return 0;
}

int symbols_parse(struct symbols *s, const char *text, size_t len, struct err *e)
{
	struct line *lines = NULL;
	size_t n = 0;
	int ret;

	*s = (struct symbols){ .text = xstrndup(len ? text : "", len) };
	if (strlen(s->text) < len)
		ret = err_add(e, EINVAL, "the kernel's symbol table has a NUL byte in it");
	else
		ret = read_lines(s->text, &lines, &n, e);
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
