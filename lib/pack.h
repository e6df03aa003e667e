/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pack.h: a gzip stream (fs_decompress reads it), base64 (RFC 4648, 4), SHA-256, hex digits. */
#ifndef FSDUEL_LIB_PACK_H
#define FSDUEL_LIB_PACK_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

/* The same bytes give the same stream. -ENOMEM: out is as it was. */
int gzip_add(struct buf *out, const void *data, size_t len, struct err *e);

void base64_add(struct buf *out, const void *data, size_t len);
/* Append the bytes of text. -EINVAL, with out as it was: base64_add writes no such text. */
int base64_decode(const char *text, size_t len, struct buf *out, struct err *e);

/* Names of kernel images, binaries, configurations; as text lower-case with a NUL at the end. */
#define SHA256_HEX 65
#define SHA256_BYTES 32
void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES]);
void sha256_hex(const void *data, size_t len, char out[SHA256_HEX]);
int sha256_file(const char *path, char out[SHA256_HEX], struct err *e);

/* Two digits a byte, as many whole bytes as fit into size. Returns out. */
char *hex_format(char *out, size_t size, const void *data, size_t len);

#endif
