/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.h: checks that fuzzers share. One that fails aborts, as libFuzzer expects. */
#ifndef FSDUEL_TESTS_FUZZ_CHECK_H
#define FSDUEL_TESTS_FUZZ_CHECK_H

#include <stdlib.h>
#include <string.h>

#include "dashboards/export/formats.h"
#include "dashboards/words/text.h"
#include "lib/buf.h"

static inline void require(int condition)
{
	if (!condition)
		abort();
}

/* Each line fits the terminal and holds nothing that it would obey. */
static inline void check_lines(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		char *line = xstrndup(text, len);

		require(text_width(line) <= TABLE_WIDTH);
		require(!strpbrk(line, "\x1b\r\t\x7f"));
		free(line);
		text += len + (text[len] == '\n');
	}
}

/* The forms of a subject: its table fits, and its JSON, a new reference, can be read. */
static inline json_t *check_forms(enum subject subject, const struct findings *f)
{
	struct buf b = BUF_INIT;
	json_t *j;

	format_write(&b, &format_table, subject, f);
	check_lines(buf_str(&b));
	buf_reset(&b);
	format_write(&b, &format_csv, subject, f);
	buf_reset(&b);
	format_write(&b, &format_json, subject, f);
	j = json_loadb(b.data, b.len, 0, NULL);
	require(j != NULL);
	buf_release(&b);
	return j;
}

#endif
