/* SPDX-License-Identifier: GPL-2.0-or-later */
/* intern.c: an open-addressing hash over strings; see intern.h. */
#include "analysis/results/intern.h"

#include <stdlib.h>

static uint32_t hash_of(const void *data, size_t len)
{
	uint64_t h = intern_hash(data, len);

	return (uint32_t)(h ^ (h >> 32));
}

/* That of this string, or the empty one where it would go. */
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

static char *keep(const void *data, size_t len)
{
	char *p = xrealloc(NULL, len + 1, 1);

	memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

uint32_t intern_add_mem(struct intern *in, const void *data, size_t len)
{
	uint32_t hash = hash_of(data, len), i;

	if (in->nr >= in->nr_slots / 2)
		grow(in);
	i = find_slot(in, data, len, hash);
	if (!in->slot[i]) {
		in->entry[in->nr] = (struct intern_entry){ keep(data, len), (uint32_t)len, hash };
		in->slot[i] = ++in->nr;
	}
	return in->slot[i] - 1;
}

uint32_t intern_find_mem(const struct intern *in, const void *data, size_t len)
{
	return in->nr ? in->slot[find_slot(in, data, len, hash_of(data, len))] - 1 : INTERN_NONE;
}

const char *intern_text(struct intern *in, struct buf *b)
{
	uint32_t n = intern_add_mem(in, buf_str(b), b->len);

	buf_release(b);
	return intern_str(in, n);
}

void intern_release(struct intern *in)
{
	for (uint32_t i = 0; i < in->nr; i++)
		free(in->entry[i].data);
	free(in->slot);
	free(in->entry);
	*in = (struct intern){ 0 };
}
