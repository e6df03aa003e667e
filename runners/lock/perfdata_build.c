/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perfdata_build.c: a file's events by time, its call chains once each, its names by thread. */
#include <stdlib.h>
#include <string.h>

#include "runners/lock/waits_impl.h"

void builder_event(struct builder *b, const struct lock_event *v)
{
	struct lock_events *ev = b->ev;

	ROOM(ev->v, ev->n, b->cap_v);
	ev->v[ev->n] = *v;
	ev->v[ev->n].order = (uint32_t)ev->n;
	ev->n++;
}

void builder_comm(struct builder *b, const struct lock_comm *c)
{
	struct lock_events *ev = b->ev;

	ROOM(ev->comms, ev->nr_comms, b->cap_comms);
	ev->comms[ev->nr_comms] = *c;
	ev->comms[ev->nr_comms].order = (uint32_t)ev->nr_comms;
	ev->nr_comms++;
}

static int event_by_time(const void *a, const void *b)
{
	const struct lock_event *x = a, *y = b;
	int c = compare_u64(x->time_ns, y->time_ns);

	return c ? c : compare_u64(x->order, y->order);
}

static int comm_by_time(const void *a, const void *b)
{
	const struct lock_comm *x = a, *y = b;
	int c = compare_u64(x->time_ns, y->time_ns);

	return c ? c : compare_u64(x->order, y->order);
}

static int comm_by_tid(const void *a, const void *b)
{
	const struct lock_comm *x = a, *y = b;
	int c = compare_u64(x->tid, y->tid);

	return c ? c : comm_by_time(a, b);
}

/* A child has its parent's name until it takes one; a parent without a name hands on none. */
static void inherit(struct lock_events *ev)
{
	struct keys tids = { .n = 0 };
	const char **names = xcalloc(2 * ev->nr_comms, sizeof(*names)); /* by number of tid */
	size_t kept = 0;

	for (size_t i = 0; i < ev->nr_comms; i++) {
		struct lock_comm c = ev->comms[i];
		const char *parent = c.fork ? names[keys_add_u64(&tids, c.parent)] : c.comm;

		if (!parent)
			continue;
		memmove(c.comm, parent, sizeof(c.comm));
		ev->comms[kept] = c;
		names[keys_add_u64(&tids, c.tid)] = ev->comms[kept++].comm;
	}
	ev->nr_comms = kept;
	keys_release(&tids);
	free(names);
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
	keys_release(&b->chains);
}

void builder_finish(struct builder *b)
{
	struct lock_events *ev = b->ev;

	if (ev->n)
		qsort(ev->v, ev->n, sizeof(*ev->v), event_by_time);
	if (ev->nr_comms) {
		qsort(ev->comms, ev->nr_comms, sizeof(*ev->comms), comm_by_time);
		inherit(ev);
		qsort(ev->comms, ev->nr_comms, sizeof(*ev->comms), comm_by_tid);
	}
	take_chains(b);
	ev->lost = b->lost_records > b->lost_samples ? b->lost_records : b->lost_samples;
}

void lock_events_release(struct lock_events *ev)
{
	free(ev->v);
	free(ev->addresses);
	free(ev->chains);
	free(ev->comms);
	*ev = (struct lock_events){ .n = 0 };
}
