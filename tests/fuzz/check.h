/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check.h: how a fuzzer says that it found something: it aborts, as libFuzzer expects. */
#ifndef FSDUEL_TESTS_FUZZ_CHECK_H
#define FSDUEL_TESTS_FUZZ_CHECK_H

#include <stdlib.h>
#include <string.h>

#include "dashboards/table/table.h"
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

#endif
