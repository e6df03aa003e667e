/* SPDX-License-Identifier: GPL-2.0-or-later */
/* html.c: text made safe for each place of a page; see html.h. */
#include "dashboards/html.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define NO_CHARACTER "\ufffd"
#define NEWLINE "\u21b5"               /* arrows, which fonts have, and not the control pictures */
#define TAB "\u21e5"

/* The code point at s and its length; 0xfffd and 1 where s does not begin one. */
static uint32_t decode(const unsigned char *s, size_t *len)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };

	for (size_t n = 0; n < 4; n++) {
		uint32_t c;
		size_t i;

		if ((s[0] & forms[n].mask) != forms[n].lead)
			continue;
		c = s[0] & (unsigned char)~forms[n].mask;
		for (i = 1; i <= n && (s[i] & 0xc0) == 0x80; i++)
			c = c << 6 | (s[i] & 0x3f);
		if (i <= n || c < forms[n].least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			break;
		*len = n + 1;
		return c;
	}
	*len = 1;
	return 0xfffd;
}

/* Marks that turn the direction of what follows could make a name read as another one. */
static bool turns(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

void html_add(struct buf *b, const char *s)
{
	static const char *const references[128] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
		['\n'] = NEWLINE, ['\t'] = TAB,
	};

	for (size_t len; s && *s; s += len) {
		uint32_t c = decode((const unsigned char *)s, &len);

		if (c < 0x80 && references[c])
			buf_adds(b, references[c]);
		else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xfffd || turns(c))
			buf_adds(b, NO_CHARACTER);
		else
			buf_add(b, s, len);
	}
}

void html_addf(struct buf *b, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	html_add(b, buf_str(&text));
	buf_release(&text);
}

void html_add_path(struct buf *b, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/-._~";

	for (; *path; path++) {
		if (strchr(plain, *path))
			buf_addc(b, *path);
		else
			buf_addf(b, "%%%02X", (unsigned char)*path);
	}
}

/* < > & stand in strings only, so the bytes can be replaced one by one. */
static int add_json_bytes(const char *data, size_t len, void *b)
{
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '<' || data[i] == '>' || data[i] == '&')
			buf_addf(b, "\\u%04x", (unsigned)data[i]);
		else
			buf_addc(b, data[i]);
	}
	return 0;
}

void html_add_json(struct buf *b, json_t *j, unsigned digits)
{
	if (!j) /* what was no UTF-8 could not be packed */
		buf_adds(b, "null");
	json_dump_callback(j, add_json_bytes, b, JSON_ENSURE_ASCII | JSON_COMPACT |
			   JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
	json_decref(j);
}
