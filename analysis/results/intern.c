/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intern.c: an open-addressing hash over strings in chunks; see intern.h. The
 * hash is FNV-1a (Fowler, Noll, Vo), good enough for names; nothing depends on
 * its order.
 */
#include "analysis/results/intern.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"

#define CHUNK_BYTES 65536u

static uint32_t hash_bytes(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return (uint32_t)(h ^ (h >> 32));
}

/* The slot that holds this string, or the empty one where it would go. */
static uint32_t find_slot(const struct intern *in, const void *data, size_t len, uint32_t hash)
{
	uint32_t mask = in->nr_slots - 1;
	uint32_t i;

	for (i = hash & mask; in->slot[i]; i = (i + 1) & mask) {
		const struct intern_entry *x = &in->entry[in->slot[i] - 1];

		if (x->hash == hash && x->len == len && !memcmp(x->data, data, len))
			break;
	}
	return i;
}

static void grow(struct intern *in)
{
	uint32_t mask;

	in->nr_slots = in->nr_slots ? 2 * in->nr_slots : 64;
	mask = in->nr_slots - 1;
	free(in->slot);
	in->slot = xcalloc(in->nr_slots, sizeof(*in->slot));
	in->entry = xrealloc(in->entry, in->nr_slots / 2, sizeof(*in->entry));
	for (uint32_t n = 0; n < in->nr; n++) {
		uint32_t i = in->entry[n].hash & mask;

		while (in->slot[i])
			i = (i + 1) & mask;
		in->slot[i] = n + 1;
	}
}

static const char *keep(struct intern *in, const void *data, size_t len)
{
	char *p;

	if (in->chunk_left < len + 1) {
		size_t size = len + 1 > CHUNK_BYTES ? len + 1 : CHUNK_BYTES;

		in->chunk = xrealloc(in->chunk, in->nr_chunks + 1, sizeof(*in->chunk));
		in->chunk_end = in->chunk[in->nr_chunks++] = xrealloc(NULL, size, 1);
		in->chunk_left = size;
	}
	p = in->chunk_end;
	memcpy(p, data, len);
	p[len] = '\0';
	in->chunk_end += len + 1;
	in->chunk_left -= len + 1;
	return p;
}

uint32_t intern_add_mem(struct intern *in, const void *data, size_t len)
{
	uint32_t hash = hash_bytes(data, len);
	uint32_t i;

	if (in->nr >= in->nr_slots / 2)
		grow(in);
	i = find_slot(in, data, len, hash);
	if (!in->slot[i]) {
		in->entry[in->nr].data = keep(in, data, len);
		in->entry[in->nr].len = (uint32_t)len;
		in->entry[in->nr].hash = hash;
		in->slot[i] = ++in->nr;
	}
	return in->slot[i] - 1;
}

uint32_t intern_add(struct intern *in, const char *s)
{
	return intern_add_mem(in, s, strlen(s));
}

uint32_t intern_find_mem(const struct intern *in, const void *data, size_t len)
{
	uint32_t i;

	if (!in->nr)
		return INTERN_NONE;
	i = find_slot(in, data, len, hash_bytes(data, len));
	return in->slot[i] ? in->slot[i] - 1 : INTERN_NONE;
}

uint32_t intern_find(const struct intern *in, const char *s)
{
	return intern_find_mem(in, s, strlen(s));
}

const char *intern_str(const struct intern *in, uint32_t number)
{
	return in->entry[number].data;
}

void intern_release(struct intern *in)
{
	for (size_t i = 0; i < in->nr_chunks; i++)
		free(in->chunk[i]);
	free(in->chunk);
	free(in->slot);
	free(in->entry);
	*in = (struct intern)INTERN_INIT;
}
