/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.h: small dense numbers for things met again and again: threads, locks, names,
 * call chains. Numbers go up from 0 in the order of first meeting, so equal input gives
 * equal numbers. A thing is a string of bytes. Open addressing, at most half full.
 */
#ifndef FSDUEL_RUNNERS_LOCK_KEYS_H
#define FSDUEL_RUNNERS_LOCK_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

/* All zero is an empty one. */
struct keys {
	struct buf bytes; /* all keys, one after the other */
	size_t *ends;     /* in bytes, by number */
	size_t n, cap;
	uint32_t *slots;
	size_t nr_slots; /* number + 1; a power of two */
};

/* The number of these bytes; n grows when they are new. */
uint32_t keys_add(struct keys *k, const void *bytes, size_t len);
uint32_t keys_add_u64(struct keys *k, uint64_t key);
/* With its NUL. */
uint32_t keys_add_text(struct keys *k, const char *text);
/* Good until the next keys_add. */
const void *keys_at(const struct keys *k, size_t number, size_t *len);
const char *keys_text(const struct keys *k, size_t number);
void keys_release(struct keys *k);

#endif
