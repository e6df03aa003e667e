/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_fiojob.c: libFuzzer entry for fiojob_make. A job that is taken passes
 * again and stays the same text, can be seeded, and names no path that leaves the work
 * directory.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "runners/fio/fiojob.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does the value of some line start outside the work directory? */
static int leaves(const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		const char *eq;

		line += *line == '\n';
		eq = line + strcspn(line, "=\n");
		/* Free text may begin with anything. */
		if (!strncmp(line, "description=", 12) || !strncmp(line, "name=", 5))
			continue;
		if (*eq == '=' && (eq[1] == '/' || !strncmp(eq + 1, "../", 3)))
			return 1;
	}
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const params[] = { "threads", "4", "bs", "4k", "runtime", "1s", NULL };
	char *text = xstrndup((const char *)data, size);
	struct fiojob out, again = { .text = NULL };
	char *seeded = NULL;
	struct err e = ERR_INIT;

	if (fiojob_make("f", text, size & 1 ? params : NULL, &out, &e)) {
		if (!e.text[0] || out.text)
			abort();
	} else if (fiojob_make("g", out.text, NULL, &again, &e) ||
		   fiojob_seed(out.text, size, &seeded, &e) || strcmp(out.text, again.text)) {
		abort();
	} else if (leaves(out.text)) {
		abort();
	} else if (again.expect.threads != out.expect.threads) {
		abort();
	} else {
		fiojob_overwrites(seeded, "work");
	}
	free(text);
	fiojob_release(&out);
	fiojob_release(&again);
	free(seeded);
	return 0;
}
