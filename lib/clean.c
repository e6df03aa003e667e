/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clean.c: see clean.h. Hidden: Default_Ignorable_Code_Point, line separators, Cf's marks. */
#include "lib/clean.h"

#include <stdbool.h>
#include <stddef.h>

#define NO_UTF8 0xfffdu

static const struct {
	uint32_t first, last;
} hidden[] = {
	{ 0x0001, 0x001f }, { 0x007f, 0x009f },   { 0x00ad, 0x00ad },   { 0x034f, 0x034f },
	{ 0x061c, 0x061c }, { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
	{ 0x200b, 0x200f }, { 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 },
	{ 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },
	{ 0xfffd, 0xffff }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

/* The code point at s and its length; NO_UTF8 and 1 where s does not begin one. */
static uint32_t decode(const unsigned char *s, size_t *len)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 }
	};

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
	return NO_UTF8;
}

static bool is_hidden(uint32_t c)
{
	if (c >= 0x20 && c < 0x7f)
		return false;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c <= hidden[i].last)
			return c >= hidden[i].first;
	return false;
}

void clean_add(struct buf *b, const char *s)
{
	for (size_t len; *s; s += len) {
		if (is_hidden(decode((const unsigned char *)s, &len)))
			buf_addc(b, '?');
		else
			buf_add(b, s, len);
	}
}

const char *clean_find(const char *s, uint32_t *c)
{
	for (size_t len; *s; s += len) {
		*c = decode((const unsigned char *)s, &len);
		if (*c != '\t' && is_hidden(*c))
			return s;
	}
	return NULL;
}

json_t *clean_text(const char *s)
{
	struct buf b = BUF_INIT;
	json_t *clean;

	clean_add(&b, s);
	clean = json_string(buf_str(&b));
	buf_release(&b);
	return clean;
}

static json_t *cleaned(json_t *j)
{
	json_t *out, *one;
	const char *key;
	size_t i;

	if (json_is_string(j))
		return clean_text(json_string_value(j));
	if (json_is_array(j)) {
		out = json_array();
		json_array_foreach(j, i, one)
			json_array_append_new(out, cleaned(one));
		return out;
	}
	if (!json_is_object(j))
		return json_incref(j);
	out = json_object();
	json_object_foreach(j, key, one) {
		json_t *name = clean_text(key);

		json_object_set_new(out, json_string_value(name), cleaned(one));
		json_decref(name);
	}
	return out;
}

json_t *clean_json(json_t *j)
{
	json_t *out = j ? cleaned(j) : NULL;

	json_decref(j);
	return out;
}
