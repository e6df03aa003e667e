/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_letter.c: libFuzzer entry for putting a block into a mail. What is put in is
 * found again: with another block in its place, everything around is the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dashboards/letter/letter.h"
#include "tests/fuzz/check.h"

#define BLOCK(text)                                                                                \
	"Benchmark results (fsduel 1):\n" text "\n(end of the benchmark results by fsduel)\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int put(struct buf *out, const struct buf *mail, const char *block, struct err *e)
{
	struct buf b = BUF_INIT;
	int ret;

	buf_adds(&b, block);
	ret = letter_into(out, mail, &b, "mail", e);
	buf_release(&b);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf mail = BUF_INIT, first = BUF_INIT, second = BUF_INIT, again = BUF_INIT;
	struct err e = ERR_INIT;

	buf_add(&mail, data, size);
	if (put(&first, &mail, BLOCK("one"), &e)) {
		require(e.text[0] && !first.len);
	} else {
		require(!put(&second, &first, BLOCK("two\n\nmore"), &e));
		require(!put(&again, &second, BLOCK("one"), &e));
		require(again.len == first.len && !memcmp(again.data, first.data, first.len));
	}
	buf_release(&mail);
	buf_release(&first);
	buf_release(&second);
	buf_release(&again);
	return 0;
}
