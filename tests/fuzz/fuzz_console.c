/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_console.c: libFuzzer entry for what is read out of a guest's console. Any
 * bytes give one line of reason or none, and an excerpt of few lines that are not
 * long; the line that is named belongs to the row that is named.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runners/cell/trouble.h"
#include "tests/fuzz/check.h"

#define LINE_MAX_CHARS 400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_reason(const struct trouble_found *f)
{
	const char *text;
	struct result r;

	result_init(&r);
	trouble_fail(f, STATUS_OK, "", &r);
	require((f->row != NULL) == (r.status != STATUS_OK));
	if (f->row) {
		require(r.status == f->row->status);
		require(trouble_match(f->line, &text) == f->row);
		require(f->seen >> (f->row - troubles) & 1);
		require(strstr(r.reason, f->row->sentence) == r.reason);
		for (const char *p = r.reason; *p; p++)
			require((unsigned char)*p >= ' ');
	}
	result_release(&r);
}

static void check_excerpt(const struct trouble_found *f, const char *text, size_t len)
{
	char *kept = trouble_excerpt(f, text, len);
	unsigned lines = 0;

	for (char *p = kept; p && *p; p += strcspn(p, "\n") + 1) {
		require(strcspn(p, "\n") <= LINE_MAX_CHARS && strchr(p, '\n'));
		lines++;
	}
	require(lines <= TROUBLE_LINES && (lines > 0) == (kept != NULL));
	free(kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trouble_found f = TROUBLE_NONE;

	trouble_look(&f, (const char *)data, size);
	check_reason(&f);
	check_excerpt(&f, (const char *)data, size);
	trouble_release(&f);
	return 0;
}
