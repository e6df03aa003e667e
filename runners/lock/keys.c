/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keys.c: numbers for keys and texts; see keys.h. A full table doubles, and all go in again. */
#include "runners/lock/keys.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#define SLOTS_MIN 256

static uint64_t mix(uint64_t h)
{
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 32;
}

static uint64_t text_hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return mix(h);
}

static uint32_t *key_slot(const struct keys *k, uint64_t key)
{
	size_t at = mix(key) & (k->nr_slots - 1);

	while (k->slots[at] && k->v[k->slots[at] - 1] != key)
		at = (at + 1) & (k->nr_slots - 1);
	return &k->slots[at];
}

uint32_t keys_add(struct keys *k, uint64_t key)
{
	uint32_t *slot;

	if (2 * k->n >= k->nr_slots) {
		free(k->slots);
		k->nr_slots = k->nr_slots ? 2 * k->nr_slots : SLOTS_MIN;
		k->slots = xcalloc(k->nr_slots, sizeof(*k->slots));
		for (size_t i = 0; i < k->n; i++)
			*key_slot(k, k->v[i]) = (uint32_t)i + 1;
	}
	slot = key_slot(k, key);
	if (*slot)
		return *slot - 1;
	if (k->n == k->cap) {
		k->cap = k->cap ? 2 * k->cap : SLOTS_MIN;
		k->v = xrealloc(k->v, k->cap, sizeof(*k->v));
	}
	k->v[k->n] = key;
	*slot = (uint32_t)++k->n;
	return *slot - 1;
}

void keys_release(struct keys *k)
{
	free(k->v);
	free(k->slots);
	*k = (struct keys){ .n = 0 };
}

static uint32_t *text_slot(const struct texts *t, const char *text)
{
	size_t at = text_hash(text) & (t->nr_slots - 1);

	while (t->slots[at] && strcmp(t->v[t->slots[at] - 1], text))
		at = (at + 1) & (t->nr_slots - 1);
	return &t->slots[at];
}

uint32_t texts_add(struct texts *t, const char *text)
{
	uint32_t *slot;

	if (2 * t->n >= t->nr_slots) {
		free(t->slots);
		t->nr_slots = t->nr_slots ? 2 * t->nr_slots : SLOTS_MIN;
		t->slots = xcalloc(t->nr_slots, sizeof(*t->slots));
		for (size_t i = 0; i < t->n; i++)
			*text_slot(t, t->v[i]) = (uint32_t)i + 1;
	}
	slot = text_slot(t, text);
	if (*slot)
		return *slot - 1;
	if (t->n == t->cap) {
		t->cap = t->cap ? 2 * t->cap : SLOTS_MIN;
		t->v = xrealloc(t->v, t->cap, sizeof(*t->v));
	}
	t->v[t->n] = xstrdup(text);
	*slot = (uint32_t)++t->n;
	return *slot - 1;
}

void texts_release(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->v[i]);
	free(t->v);
	free(t->slots);
	*t = (struct texts){ .n = 0 };
}
