/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hash.h: a SHA-256, and bytes as hex. Both are lower-case text with a NUL at the end. */
#ifndef FSDUEL_LIB_HASH_H
#define FSDUEL_LIB_HASH_H

#include <stddef.h>

#include "lib/err.h"

#define SHA256_HEX 65
#define SHA256_BYTES 32

void sha256(const void *data, size_t len, unsigned char out[SHA256_BYTES]);
void sha256_hex(const void *data, size_t len, char out[SHA256_HEX]);
int sha256_file(const char *path, char out[SHA256_HEX], struct err *e);

/* Two digits a byte, as many whole bytes as fit into size. Returns out. */
char *hex_format(char *out, size_t size, const void *data, size_t len);

#endif
