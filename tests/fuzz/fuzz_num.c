/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_num.c: libFuzzer entry for lib/num.h. The first byte picks the kind, the
 * rest is the text. What is read must be printed and read back unchanged.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_number(const char *text, enum num_kind kind)
{
	char canonical[32], again[32];
	struct err e = ERR_INIT;
	uint64_t v = 0, back = 0;

	if (num_parse(text, kind, &v, &e)) {
		require(e.text[0] != '\0');
		return;
	}
	require(e.text[0] == '\0');
	num_format(canonical, v, kind);
	require(!num_parse(canonical, kind, &back, NULL) && back == v);
	require(!strcmp(num_format(again, back, kind), canonical));
	require(strlen(num_format_ns_human(canonical, v)) > 0);
}

static void check_double(const char *text)
{
	char canonical[32], human[32];
	double v, back;

	if (num_parse_double(text, &v, NULL))
		return;
	require(!num_parse_double(num_format_double(canonical, v), &back, NULL));
	require(!memcmp(&v, &back, sizeof(v)));
	require(strlen(num_format_si(human, v)) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = xstrndup((const char *)data + 1, size - 1);
	if (data[0] % 5 == 4)
		check_double(text);
	else
		check_number(text, (enum num_kind)(data[0] % 5));
	free(text);
	return 0;
}
