/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_contention.c: libFuzzer entry for what `perf lock contention` prints. The first
 * byte chooses the form: 's' separated, any other the table. Rows add up to the sums.
 */
#include <stdint.h>
#include <stdlib.h>

#include "runners/lock/contention.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum contention_form form;
	struct contention c;
	struct err e = ERR_INIT;
	uint64_t count = 0, total_ns = 0;

	if (!size)
		return 0;
	form = data[0] == 's' ? CONTENTION_SEPARATED : CONTENTION_TABLE;
	if (contention_parse(&c, form, (const char *)data + 1, size - 1, &e)) {
		require(e.text[0] && !c.n && !c.v);
		return 0;
	}
	for (size_t i = 0; i < c.n; i++) {
		require(c.v[i].caller && *c.v[i].caller);
		count += c.v[i].count;
		total_ns += c.v[i].total_ns;
	}
	require(count == c.count && total_ns == c.total_ns);
	contention_release(&c);
	contention_form_of((const char *)data, size, &form, NULL);
	return 0;
}
