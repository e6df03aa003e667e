/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perfdata_build.c: a file's events by time, its call chains once each, its names by thread. */
#include <stdlib.h>

#include "runners/lock/perfdata_impl.h"

void builder_event(struct builder *b, const struct lock_event *v)
{
	ROOM(b->ev->v, b->ev->n, b->cap_v);
	b->ev->v[b->ev->n] = *v;
	b->ev->v[b->ev->n].order = (uint32_t)b->ev->n;
	b->ev->n++;
}

void builder_comm(struct builder *b, const struct comm_event *c)
{
	ROOM(b->comms, b->nr_comms, b->cap_comms);
	b->comms[b->nr_comms] = *c;
	b->comms[b->nr_comms].order = (uint32_t)b->nr_comms;
	b->nr_comms++;
}

/* --- order ----------------------------------------------------------------------------- */

static int event_by_time(const void *a, const void *b)
{
	const struct lock_event *x = a, *y = b;
	int c = compare_u64(x->time_ns, y->time_ns);

	return c ? c : compare_u64(x->order, y->order);
}

static int comm_by_time(const void *a, const void *b)
{
	const struct comm_event *x = a, *y = b;
	int c = compare_u64(x->time_ns, y->time_ns);

	return c ? c : compare_u64(x->order, y->order);
}

static int comm_by_tid(const void *a, const void *b)
{
	const struct comm_event *x = a, *y = b;
	int c = compare_u64(x->tid, y->tid);

	return c ? c : comm_by_time(a, b);
}

/* A child has its parent's name until it takes one; a parent without a name hands on none. */
static void inherit(struct builder *b)
{
	struct keys tids = { .n = 0 };
	size_t *name = xcalloc(2 * b->nr_comms, sizeof(*name)); /* index + 1, by number of tid */

	for (size_t i = 0; i < b->nr_comms; i++) {
		struct comm_event *c = &b->comms[i];
		size_t parent = c->fork ? name[keys_add_u64(&tids, c->parent)] : 0;

		if (c->fork && !parent)
			continue;
		if (c->fork)
			memcpy(c->comm, b->comms[parent - 1].comm, sizeof(c->comm));
		c->fork = false;
		name[keys_add_u64(&tids, c->tid)] = i + 1;
	}
	keys_release(&tids);
	free(name);
}

static void take_comms(struct builder *b)
{
	struct lock_events *ev = b->ev;

	if (b->nr_comms) {
		qsort(b->comms, b->nr_comms, sizeof(*b->comms), comm_by_time);
		inherit(b);
		qsort(b->comms, b->nr_comms, sizeof(*b->comms), comm_by_tid);
	}
	ev->comms = xcalloc(b->nr_comms + 1, sizeof(*ev->comms));
	for (size_t i = 0; i < b->nr_comms; i++) {
		const struct comm_event *c = &b->comms[i];
		struct lock_comm *out = &ev->comms[ev->nr_comms];

		if (c->fork) /* of a parent without a name */
			continue;
		out->time_ns = c->time_ns;
		out->tid = c->tid;
		memcpy(out->comm, c->comm, sizeof(out->comm));
		ev->nr_comms++;
	}
}

static void take_chains(struct builder *b)
{
	struct lock_events *ev = b->ev;

	ev->nr_chains = b->chains.n;
	ev->chains = xcalloc(ev->nr_chains + 1, sizeof(*ev->chains));
	for (size_t i = 0; i < ev->nr_chains; i++) {
		size_t len;

		keys_at(&b->chains, i, &len);
		ev->chains[i].first = (uint32_t)(b->chains.ends[i] - len) / 8;
		ev->chains[i].n = (uint32_t)len / 8;
	}
	ev->nr_addresses = b->chains.bytes.len / 8;
	ev->addresses = (uint64_t *)(void *)buf_detach(&b->chains.bytes, NULL);
}

void builder_finish(struct builder *b)
{
	struct lock_events *ev = b->ev;

	if (ev->n)
		qsort(ev->v, ev->n, sizeof(*ev->v), event_by_time);
	take_comms(b);
	take_chains(b);
	ev->lost = b->lost_records > b->lost_samples ? b->lost_records : b->lost_samples;
}

void builder_release(struct builder *b)
{
	keys_release(&b->chains);
	free(b->comms);
}
