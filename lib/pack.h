/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pack.h: bytes on their way out of a guest: compressed into a gzip stream, and as text that
 * JSON can hold (base64: RFC 4648, 4, with padding, without line ends). Over zlib, because the
 * guest's static program has no libarchive; fs_decompress reads a stream back.
 */
#ifndef FSDUEL_LIB_PACK_H
#define FSDUEL_LIB_PACK_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

/*
 * Append the stream to out, without name or time: the same bytes give the same stream.
 * -ENOMEM: zlib found no memory; out is then as it was.
 */
int gzip_add(struct buf *out, const void *data, size_t len, struct err *e);

void base64_add(struct buf *out, const void *data, size_t len);
/* Append the bytes of text. -EINVAL, with out as it was: base64_add writes no such text. */
int base64_decode(const char *text, size_t len, struct buf *out, struct err *e);

#endif
