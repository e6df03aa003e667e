/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store.h: a folder of the cache with values that could be made again, each in a file named by
 * the SHA-256 of all that decides it. Only its user can read it. A value is checked by its own
 * hash when it is read; past its bound a store loses those that were not used for longest.
 */
#ifndef FSDUEL_LIB_STORE_H
#define FSDUEL_LIB_STORE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "lib/buf.h"
#include "lib/err.h"

struct store {
	const char *name; /* of its folder in the cache */
	uint64_t max_bytes;
};

struct store_entry {
	char *key; /* 64 hex digits */
	uint64_t bytes;
	struct timespec used;
};

/* Append the value of key to out. -ENOENT: there is none; also where it was damaged, or a foreign
 * file: then e says so and the file is gone. Other -errno: the cache cannot be read. */
int store_get(const struct store *s, const char *key, struct buf *out, struct err *e);
/* Keep a value, then bring the store below its bound. -errno: it is not kept. */
int store_put(const struct store *s, const char *key, const struct buf *value, struct err *e);

/* Wait until no other program makes this value. A descriptor that the caller closes, or -errno.
 * -EINTR: *stop (or NULL) became non-zero. */
int store_lock(const struct store *s, const char *key, const atomic_int *stop, struct err *e);

/* All entries, used last first; n may be 0. Release them with store_list_release. */
int store_list(const struct store *s, struct store_entry **list, size_t *n, struct err *e);
void store_list_release(struct store_entry *list, size_t n);
/* Remove entries, used longest ago first, until those left have at most max_bytes. */
int store_prune(const struct store *s, uint64_t max_bytes, size_t *removed, struct err *e);

#endif
