/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * keys.h: small dense numbers for things met again and again: 64-bit keys (threads,
 * locks) and texts (names, call chains). Numbers go up from 0 in the order of first
 * meeting, so equal input gives equal numbers. Open addressing, at most half full.
 */
#ifndef FSDUEL_RUNNERS_LOCK_KEYS_H
#define FSDUEL_RUNNERS_LOCK_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty one. */
struct keys {
	uint64_t *v;
	size_t n; /* by number */
	size_t cap;
	uint32_t *slots;
	size_t nr_slots; /* number + 1 */
};

struct texts {
	char **v;
	size_t n; /* owned */
	size_t cap;
	uint32_t *slots;
	size_t nr_slots;
};

/* The number of key; n grows when it is new. */
uint32_t keys_add(struct keys *k, uint64_t key);
void keys_release(struct keys *k);

uint32_t texts_add(struct texts *t, const char *text);
void texts_release(struct texts *t);

#endif
