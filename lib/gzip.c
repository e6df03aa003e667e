/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip.c: see gzip.h. */
#include "lib/gzip.h"

#include <errno.h>
#include <limits.h>
#define ZLIB_CONST
#include <zlib.h>

#define LEVEL 3
#define GZIP_FRAME (16 + MAX_WBITS)
#define MEMORY_LEVEL 8
#define PIECE (1u << 16)

int gzip_add(struct buf *out, const void *data, size_t len, struct err *e)
{
	size_t begin = out->len, fed = 0;
	z_stream z = { .next_in = data };
	int ret;

	if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_FRAME, MEMORY_LEVEL, Z_DEFAULT_STRATEGY))
		return err_add(e, ENOMEM, "no memory to compress");
	do {
		if (!z.avail_in && fed < len) {
			z.avail_in = (uInt)(len - fed < PIECE ? len - fed : PIECE);
			fed += z.avail_in;
		}
		buf_grow(out, PIECE + 1);
		z.next_out = (Bytef *)out->data + out->len;
		z.avail_out = PIECE;
		ret = deflate(&z, fed < len ? Z_NO_FLUSH : Z_FINISH);
		out->len += PIECE - z.avail_out;
	} while (ret == Z_OK);
	deflateEnd(&z);
	if (ret != Z_STREAM_END) {
		out->len = begin;
		return err_add(e, ENOMEM, "zlib cannot compress this (%d)", ret);
	}
	out->data[out->len] = '\0';
	return 0;
}
