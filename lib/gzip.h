/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gzip.h: bytes compressed into one gzip stream, without name or time: the same
 * bytes give the same stream. Over zlib, for the guest's first process too, which
 * has no libarchive. fs_decompress reads it back.
 */
#ifndef FSDUEL_LIB_GZIP_H
#define FSDUEL_LIB_GZIP_H

#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Append the stream to out. -ENOMEM: zlib found no memory; out is then as it was. */
int gzip_add(struct buf *out, const void *data, size_t len, struct err *e);

#endif
