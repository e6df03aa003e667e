/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_symbols.c: libFuzzer entry for tables of symbols: what is taken is in order, each
 * function is found from its first to its last byte, and nothing behind its end is it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "lib/symbols.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbols s;
	struct err e = ERR_INIT;

	if (symbols_parse(&s, (const char *)data, size, &e)) {
		require(e.text[0] && !s.v && !s.n);
		return 0;
	}
	for (size_t i = 0; i < s.n; i++) {
		const struct symbol *f = &s.v[i];

		require(f->start < f->end && *f->name && (!f->module || *f->module));
		require(!i || f[-1].end <= f->start);
		require(symbols_find(&s, f->start) == f && symbols_find(&s, f->end - 1) == f);
		require(symbols_find(&s, f->end) != f);
	}
	symbols_release(&s);
	return 0;
}
