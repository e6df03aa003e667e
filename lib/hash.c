/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hash.c: SHA-256 as text, by libmd; see hash.h. It names things (kernel images,
 * binaries, configurations); nothing here is about secrets.
 */
#include "lib/hash.h"

#include <errno.h>
#include <sha2.h>
#include <stdint.h>

_Static_assert(SHA256_HEX == SHA256_DIGEST_STRING_LENGTH, "hex digits and the NUL");

char *hex_format(char *out, size_t size, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len && 2 * i + 2 < size; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * i] = '\0';
	return out;
}

void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES])
{
	SHA2_CTX ctx;

	SHA256Init(&ctx);
	SHA256Update(&ctx, data, len);
	SHA256Final(out, &ctx);
}

void sha256_hex(const void *data, size_t len, char out[SHA256_HEX])
{
	unsigned char sum[SHA256_BYTES];

	sha256(len ? data : "", len, sum);
	hex_format(out, SHA256_HEX, sum, sizeof(sum));
}

int sha256_file(const char *path, char out[SHA256_HEX], struct err *e)
{
	out[0] = '\0';
	return SHA256File(path, out) ? 0 : err_sys(e, errno, "cannot read %s", path);
}
