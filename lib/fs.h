/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fs.h: files as whole values: read one, replace one; make and remove trees. */
#ifndef FSDUEL_LIB_FS_H
#define FSDUEL_LIB_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/pack.h"

/* Append all of path to b, also of /proc and /sys. -EFBIG past max (0: 1 GiB). */
int fs_read(const char *path, size_t max, struct buf *b, struct err *e);

/* A regular file that nobody cuts short meanwhile, until fs_unmap. */
int fs_map(const char *path, const void **data, size_t *len, struct err *e);
void fs_unmap(const void *data, size_t len);

/* The first line of a file of up to 64 KiB, or NULL. Caller frees. */
char *fs_read_line(const char *path);

/* Replace path by data, so that a crash leaves the old or the new: written to path.tmp, flushed,
 * renamed, directory flushed. On error path is untouched, unless only the last step failed. A
 * character device or pipe is written to; another that is no file is refused. */
int fs_write_atomic(const char *path, const void *data, size_t len, struct err *e);

/* The same; fill writes the data to fd, and returns 0 or -errno. */
typedef int fs_fill(void *arg, int fd);
int fs_write_with(const char *path, fs_fill *fill, void *arg, struct err *e);
/* Write all of data to fd. 0 or -errno. */
int fs_write_all(int fd, const void *data, size_t len);

/* Write text into a setting of /sys or /proc. */
int fs_write_text(const char *path, const char *text, struct err *e);

/* fs_write_atomic of j, indented, keys sorted, newline at the end. */
int fs_write_json(const char *path, const json_t *j, struct err *e);

/* *out: NULL on error. -EINVAL with path:line:column, also for a key that is there twice. */
int fs_read_json(const char *path, json_t **out, struct err *e);

int fs_mkdir_p(const char *path, struct err *e);
/* Remove path and all below it; absent is fine. Symbolic links are removed, not followed. Never
 * crosses a mount, path itself included: -EBUSY with its name, and all before it is gone. */
int fs_remove_tree(const char *path, struct err *e);
bool fs_exists(const char *path);
/* Are both there, and one file? Links are followed. */
bool fs_same(const char *a, const char *b);
/* path, or the nearest directory above it that is there ("." and "/" always are). Caller frees. */
char *fs_nearest(const char *path);

/* Path of a folder of the cache, made on demand; "" is the cache itself: $FSDUEL_CACHE, or fsduel
 * in $XDG_CACHE_HOME or ~/.cache. Caller frees. On error FSDUEL_MACHINE is noted. */
int fs_cache_room(const char *room, char **out, struct err *e);

/* Unpack data (gzip, xz, zstd, lz4 also in the kernel's legacy framing, bzip2) and append it to
 * out; data without such a magic is appended as it is. -EINVAL: damaged or cut short (libarchive
 * does not check gzip's CRC); -EFBIG: more than 1 GiB. out is then as it was. */
int fs_decompress(const void *data, size_t len, struct buf *out, struct err *e);
/* Append data as a zstd stream. -EIO: libarchive has no zstd. out is then as it was. */
int fs_compress(const void *data, size_t len, struct buf *out, struct err *e);

#endif
