/* SPDX-License-Identifier: GPL-2.0-or-later */
/* base64.h: bytes as text that JSON can hold, RFC 4648, 4: with padding, without line ends. */
#ifndef FSDUEL_LIB_BASE64_H
#define FSDUEL_LIB_BASE64_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

void base64_add(struct buf *out, const void *data, size_t len);
/* Append what text stands for. -EINVAL, with out as it was, for what base64_add does not write. */
int base64_decode(const char *text, size_t len, struct buf *out, struct err *e);

#endif
