/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pack.c: see pack.h. Base64 that is not the only text of its bytes is refused. */
#include "lib/pack.h"

#include <errno.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#define LEVEL 3
#define GZIP_FRAME (16 + MAX_WBITS)
#define MEMORY_LEVEL 8

int gzip_add(struct buf *out, const void *data, size_t len, struct err *e)
{
	z_stream z = { .next_in = data, .avail_in = (uInt)len };
	size_t room;
	int ret;

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_FRAME, MEMORY_LEVEL, Z_DEFAULT_STRATEGY))
		return err_add(e, ENOMEM, "no memory to compress");
	room = deflateBound(&z, len);
	buf_grow(out, room);
	z.next_out = (Bytef *)out->data + out->len;
	z.avail_out = (uInt)room;
	ret = len <= UINT32_MAX / 2 ? deflate(&z, Z_FINISH) : Z_MEM_ERROR;
	deflateEnd(&z);
	if (ret != Z_STREAM_END)
		return err_add(e, ENOMEM, "zlib cannot compress this (%d)", ret);
	out->len += z.total_out;
	out->data[out->len] = '\0';
	return 0;
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(struct buf *out, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t v = (uint32_t)p[i] << 16;

		v |= (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (n > 2 ? p[i + 2] : 0);
		for (size_t k = 0; k < 4; k++, v <<= 6)
			buf_addc(out, k <= n ? digits[v >> 18 & 63] : '=');
	}
}

int base64_decode(const char *text, size_t len, struct buf *out, struct err *e)
{
	struct buf bytes = BUF_INIT, again = BUF_INIT;
	bool same;

	for (size_t i = 0; i + 4 <= len; i += 4) {
		uint32_t v = 0;
		size_t keep = 0;

		for (size_t k = 0; k < 4; k++) {
			const char *d = memchr(digits, text[i + k], sizeof(digits) - 1);

			v = v << 6 | (d ? (uint32_t)(d - digits) : 0);
			keep += d != NULL;
		}
		for (size_t k = 1; k < keep; k++, v <<= 8)
			buf_addc(&bytes, (char)(v >> 16));
	}
	base64_add(&again, bytes.data, bytes.len);
	same = again.len == len && (!len || !memcmp(again.data, text, len));
	if (same)
		buf_add(out, bytes.data, bytes.len);
	buf_release(&bytes);
	buf_release(&again);
	return same ? 0 : err_add(e, EINVAL, "a recording that is no base64");
}

_Static_assert(SHA256_HEX == SHA256_DIGEST_STRING_LENGTH, "hex digits and the NUL");

char *hex_format(char *out, size_t size, const void *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len && 2 * i + 2 < size; i++) {
		out[2 * i] = hex[p[i] >> 4];
		out[2 * i + 1] = hex[p[i] & 15];
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
	SHA256Data(len ? data : "", len, out);
}

int sha256_file(const char *path, char out[SHA256_HEX], struct err *e)
{
	out[0] = '\0';
	return SHA256File(path, out) ? 0 : err_sys(e, errno, "cannot read %s", path);
}
