/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base64.c: see base64.h. A text that is not the only one of its bytes is refused. */
#include "lib/base64.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(struct buf *out, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len >= 3; p += 3, len -= 3) {
		uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
		const char four[] = { digits[v >> 18], digits[v >> 12 & 63], digits[v >> 6 & 63],
				      digits[v & 63] };

		buf_add(out, four, sizeof(four));
	}
	if (len) {
		uint32_t v = (uint32_t)p[0] << 16 | (len > 1 ? (uint32_t)p[1] << 8 : 0);
		const char four[] = { digits[v >> 18], digits[v >> 12 & 63],
				      len > 1 ? digits[v >> 6 & 63] : '=', '=' };

		buf_add(out, four, sizeof(four));
	}
}

int base64_decode(const char *text, size_t len, struct buf *out, struct err *e)
{
	size_t begin = out->len, pad = 0;
	uint8_t value[256];

	memset(value, 64, sizeof(value));
	for (uint8_t i = 0; i < 64; i++)
		value[(uint8_t)digits[i]] = i;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < len && len % 4 == 0; i += 4) {
		size_t keep = i + 4 == len ? 3 - pad : 3;
		uint32_t v = 0, wrong = 0;
		char bytes[3];

		for (size_t k = 0; k < 4; k++) {
			uint8_t d = k <= keep ? value[(uint8_t)text[i + k]] : 0;

			wrong |= d & 64;
			v = v << 6 | d;
		}
		/* Bits that belong to no byte must be 0. */
		if (wrong || v % (1u << (3 - keep) * 8)) {
			out->len = begin;
			return err_add(e, EINVAL, "no base64 at byte %zu", i);
		}
		for (size_t k = 0; k < keep; k++)
			bytes[k] = (char)(v >> (16 - 8 * k));
		buf_add(out, bytes, keep);
	}
	return len % 4 ? err_add(e, EINVAL, "no base64: cut short") : 0;
}
