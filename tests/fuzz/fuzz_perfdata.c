/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_perfdata.c: libFuzzer entry for perfdata_read, and for lock_reduce on whatever
 * it takes: events in order, every wait in one row, and JSON that gives the rows back.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runners/lock/lockstacks.h"
#include "tests/fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_events(const struct lock_events *ev)
{
	for (size_t i = 0; i < ev->n; i++) {
		const struct lock_event *v = &ev->v[i];

		require(v->kind == LOCK_WAIT_BEGIN || v->kind == LOCK_WAIT_END);
		require(v->kind != LOCK_WAIT_BEGIN || v->chain < ev->nr_chains);
		require(!i || v[-1].time_ns <= v->time_ns);
	}
	for (size_t i = 0; i < ev->nr_chains; i++)
		require(ev->chains[i].first + (size_t)ev->chains[i].n <= ev->nr_addresses);
	for (size_t i = 0; i < ev->nr_comms; i++)
		require(memchr(ev->comms[i].comm, '\0', sizeof(ev->comms[i].comm)) != NULL);
}

static void check_rows(const struct lock_stacks *s)
{
	uint64_t waits = 0;

	for (size_t i = 0; i < s->n; i++) {
		const struct lock_stack *v = &s->v[i];

		waits += v->count;
		require(v->count && v->count == v->waits->count && v->max_ns <= v->total_ns);
		require(v->held_ns <= v->total_ns && !v->held_ns >= !v->holder_role);
		require(!i || v[-1].total_ns >= v->total_ns);
	}
	require(waits == s->waits);
}

static void check_json(const struct lock_stacks *s)
{
	json_t *j = lock_stacks_to_json(s), *again;
	struct lock_stacks back;

	require(!lock_stacks_from_json(&back, j, NULL));
	again = lock_stacks_to_json(&back);
	require(json_equal(j, again));
	json_decref(j);
	json_decref(again);
	lock_stacks_release(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lock_events ev;
	struct lock_stacks s;
	struct err e = ERR_INIT;

	if (perfdata_read(&ev, data, size, &e)) {
		require(e.text[0] && !ev.n && !ev.v);
		return 0;
	}
	check_events(&ev);
	lock_reduce(&s, &ev, NULL);
	check_rows(&s);
	check_json(&s);
	lock_stacks_release(&s);
	lock_events_release(&ev);
	return 0;
}
