/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c: plain text for a terminal; see text.h. */
#include "dashboards/words/text.h"

#include <string.h>

#include "lib/clean.h"

#define MARKS "-_/=;,." /* a word that must be cut is cut after one of these */

static int continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += !continues((unsigned char)*s);
	return n;
}

/* A blank, but not one between a number and its %. */
static int breaks(const char *p)
{
	return p[0] == ' ' && p[1] != '%';
}

size_t text_line(const char *s, size_t width)
{
	size_t at = strspn(s, " "); /* an indent is no place to break */
	size_t blank = 0, mark = 0, columns = at;

	if (at >= width)
		return at;
	while (s[at]) {
		if (!continues((unsigned char)s[at]) && columns++ == width)
			break;
		if (breaks(s + at))
			blank = at;
		if (columns > width / 2 && strchr(MARKS, s[at]))
			mark = at + 1;
		at++;
	}
	if (!s[at] || breaks(s + at))
		return at;
	return blank ? blank : mark ? mark : at;
}

void text_add_padded(struct buf *b, const char *s, size_t width, int right)
{
	size_t used = text_width(s);
	size_t pad = used < width ? width - used : 0;

	if (right)
		buf_addf(b, "%*s", (int)pad, "");
	clean_add(b, s);
	if (!right)
		buf_addf(b, "%*s", (int)pad, "");
}

void text_add_mapped(struct buf *b, const char *s, const char *const map[128])
{
	struct buf clean = BUF_INIT;

	clean_add(&clean, s);
	for (s = buf_str(&clean); *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < 128 && map[c])
			buf_adds(b, map[c]);
		else
			buf_addc(b, *s);
	}
	buf_release(&clean);
}

void text_add_wrapped(struct buf *b, const char *first, const char *text, size_t width)
{
	size_t indent = text_width(first);
	size_t room = width > indent + 8 ? width - indent : 8;
	const char *prefix = first;
	struct buf clean = BUF_INIT;

	clean_add(&clean, text);
	text = buf_str(&clean);
	do {
		size_t len = text_line(text, room), shown = len;

		while (shown && text[shown - 1] == ' ')
			shown--;
		buf_addf(b, "%*s", (int)(prefix == first ? 0 : indent), "");
		buf_adds(b, prefix);
		buf_add(b, text, shown);
		buf_addc(b, '\n');
		text += len;
		text += strspn(text, " ");
		prefix = "";
	} while (*text);
	buf_release(&clean);
}
