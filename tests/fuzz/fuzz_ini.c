/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_ini.c: libFuzzer entry for lib/ini.h. The first byte's lowest bit allows
 * bare keys, the rest is the file. Every key must be found uncut on the line it
 * claims, and the whole must survive being written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/ini.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_blank(char c)
{
	return c && strchr(" \t\n\v\f\r", c);
}

/* Does text hold part as a whole: with its end, or a blank, an '=' or a ']' after it? */
static int holds(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (const char *p = text; (p = strstr(p, part)); p++) {
		if (!p[len] || is_blank(p[len]) || p[len] == '=' || p[len] == ']')
			return 1;
		if (!len)
			return 1;
	}
	return 0;
}

static void check_line(const struct strv *lines, const struct ini_section *s)
{
	require(s->line >= 1 && s->line <= lines->n && s->name[0]);
	require(holds(lines->v[s->line - 1], s->name));
	for (size_t i = 0; i < s->nr_keys; i++) {
		const struct ini_key *k = &s->keys[i];

		require(k->line > (i ? s->keys[i - 1].line : s->line) && k->line <= lines->n);
		require(k->name[0] && holds(lines->v[k->line - 1], k->name));
		require(holds(lines->v[k->line - 1], k->value));
		require(!k->bare || !k->value[0]);
		require(ini_get(s, k->name) >= k);
	}
}

static void check_lines_of(const struct ini *ini, const char *data, size_t size)
{
	char *text = xstrndup(data, size), *p = text;
	struct strv lines = STRV_INIT;

	for (char *line = strsep(&p, "\n"); line; line = strsep(&p, "\n"))
		strv_add(&lines, line);
	for (size_t i = 0; i < ini->nr_sections; i++)
		check_line(&lines, &ini->sections[i]);
	strv_release(&lines);
	free(text);
}

static void write_ini(const struct ini *ini, struct buf *b)
{
	for (size_t i = 0; i < ini->nr_sections; i++) {
		const struct ini_section *s = &ini->sections[i];

		buf_addf(b, "[%s]\n", s->name);
		for (size_t k = 0; k < s->nr_keys; k++)
			buf_addf(b, "%s%s%s\n", s->keys[k].name, s->keys[k].bare ? "" : "=",
				 s->keys[k].value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct err e = ERR_INIT;
	unsigned flags = size && (data[0] & 1) ? INI_BARE_KEYS : 0;
	struct ini ini, again;

	if (!size)
		return 0;
	if (ini_load_mem(&ini, "f", (const char *)data + 1, size - 1, flags, &e)) {
		require(!strncmp(e.text, "f:", 2) && !ini.nr_sections);
		return 0;
	}
	check_lines_of(&ini, (const char *)data + 1, size - 1);
	write_ini(&ini, &first);
	require(!ini_load_mem(&again, "g", buf_str(&first), first.len, flags, NULL));
	write_ini(&again, &second);
	require(!strcmp(buf_str(&first), buf_str(&second)));
	buf_release(&first);
	buf_release(&second);
	ini_release(&ini);
	ini_release(&again);
	return 0;
}
