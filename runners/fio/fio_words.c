/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_words.c: see fio_words.h. */
#include "runners/fio/fio_words.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#define SHOWN 300

size_t fio_words_end(const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		const char *nl = memchr(text + at, '\n', len - at);
		size_t end = nl ? (size_t)(nl - text) : len;

		if (text[at] == '{' && (end == at + 1 || (end == at + 2 && text[at + 1] == '\r')))
			return at;
		at = end + 1;
	}
	return len;
}

/* A line without its end and without whose words it is. */
static char *bare_line(const char *line, size_t len)
{
	char *s;

	while (len && (unsigned char)line[len - 1] <= ' ')
		len--;
	if (len >= 5 && !memcmp(line, "fio: ", 5)) {
		line += 5;
		len -= 5;
	}
	s = xstrndup(line, len);
	for (char *p = s; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	return s;
}

static void cut_at_word(struct buf *b)
{
	if (b->len <= SHOWN)
		return;
	b->len = SHOWN;
	while (b->len && b->data[b->len] != ' ')
		b->len--;
	b->data[b->len] = '\0';
	buf_adds(b, " ...");
}

char *fio_words(const char *text, size_t len)
{
	struct strv said = STRV_INIT;
	struct buf b = BUF_INIT;

	for (size_t at = 0; at < len && b.len <= SHOWN;) {
		const char *nl = memchr(text + at, '\n', len - at);
		size_t end = nl ? (size_t)(nl - text) : len;
		char *line = bare_line(text + at, end - at);

		if (*line && *line != ' ' && strv_find(&said, line) < 0) {
			buf_addf(&b, "%s%s", b.len ? "; " : "", line);
			strv_add(&said, line);
		}
		free(line);
		at = end + 1;
	}
	strv_release(&said);
	cut_at_word(&b);
	buf_str(&b);
	return buf_detach(&b, NULL);
}
