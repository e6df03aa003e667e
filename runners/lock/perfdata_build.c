/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perfdata_build.c: what a perf.data file's records become: events by time, each
 * call chain once, names of threads by thread and time.
 */
#include <stdlib.h>

#include "lib/buf.h"
#include "runners/lock/perfdata_impl.h"

#define NO_COMM SIZE_MAX

/* Room for one more of *v; doubles. */
#define ROOM(v, n, cap)                                                                            \
	do {                                                                                       \
		if ((n) == (cap)) {                                                                \
			(cap) = (cap) ? 2 * (cap) : 1024;                                          \
			(v) = xrealloc((v), (cap), sizeof(*(v)));                                  \
		}                                                                                  \
	} while (0)

void builder_event(struct builder *b, const struct lock_event *v)
{
	ROOM(b->ev->v, b->ev->n, b->cap_v);
	b->ev->v[b->ev->n++] = *v;
}

void builder_comm(struct builder *b, const struct comm_event *c)
{
	ROOM(b->comms, b->nr_comms, b->cap_comms);
	b->comms[b->nr_comms++] = *c;
}

/* --- call chains --------------------------------------------------------------------- */

static uint64_t chain_hash(const uint64_t *addresses, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ addresses[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return h;
}

static bool chain_equal(const struct lock_events *ev, uint32_t chain, const uint64_t *addresses,
			size_t n)
{
	const struct lock_chain *c = &ev->chains[chain];

	return c->n == n && (!n || !memcmp(ev->addresses + c->first, addresses, n * 8));
}

/* The slot that holds the chain, or the free one where it belongs. */
static uint32_t *chain_slot(const struct builder *b, const uint64_t *addresses, size_t n)
{
	size_t mask = b->nr_slots - 1, at = chain_hash(addresses, n) & mask;

	while (b->slots[at] && !chain_equal(b->ev, b->slots[at] - 1, addresses, n))
		at = (at + 1) & mask;
	return &b->slots[at];
}

static void more_slots(struct builder *b)
{
	free(b->slots);
	b->nr_slots = b->nr_slots ? 2 * b->nr_slots : 4096;
	b->slots = xcalloc(b->nr_slots, sizeof(*b->slots));
	for (size_t i = 0; i < b->ev->nr_chains; i++) {
		const struct lock_chain *c = &b->ev->chains[i];

		*chain_slot(b, b->ev->addresses + c->first, c->n) = (uint32_t)i + 1;
	}
}

uint32_t builder_chain(struct builder *b, const uint64_t *addresses, size_t n)
{
	struct lock_events *ev = b->ev;
	uint32_t *slot;

	if (2 * ev->nr_chains >= b->nr_slots)
		more_slots(b);
	slot = chain_slot(b, addresses, n);
	if (*slot)
		return *slot - 1;
	ROOM(ev->chains, ev->nr_chains, b->cap_chains);
	ev->chains[ev->nr_chains] = (struct lock_chain){ (uint32_t)ev->nr_addresses, (uint32_t)n };
	for (size_t i = 0; i < n; i++) {
		ROOM(ev->addresses, ev->nr_addresses, b->cap_addresses);
		ev->addresses[ev->nr_addresses++] = addresses[i];
	}
	*slot = (uint32_t)++ev->nr_chains;
	return *slot - 1;
}

/* --- order ----------------------------------------------------------------------------- */

static int by_time(const void *a, const void *b, void *events)
{
	const struct lock_event *v = events;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (v[x].time_ns != v[y].time_ns)
		return v[x].time_ns < v[y].time_ns ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void sort_events(struct builder *b)
{
	struct lock_events *ev = b->ev;
	uint32_t *order = xcalloc(ev->n + 1, sizeof(*order));
	struct lock_event *sorted = xcalloc(ev->n + 1, sizeof(*sorted));

	for (size_t i = 0; i < ev->n; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, ev->n, sizeof(*order), by_time, ev->v);
	for (size_t i = 0; i < ev->n; i++)
		sorted[i] = ev->v[order[i]];
	free(ev->v);
	free(order);
	ev->v = sorted;
	b->cap_v = ev->n;
}

/* --- names of threads ------------------------------------------------------------------- */

static int comm_by_time(const void *a, const void *b, void *comms)
{
	const struct comm_event *c = comms;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (c[x].time_ns != c[y].time_ns)
		return c[x].time_ns < c[y].time_ns ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int comm_by_tid(const void *a, const void *b, void *comms)
{
	const struct comm_event *c = comms;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (c[x].tid != c[y].tid)
		return c[x].tid < c[y].tid ? -1 : 1;
	return comm_by_time(a, b, comms);
}

/* The name that each thread has now, by an open hash of tids. */
struct names {
	struct {
		uint32_t tid, comm;
	} * slots; /* comm: index + 1 */
	size_t mask;
};

static uint32_t *name_of(const struct names *names, uint32_t tid)
{
	size_t at = (tid * UINT32_C(2654435761)) & names->mask;

	while (names->slots[at].comm && names->slots[at].tid != tid)
		at = (at + 1) & names->mask;
	names->slots[at].tid = tid;
	return &names->slots[at].comm;
}

/* A child has its parent's name until it takes one; a parent without a name hands on none. */
static void inherit(struct builder *b, const uint32_t *order)
{
	struct names names = { .mask = 1 };

	while (names.mask < 4 * b->nr_comms)
		names.mask = 2 * names.mask + 1;
	names.slots = xcalloc(names.mask + 1, sizeof(*names.slots));
	for (size_t i = 0; i < b->nr_comms; i++) {
		struct comm_event *c = &b->comms[order[i]];

		if (c->fork) {
			uint32_t parent = *name_of(&names, c->parent);

			if (!parent)
				continue;
			memcpy(c->comm, b->comms[parent - 1].comm, sizeof(c->comm));
			c->fork = false;
		}
		*name_of(&names, c->tid) = order[i] + 1;
	}
	free(names.slots);
}

static void sort_comms(struct builder *b)
{
	uint32_t *order = xcalloc(b->nr_comms + 1, sizeof(*order));
	struct lock_events *ev = b->ev;

	for (size_t i = 0; i < b->nr_comms; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, b->nr_comms, sizeof(*order), comm_by_time, b->comms);
	inherit(b, order);
	qsort_r(order, b->nr_comms, sizeof(*order), comm_by_tid, b->comms);
	ev->comms = xcalloc(b->nr_comms + 1, sizeof(*ev->comms));
	for (size_t i = 0; i < b->nr_comms; i++) {
		const struct comm_event *c = &b->comms[order[i]];
		struct lock_comm *out = &ev->comms[ev->nr_comms];

		if (c->fork) /* of a parent without a name */
			continue;
		out->time_ns = c->time_ns;
		out->tid = c->tid;
		memcpy(out->comm, c->comm, sizeof(out->comm));
		ev->nr_comms++;
	}
	free(order);
}

void builder_finish(struct builder *b, bool lockdep)
{
	struct lock_events *ev = b->ev;

	sort_events(b);
	if (lockdep)
		lockdep_to_waits(ev);
	sort_comms(b);
	ev->lost = b->lost_records > b->lost_samples ? b->lost_records : b->lost_samples;
}

void builder_release(struct builder *b)
{
	free(b->slots);
	free(b->comms);
}
