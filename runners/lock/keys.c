/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keys.c: numbers for keys, by open addressing. A table that is half full doubles. */
#include <stdlib.h>
#include <string.h>

#include "runners/lock/waits_impl.h"

#define SLOTS_MIN 256

/* FNV-1a over words of 8 bytes, with the high bits mixed into the low ones. */
static uint64_t hash(const unsigned char *p, size_t len)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325), word;

	for (; len >= 8; p += 8, len -= 8) {
		memcpy(&word, p, 8);
		h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	for (; len; p++, len--)
		h = (h ^ *p) * UINT64_C(0x100000001b3);
	return h ^ h >> 32;
}

const void *keys_at(const struct keys *k, size_t number, size_t *len)
{
	size_t begin = number ? k->ends[number - 1] : 0;

	*len = k->ends[number] - begin;
	return k->bytes.data + begin;
}

const char *keys_text(const struct keys *k, size_t number)
{
	size_t len;

	return keys_at(k, number, &len);
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *slot_of(const struct keys *k, const void *bytes, size_t len)
{
	size_t at = hash(bytes, len) & (k->nr_slots - 1);

	for (; k->slots[at]; at = (at + 1) & (k->nr_slots - 1)) {
		size_t have;
		const void *key = keys_at(k, k->slots[at] - 1, &have);

		if (have == len && (!len || !memcmp(key, bytes, len)))
			break;
	}
	return &k->slots[at];
}

static void more_slots(struct keys *k)
{
	free(k->slots);
	k->nr_slots = k->nr_slots ? 2 * k->nr_slots : SLOTS_MIN;
	k->slots = xcalloc(k->nr_slots, sizeof(*k->slots));
	for (size_t i = 0; i < k->n; i++) {
		size_t len;
		const void *key = keys_at(k, i, &len);

		*slot_of(k, key, len) = (uint32_t)i + 1;
	}
}

uint32_t keys_add(struct keys *k, const void *bytes, size_t len)
{
	uint32_t *slot;

	if (2 * k->n >= k->nr_slots)
		more_slots(k);
	slot = slot_of(k, bytes, len);
	if (*slot)
		return *slot - 1;
	ROOM(k->ends, k->n, k->cap);
	buf_add(&k->bytes, bytes, len);
	k->ends[k->n] = k->bytes.len;
	*slot = (uint32_t)++k->n;
	return *slot - 1;
}

uint32_t keys_add_u64(struct keys *k, uint64_t key)
{
	return keys_add(k, &key, sizeof(key));
}

uint32_t keys_add_text(struct keys *k, const char *text)
{
	return keys_add(k, text, strlen(text) + 1);
}

void keys_release(struct keys *k)
{
	buf_release(&k->bytes);
	free(k->ends);
	free(k->slots);
	*k = (struct keys){ .n = 0 };
}
