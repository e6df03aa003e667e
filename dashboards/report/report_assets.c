/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_assets.c: the report's style and script. They are files of their own under
 * dashboards/report/; make writes their bytes as numbers into report_css.h and
 * report_js.h, so that the program needs none of them beside it.
 */
#include "dashboards/report/report_impl.h"
#include "lib/fs.h"

const unsigned char report_css[] = {
#include "report_css.h"
};
const size_t report_css_len = sizeof(report_css);

const unsigned char report_js[] = {
#include "report_js.h"
};
const size_t report_js_len = sizeof(report_js);

#define HASH_BYTES 32

static unsigned nibble(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

void report_add_hash(struct buf *b, const unsigned char *data, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	unsigned char hash[HASH_BYTES + 1] = { 0 }; /* one more: groups are of three */
	char hex[SHA256_HEX];

	sha256_hex(data, len, hex);
	for (size_t i = 0; i < HASH_BYTES; i++)
		hash[i] = (unsigned char)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
	buf_adds(b, "'sha256-");
	for (size_t i = 0; i < HASH_BYTES; i += 3) {
		unsigned group = (unsigned)hash[i] << 16 | (unsigned)hash[i + 1] << 8 | hash[i + 2];

		for (unsigned k = 0; k < 4; k++)
			buf_addc(b, i + 2 >= HASH_BYTES && k == 3
					    ? '='
					    : digits[group >> (18 - 6 * k) & 63]);
	}
	buf_addc(b, '\'');
}
