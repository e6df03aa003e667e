/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * intern.h: each distinct byte string kept once and numbered from 0 in the
 * order of its first appearance. A million sample rows repeat a few hundred
 * strings, so they are stored and compared as numbers. It also serves as an
 * index from a key of any bytes to a position in an array.
 * Not thread-safe; never forgets a string before intern_release.
 */
#ifndef FSDUEL_ANALYSIS_INTERN_H
#define FSDUEL_ANALYSIS_INTERN_H

#include <stddef.h>
#include <stdint.h>

#define INTERN_NONE UINT32_MAX

struct intern_entry {
	const char *data; /* NUL-terminated after len bytes; never moves */
	uint32_t len, hash;
};

struct intern {
	struct intern_entry *entry;
	uint32_t nr;
	uint32_t *slot; /* open addressing: number + 1, or 0; a power of two */
	uint32_t nr_slots;
	char **chunk;
	size_t nr_chunks, chunk_left;
	char *chunk_end; /* where the next string goes */
};

#define INTERN_INIT                                                                                \
	{                                                                                          \
		NULL, 0, NULL, 0, NULL, 0, 0, NULL                                                 \
	}

/* The number of this string, a new one if it was not there. */
uint32_t intern_add(struct intern *in, const char *s);
uint32_t intern_add_mem(struct intern *in, const void *data, size_t len);

/* The number, or INTERN_NONE. */
uint32_t intern_find(const struct intern *in, const char *s);
uint32_t intern_find_mem(const struct intern *in, const void *data, size_t len);

/* The string of a number that intern_add gave; owned by in. */
const char *intern_str(const struct intern *in, uint32_t number);

void intern_release(struct intern *in);

#endif
