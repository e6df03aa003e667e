/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_base64.c: libFuzzer entry for base64_decode, as for a guest gone mad. What is
 * taken is the one text of its bytes; what is refused has a sentence and adds nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf bytes = BUF_INIT, text = BUF_INIT;
	struct err e = ERR_INIT;

	if (base64_decode((const char *)data, size, &bytes, &e)) {
		if (!e.text[0] || bytes.len)
			abort();
	} else {
		base64_add(&text, bytes.data, bytes.len);
		if (text.len != size || memcmp(buf_str(&text), data, size))
			abort();
	}
	buf_release(&bytes);
	buf_release(&text);
	return 0;
}
