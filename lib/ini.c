/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ini.c: an INI file kept whole, over libinih; see ini.h. libinih splits keys
 * from values and drops comments. Its reader hook is ours, because alone it
 * knows no lines, cuts long lines and section names, goes on after an error,
 * joins indented lines to the value above and takes ':' for '='. So it is only
 * ever given one checked, unindented "key = value" line at a time.
 */
#include "lib/ini.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/fs.h"

#define LINE_BYTES 4000 /* the longest line that ini.h promises to take */
#define LINE_ROOM 16    /* what is added to one: "=", a newline, a NUL, and libinih's slack */

struct reader {
	struct ini *ini;
	const char *pos, *end;
	unsigned line;
	unsigned flags;
	bool bare; /* of the line just read */
	int ret;
	struct err *e;
};

/* A piece of the file. */
struct span {
	const char *s;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r'); /* as isspace in the C locale */
}

static struct span trim(struct span t)
{
	while (t.len && is_blank(t.s[0])) {
		t.s++;
		t.len--;
	}
	while (t.len && is_blank(t.s[t.len - 1]))
		t.len--;
	return t;
}

static struct span next_line(struct reader *r)
{
	size_t left = (size_t)(r->end - r->pos);
	const char *nl = memchr(r->pos, '\n', left);
	struct span t = { r->pos, nl ? (size_t)(nl - r->pos) : left };

	r->pos += t.len + (nl != NULL);
	if (++r->line == 1 && t.len >= 3 && !memcmp(t.s, "\xef\xbb\xbf", 3)) {
		t.s += 3;
		t.len -= 3;
	}
	return t;
}

/* Note that line and what is wrong with it. */
static int complain(struct reader *r, const char *what, struct span t)
{
	int shown = t.len > 60 ? 60 : (int)t.len;

	return r->ret = err_add(r->e, EINVAL, "%s:%u: %s: %.*s%s", r->ini->path, r->line, what,
				shown, t.s, t.len > 60 ? "..." : "");
}

/* Room for one more element of an array that was grown when n was a power of two. */
static void *grow(void *array, size_t n, size_t size)
{
	return n & (n - 1) ? array : xrealloc(array, n ? 2 * n : 1, size);
}

/* t begins with '['. */
static int add_section(struct reader *r, struct span t)
{
	const char *close = memchr(t.s, ']', t.len);
	struct ini *ini = r->ini;
	struct span name, rest;

	if (!close)
		return complain(r, "a section without its ']'", t);
	name = trim((struct span){ t.s + 1, (size_t)(close - t.s - 1) });
	rest = (struct span){ close + 1, (size_t)(t.s + t.len - close - 1) };
	if (!name.len)
		return complain(r, "a section without a name", t);
	if (rest.len && !(is_blank(rest.s[0]) && trim(rest).s[0] == ';'))
		return complain(r, "something after a section's ']'", t);
	ini->sections = grow(ini->sections, ini->nr_sections, sizeof(*ini->sections));
	ini->sections[ini->nr_sections++] = (struct ini_section){
		.name = xstrndup(name.s, name.len),
		.line = r->line,
	};
	return 0;
}

/* How much of t comes before a comment: a blank and ';'. t is trimmed. */
static size_t before_comment(struct span t)
{
	for (size_t i = 1; i < t.len; i++) {
		if (t.s[i] == ';' && is_blank(t.s[i - 1]))
			return i;
	}
	return t.len;
}

/* Check a line that must hold a key. A bare key becomes "key=" in out. */
static int check_key(struct reader *r, struct span t, struct buf *out)
{
	struct span code = trim((struct span){ t.s, before_comment(t) });
	const char *equals = memchr(code.s, '=', code.len);
	struct span name =
		trim((struct span){ code.s, equals ? (size_t)(equals - code.s) : code.len });

	r->bare = !equals;
	if (!equals && !(r->flags & INI_BARE_KEYS))
		return complain(r, "neither a [section], nor key = value, nor a comment", t);
	if (!name.len)
		return complain(r, "no key before the '='", t);
	if (memchr(name.s, ':', name.len))
		return complain(r, "a key cannot hold a ':'", t);
	if (!r->ini->nr_sections)
		return complain(r, "a key before any [section]", t);
	if (r->bare) {
		buf_add(out, code.s, code.len);
		buf_addc(out, '=');
	} else {
		buf_add(out, t.s, t.len); /* its comment is libinih's to cut */
	}
	return 0;
}

/* One line for libinih: a key, or nothing for what has been dealt with here. */
static int prepare_line(struct reader *r, struct buf *out)
{
	struct span t = next_line(r);

	if (t.len > LINE_BYTES)
		return complain(r, "a line of more than 4000 bytes", t);
	t = trim(t);
	if (!t.len || t.s[0] == ';' || t.s[0] == '#')
		return 0;
	if (t.s[0] == '[')
		return add_section(r, t);
	return check_key(r, t, out);
}

/* libinih's fgets. */
static char *read_line(char *dst, int size, void *arg)
{
	struct reader *r = arg;
	struct buf b = BUF_INIT;
	char *ret = NULL;

	if (r->ret || r->pos == r->end)
		return NULL;
	if (!prepare_line(r, &b)) {
		buf_addc(&b, '\n');
		if (size <= 0 || b.len + 1 >= (size_t)size)
			complain(r, "too long a line for this build of libinih",
				 (struct span){ b.data, b.len - 1 });
		else
			ret = memcpy(dst, b.data, b.len + 1);
	}
	buf_release(&b);
	return ret;
}

/* libinih's handler: nonzero is success. Its section name may be cut: ours is not. */
static int take_key(void *arg, const char *section, const char *name, const char *value)
{
	struct reader *r = arg;
	struct ini_section *s = &r->ini->sections[r->ini->nr_sections - 1];

	(void)section;
	s->keys = grow(s->keys, s->nr_keys, sizeof(*s->keys));
	s->keys[s->nr_keys++] = (struct ini_key){
		.name = xstrdup(name),
		.value = xstrdup(value),
		.line = r->line,
		.bare = r->bare,
	};
	return 1;
}

static int check_no_nul(struct reader *r)
{
	const char *nul = memchr(r->pos, '\0', (size_t)(r->end - r->pos));

	if (!nul)
		return 0;
	r->line = 1;
	for (const char *p = r->pos; p < nul; p++)
		r->line += *p == '\n';
	return err_add(r->e, EINVAL, "%s:%u: a NUL byte: this is not a text file", r->ini->path,
		       r->line);
}

int ini_load_mem(struct ini *ini, const char *name, const char *data, size_t len, unsigned flags,
		 struct err *e)
{
	struct reader r = { .ini = ini, .flags = flags, .e = e };
	int ret;

	r.pos = len ? data : "";
	r.end = r.pos + len;
	*ini = (struct ini){ .path = xstrdup(name) };
	if (ini_max_line < LINE_BYTES + LINE_ROOM)
		ini_max_line = LINE_BYTES + LINE_ROOM; /* libinih's own; only ever raised */
	ret = check_no_nul(&r);
	if (!ret) {
		int line = ini_parse_stream(read_line, &r, take_key, &r);

		ret = r.ret;
		if (line && !ret)
			ret = err_add(e, EINVAL, "%s:%d: libinih cannot read this line", name,
				      line);
	}
	if (ret)
		ini_release(ini);
	return ret;
}

int ini_load(struct ini *ini, const char *path, unsigned flags, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	*ini = (struct ini){ 0 };
	ret = fs_read(path, 16u << 20, &b, e);
	if (!ret)
		ret = ini_load_mem(ini, path, b.data, b.len, flags, e);
	buf_release(&b);
	return ret;
}

void ini_release(struct ini *ini)
{
	for (size_t i = 0; i < ini->nr_sections; i++) {
		struct ini_section *s = &ini->sections[i];

		for (size_t k = 0; k < s->nr_keys; k++) {
			free(s->keys[k].name);
			free(s->keys[k].value);
		}
		free(s->keys);
		free(s->name);
	}
	free(ini->sections);
	free(ini->path);
	*ini = (struct ini){ 0 };
}

const struct ini_section *ini_find(const struct ini *ini, const char *section)
{
	for (size_t i = 0; i < ini->nr_sections; i++) {
		if (!strcmp(ini->sections[i].name, section))
			return &ini->sections[i];
	}
	return NULL;
}

const struct ini_key *ini_get(const struct ini_section *s, const char *key)
{
	for (size_t i = s->nr_keys; i-- > 0;) {
		if (!strcmp(s->keys[i].name, key))
			return &s->keys[i];
	}
	return NULL;
}
