/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_perfdata.c: runners/lock/perfdata*.c on files recorded by four versions of
 * perf (tests/data/perf/README.md), on files made by hand, where every value is
 * known, and on damaged ones.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "lib/fs.h"
#include "lib/rng.h"
#include "runners/lock/perfdata.h"
#include "tests/unit/perf_file.h"

#define LOCK UINT64_C(0xffff888100001000)

static struct buf recorded(const char *name)
{
	char *path = xasprintf("tests/data/perf/%s.data.gz", name);
	struct buf packed = BUF_INIT, b = BUF_INIT;
	struct err e = ERR_INIT;

	if (fs_read(path, 0, &packed, &e) || fs_decompress(packed.data, packed.len, &b, &e))
		fail_msg("%s", e.text);
	buf_release(&packed);
	free(path);
	return b;
}

/* events: what that perf said it "captured" (samples), and lost. */
/* clang-format off */
static const struct { const char *name; size_t events; uint64_t lost; } files[] = {
	{ "mix-6.1", 156, 0 }, { "mix-6.12", 480, 0 }, { "mix-7.2", 374, 0 }, { "mix-7.3", 170, 0 },
	{ "hold-6.12", 506, 0 }, { "all-6.1", 300, 0 }, { "lost-7.2", 485, 1 },
	{ "empty-6.12", 0, 0 },
};
/* clang-format on */

static void check_events(const struct lock_events *ev)
{
	for (size_t i = 0; i < ev->n; i++) {
		const struct lock_event *v = &ev->v[i];

		assert_true(!i || v[-1].time_ns <= v->time_ns);
		assert_true(v->lock >> 63 && v->time_ns);
		if (v->kind == LOCK_WAIT_BEGIN)
			assert_true(v->chain < ev->nr_chains && ev->chains[v->chain].n);
	}
	for (size_t i = 0; i < ev->nr_addresses; i++)
		assert_true(ev->addresses[i] >> 63);
	for (size_t i = 1; i < ev->nr_comms; i++)
		assert_true(ev->comms[i - 1].tid <= ev->comms[i].tid);
}

static void files_of_four_perfs_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct buf b = recorded(files[i].name);
		struct lock_events ev;
		struct err e = ERR_INIT;

		if (perfdata_read(&ev, b.data, b.len, &e))
			fail_msg("%s: %s", files[i].name, e.text);
		if (ev.n != files[i].events || ev.lost != files[i].lost)
			fail_msg("%s: %zu events, %llu lost", files[i].name, ev.n,
				 (unsigned long long)ev.lost);
		assert_true(ev.nr_comms > 0);
		check_events(&ev);
		lock_events_release(&ev);
		buf_release(&b);
	}
}

/* --- made by hand ------------------------------------------------------------------------ */

static const uint64_t chain[] = {
	(uint64_t)PERF_CONTEXT_KERNEL, 0xffffffff81001010, 0xffffffff81002020,
	(uint64_t)PERF_CONTEXT_USER,   0x401000,           0xffffffff81003030
};
#define NR_CHAIN (sizeof(chain) / sizeof(chain[0]))

static void make(struct pf *p, struct buf *out)
{
	pf_comm(p, 7, 0, "fsload");
	pf_comm(p, 7, 90, "dio_read");
	pf_fork(p, 8, 7, 95);
	pf_fork(p, 9, 4, 96); /* of a thread without a name */
	/* One CPU's records come after the other's. */
	pf_begin(p, 7, 200, LOCK, 2, chain, NR_CHAIN);
	pf_end(p, 7, 300, LOCK, 0);
	pf_sample(p, PF_BEGIN, 8, 5, 150, LOCK + 8, 4, chain, NR_CHAIN);
	pf_sample(p, PF_END, 8, 5, 200, LOCK + 8, (uint32_t)-EINTR, NULL, 0);
	pf_begin(p, 8, 400, LOCK, 33, chain + 1, 2);
	pf_begin(p, 8, 500, LOCK, 1, chain, 2);
	pf_finish(p, out);
}

static void check_made(const struct pf *p)
{
	static const struct lock_event expected[] = {
		{ 150, LOCK + 8, 8, 0, LOCK_WAIT_BEGIN, LOCK_F_WRITE, 5, 0 },
		{ 200, LOCK, 7, 0, LOCK_WAIT_BEGIN, LOCK_F_READ, 0, 0 }, /* first in the file */
		{ 200, LOCK + 8, 8, 0, LOCK_WAIT_END, LOCK_GAVE_UP, 5, 0 },
		{ 300, LOCK, 7, 0, LOCK_WAIT_END, 0, 0, 0 },
		{ 400, LOCK, 8, 0, LOCK_WAIT_BEGIN, LOCK_F_MUTEX | LOCK_F_SPIN, 0, 0 },
		{ 500, LOCK, 8, 1, LOCK_WAIT_BEGIN, LOCK_F_SPIN, 0, 0 },
	};
	struct pf copy = *p;
	struct buf b = BUF_INIT;
	struct lock_events ev;
	struct err e = ERR_INIT;

	make(&copy, &b);
	if (perfdata_read(&ev, b.data, b.len, &e))
		fail_msg("%s", e.text);
	assert_int_equal(ev.n, 6);
	for (size_t i = 0; i < ev.n; i++) {
		const struct lock_event *v = &ev.v[i], *x = &expected[i];

		if (v->time_ns != x->time_ns || v->lock != x->lock || v->tid != x->tid ||
		    v->kind != x->kind || v->flags != x->flags || v->cpu != x->cpu ||
		    v->chain != x->chain)
			fail_msg("event %zu is another one", i);
	}
	/* Without the user's part; equal ones once. */
	assert_int_equal(ev.nr_chains, 2);
	assert_int_equal(ev.chains[0].n, 2);
	assert_true(ev.addresses[ev.chains[0].first] == chain[1]);
	assert_true(ev.addresses[ev.chains[0].first + 1] == chain[2]);
	assert_int_equal(ev.chains[1].n, 1);
	assert_int_equal(ev.nr_comms, 3);
	assert_string_equal(ev.comms[0].comm, "fsload");
	assert_true(ev.comms[1].tid == 7 && ev.comms[1].time_ns == 90);
	assert_string_equal(ev.comms[2].comm, "dio_read");
	assert_true(ev.comms[2].tid == 8 && ev.comms[2].time_ns == 95);
	lock_events_release(&ev);
	buf_release(&b);
}

static void values_are_those_written(void **state)
{
	(void)state;
	check_made(&(struct pf){ .nothing = false });
}

static void losses_are_not_counted_twice(void **state)
{
	static const struct {
		uint64_t records[2], samples[2], lost;
	} rows[] = {
		{ { 3, 4 }, { 7, 0 }, 7 },
		{ { 3, 4 }, { 7, 2 }, 9 },
		{ { 5, 5 }, { 7, 2 }, 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pf p = { .nothing = false };
		struct buf b = BUF_INIT;
		struct lock_events ev;

		for (int k = 0; k < 2; k++) {
			pf_lost(&p, PERF_RECORD_LOST, 0, rows[i].records[k]);
			pf_lost(&p, PERF_RECORD_LOST_SAMPLES, 0, rows[i].samples[k]);
		}
		pf_lost(&p, PERF_RECORD_LOST_SAMPLES, 1 << 15, 1000); /* filtered out */
		pf_finish(&p, &b);
		assert_int_equal(perfdata_read(&ev, b.data, b.len, NULL), 0);
		assert_int_equal(ev.lost, rows[i].lost);
		lock_events_release(&ev);
		buf_release(&b);
	}
}

/* --- refused ------------------------------------------------------------------------------- */

static void refuse(const char *data, size_t len, int ret, const char *says)
{
	struct err e = ERR_INIT;
	struct lock_events ev;
	int got = perfdata_read(&ev, data, len, &e);

	if (got != ret || !strstr(e.text, says) || strchr(e.text, '\n'))
		fail_msg("%d, \"%s\", not %d, \"%s\"", got, e.text, ret, says);
	assert_null(ev.v);
	assert_int_equal(ev.n, 0);
}

static void files_that_cannot_serve_are_refused(void **state)
{
	struct buf other = recorded("nolock-6.1");
	struct pf p = { .nothing = true };
	struct buf b = BUF_INIT;

	(void)state;
	refuse(other.data, other.len, -ENOTSUP, "no waits for locks");
	buf_release(&other);
	make(&p, &b); /* no section that names the events */
	refuse(b.data, b.len, -ENOTSUP, "no waits for locks");
	buf_release(&b);
	refuse("", 0, -EINVAL, "no header of perf's");
	refuse("PERFFILE and more of it that is old", 35, -EINVAL, "no header of perf's");
}

/* size bytes of value at a place counted from the file's begin, or from its first record's. */
struct damage {
	bool in_records;
	size_t at, size;
	uint64_t value;
	const char *says;
};

static void damaged_fields_are_named(void **state)
{
	static const struct damage rows[] = {
		{ false, 8, 8, 90, "the file is cut short" },
		{ false, 40, 8, 1 << 20, "the file is cut short" }, /* where the records are */
		{ false, 48, 8, 0, "killed before it completed" },
		{ false, 48, 8, UINT64_MAX, "the file is cut short" },
		{ true, 6, 2, 4, "the record at byte " }, /* smaller than its header */
		{ true, 6, 2, 65528, "the record at byte " },
		{ true, 8, 8, 77, "is of no event in the file" },   /* id */
		{ true, 48, 8, UINT64_MAX, "the sample at byte " }, /* addresses in the chain */
		{ true, 48, 8, 1000, "the sample at byte " },
		{ true, 56 + 8 * NR_CHAIN, 4, 1000,
		  "the sample at byte " }, /* bytes of raw record */
		{ true, 56 + 8 * NR_CHAIN, 4, 4, "the sample at byte " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pf p = { .nothing = false };
		struct buf b = BUF_INIT;
		uint64_t records;

		pf_begin(&p, 7, 200, LOCK, 2, chain, NR_CHAIN);
		pf_finish(&p, &b);
		memcpy(&records, b.data + 40, 8);
		memcpy(b.data + (rows[i].in_records ? records : 0) + rows[i].at, &rows[i].value,
		       rows[i].size);
		refuse(b.data, b.len, -EINVAL, rows[i].says);
		buf_release(&b);
	}
}

static void a_record_of_another_form_is_refused(void **state)
{
	struct pf p = { .longer = true };
	struct buf b = BUF_INIT;

	(void)state;
	make(&p, &b);
	refuse(b.data, b.len, -EINVAL, "the sample at byte ");
	buf_release(&b);
}

static void a_list_of_names_that_ends_early_is_refused(void **state)
{
	struct pf p = { .nothing = false };
	struct buf b = BUF_INIT;
	uint32_t many = 1000;
	char *at;

	(void)state;
	make(&p, &b);
	at = memmem(b.data, b.len, "lock:contention_begin", 21);
	assert_non_null(at);
	memcpy(at - 4, &many, sizeof(many)); /* the length of the name */
	refuse(b.data, b.len, -EINVAL, "list of events is damaged");
	buf_release(&b);
}

/* Whatever is cut off, what is left is never taken for a whole file. */
static void a_file_cut_short_is_refused(void **state)
{
	struct pf p = { .nothing = false };
	struct buf b = BUF_INIT;

	(void)state;
	make(&p, &b);
	for (size_t len = 0; len < b.len; len++) {
		char *copy = xcalloc(1, len + 1);
		struct lock_events ev;
		struct err e = ERR_INIT;
		int ret;

		memcpy(copy, b.data, len);
		ret = perfdata_read(&ev, copy, len, &e);
		if (ret != -EINVAL || !e.text[0] || strchr(e.text, '\n'))
			fail_msg("%zu of %zu bytes: %d, \"%s\"", len, b.len, ret, e.text);
		free(copy);
	}
	buf_release(&b);
}

static void other_bytes_are_read_or_refused(void **state)
{
	struct rng rng = { 1 };

	(void)state;
	for (int round = 0; round < 4000; round++) {
		struct pf p = { .longer = round & 1 };
		struct buf b = BUF_INIT;
		struct lock_events ev;
		struct err e = ERR_INIT;

		make(&p, &b);
		for (uint64_t n = 1 + rng_below(&rng, 4); n; n--)
			b.data[rng_below(&rng, b.len)] = (char)rng_next(&rng);
		assert_true(!perfdata_read(&ev, b.data, b.len, &e) == !e.text[0]);
		lock_events_release(&ev);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_four_perfs_are_read),
		cmocka_unit_test(values_are_those_written),
		cmocka_unit_test(losses_are_not_counted_twice),
		cmocka_unit_test(files_that_cannot_serve_are_refused),
		cmocka_unit_test(damaged_fields_are_named),
		cmocka_unit_test(a_record_of_another_form_is_refused),
		cmocka_unit_test(a_list_of_names_that_ends_early_is_refused),
		cmocka_unit_test(a_file_cut_short_is_refused),
		cmocka_unit_test(other_bytes_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
