/* SPDX-License-Identifier: GPL-2.0-or-later */
/* intern.h: each distinct byte string kept once, and numbered from 0 as it first appears. */
#ifndef FSDUEL_ANALYSIS_INTERN_H
#define FSDUEL_ANALYSIS_INTERN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lib/buf.h"

#define INTERN_NONE UINT32_MAX

/* For comparators: -1, 0 or 1. Keys are chained by "?:", which goes on where one gives 0. */
#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

struct intern {
	struct intern_entry {
		char *data; /* NUL-terminated after len bytes; never moves */
		uint32_t len, hash;
	} * entry;
	uint32_t nr;
	uint32_t *slot; /* open addressing: number + 1, or 0; a power of two */
	uint32_t nr_slots;
};

/* The number of this string: intern_add gives a new one a new number, intern_find INTERN_NONE. */
uint32_t intern_add_mem(struct intern *in, const void *data, size_t len);
uint32_t intern_find_mem(const struct intern *in, const void *data, size_t len);

static inline uint32_t intern_add(struct intern *in, const char *s)
{
	return intern_add_mem(in, s, strlen(s));
}

static inline uint32_t intern_find(const struct intern *in, const char *s)
{
	return intern_find_mem(in, s, strlen(s));
}

/* The string of a number that intern_add gave; owned by in. */
static inline const char *intern_str(const struct intern *in, uint32_t number)
{
	return in->entry[number].data;
}

/* The text of b, which is released, kept by in. */
const char *intern_text(struct intern *in, struct buf *b);

void intern_release(struct intern *in);

/* Saturating: a damaged file must not look small. */
static inline uint64_t add_capped(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

/* FNV-1a (Fowler, Noll, Vo), which is good enough for names. */
static inline uint64_t intern_hash(const void *data, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (const unsigned char *p = data, *end = p + len; p < end; p++)
		h = (h ^ *p) * 0x100000001b3u;
	return h;
}

/* Room for element nr of an array that grows one by one: doubled where nr is a power of two. */
static inline void *intern_room(void *array, size_t nr, size_t size)
{
	return (nr & (nr - 1)) == 0 ? xrealloc(array, nr ? 2 * nr : 1, size) : array;
}

#endif
