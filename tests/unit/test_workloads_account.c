/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_workloads_account.c: what becomes of an operation's time: no time counts twice,
 * with or without syncs, in any role; operations that a rate made due are there, be they
 * done or missed; the total of a mix is the sum of its roles.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "lib/proc.h"
#include "tests/unit/test_workloads.h"
#include "tests/unit/test_workloads_room.h"

#define MS 1000000u

static void sleep_ms(unsigned ms)
{
	struct timespec ts = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&ts, NULL);
}

static void run_ok(struct fsload *l, const struct mix *m)
{
	struct err e = ERR_INIT;

	if (fsload_init(l, m, "/nonexistent/file", 1, &e) || fsload_run(l, NULL, NULL, NULL, &e))
		fail_msg("%s", e.text);
}

static double value_of(const char *name, const struct measured *m)
{
	double v = -1;

	assert_true(metric_find(name)->value(m, &v));
	return v;
}

/* --- roles of this test's own: quick operations, a sync of SYNC_MS ----------------- */

enum { SYNC_MS = 3, LONG_SYNC_MS = 200 };

static atomic_uint syncs;

static int slow_sync(struct role_thread *t)
{
	(void)t;
	atomic_fetch_add(&syncs, 1);
	sleep_ms(SYNC_MS);
	return 0;
}

static int long_sync(struct role_thread *t)
{
	(void)t;
	sleep_ms(LONG_SYNC_MS);
	return 0;
}

static int64_t quick_op(struct role_thread *t, uint64_t offset)
{
	(void)offset;
	return (int64_t)t->bs;
}

/* A queue whose operations are all done when they are asked for. */
struct instant {
	unsigned nr, slot[16];
};

static int instant_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->depth = (unsigned)t->own[0];
	t->priv = calloc(1, sizeof(struct instant));
	return t->priv ? 0 : -ENOMEM;
}

static void instant_start(struct role_thread *t, unsigned slot, uint64_t offset)
{
	struct instant *q = t->priv;

	(void)offset;
	q->slot[q->nr++] = slot;
}

static int instant_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns)
{
	struct instant *q = t->priv;
	unsigned nr = q->nr;

	(void)wait_ns;
	for (unsigned i = 0; i < nr; i++)
		done[i] = (struct role_done){ q->slot[i], (int64_t)t->bs };
	q->nr = 0;
	return (int)nr;
}

static void instant_end(struct role_thread *t)
{
	free(t->priv);
}

/* clang-format off */
static const struct role quick = {
	.name = "quick", .help = "-", .bs_align = 1, .op = quick_op, .sync = slow_sync,
};
/* clang-format on */
/* clang-format off */
static const struct role queue = {
	.name = "queue", .help = "-", .bs_align = 1, .begin = instant_begin,
	.start = instant_start, .reap = instant_reap, .sync = slow_sync, .end = instant_end,
};
/* clang-format on */

/* --- no time counts twice ---------------------------------------------------------- */

/* The latencies of a thread add up to its time by its depth at most; exactly. */
static void check_bound(const char *name, const struct fsload_result *r, unsigned threads,
			unsigned depth)
{
	if (r->lat.sum_ns > threads * depth * r->measured.elapsed_ns)
		fail_msg("%s, depth %u: the latencies add up to %.3f of %u threads' time", name,
			 depth, (double)r->lat.sum_ns / (double)r->measured.elapsed_ns, threads);
}

struct syncing {
	unsigned every, final;
};

static const struct syncing syncing[] = {
	{ 1, 0 }, { 2, 0 }, { 7, 0 }, { 7, 1 }, { 0, 1 },
};

static void check_syncs(const struct role *role, unsigned depth, const struct syncing *s)
{
	enum { OPS = 30 };
	struct mix m = mix_with(role, 1, "ops=30 warmup=0 interval=1ms");
	unsigned due =
		(s->every ? OPS / s->every : 0) + (s->final && (!s->every || OPS % s->every));
	struct fsload l;

	m.entry[0].own[0] = depth;
	m.entry[0].param[ROLE_SYNC_EVERY] = s->every;
	m.entry[0].param[ROLE_FINAL_SYNC] = s->final;
	atomic_store(&syncs, 0);
	run_ok(&l, &m);
	assert_int_equal(l.total.measured.ops, OPS);
	assert_int_equal(atomic_load(&syncs), due);
	check_bound(role->name, &l.total, 1, depth);
	/* Each sync is in the latency of its operation, and in no fewer than one. */
	assert_true(l.total.lat.sum_ns >= due * SYNC_MS * (uint64_t)MS);
	assert_true(l.total.lat.max_ns >= SYNC_MS * (uint64_t)MS);
	/* It is in no other's: those that came back with it end where they came back. */
	if (due * 2 < OPS)
		assert_true(hist_percentile(&l.total.lat, 50000) < SYNC_MS * (uint64_t)MS);
	assert_int_equal(series_sum(&l.total.series), OPS);
	fsload_release(&l);
}

static void a_sync_counts_once_at_every_depth(void **state)
{
	static const unsigned depths[] = { 1, 2, 4, 16 };

	(void)state;
	for (size_t s = 0; s < NR(syncing); s++) {
		check_syncs(&quick, 1, &syncing[s]);
		for (size_t d = 0; d < NR(depths); d++)
			check_syncs(&queue, depths[d], &syncing[s]);
	}
}

/* In the order of time: what came back before a sync is not counted after it. */
static void a_series_has_what_came_back_before_a_sync(void **state)
{
	struct mix m = mix_with(&queue, 1, "ops=16 sync_every=16 warmup=0 interval=1s");
	struct fsload l;

	(void)state;
	m.entry[0].own[0] = 16;
	m.param[MIX_INTERVAL] = SYNC_MS * MS;
	run_ok(&l, &m);
	/* The sync takes an interval or more, and one operation is after it. */
	assert_int_equal(series_sum(&l.total.series), 16);
	assert_int_equal(l.total.series.ops[l.total.series.nr - 1], 1);
	fsload_release(&l);
}

/* Each role of the registry, on a file of its own, in every way there is to sync. */
static void check_role(const struct room *r, const struct role *role, const char *depth,
		       const struct syncing *s)
{
	struct mix m = mix_of(role->sees_stamps ? "stale_read hole_fill" : role->name,
			      "ops=20 file_size=512k bs=8k rate=0");
	struct err e = ERR_INIT;
	struct fsload l;
	int ret;

	m.entry[0].threads = 2;
	m.entry[0].param[ROLE_SYNC_EVERY] = s->every;
	m.entry[0].param[ROLE_FINAL_SYNC] = s->final;
	if (depth)
		assert_int_equal(mix_set(&m, "depth", depth, NULL), 0);
	mix_set(&m, "hold", "1ms", NULL); /* of the one that has it */
	if (fsload_init(&l, &m, r->file, 1, &e) || fsload_prepare(&l, &e))
		fail_msg("%s: %s", role->name, e.text);
	ret = fsload_run(&l, NULL, NULL, NULL, &e);
	if (ret && !forbidden(role, ret, &e))
		fail_msg("%s: %s", role->name, e.text);
	if (!ret)
		check_bound(role->name, &l.role[0], 2, depth ? (unsigned)atoi(depth) : 1);
	remove_files(&l);
	fsload_release(&l);
}

static void no_role_counts_its_time_twice(void **state)
{
	static const char *const depths[] = { "1", "2", "4", "16" };
	const struct room *r = *state;

	need(r->direct, "O_DIRECT");
	for (const struct role *const *role = roles; *role; role++) {
		bool queued = param_find((*role)->params, "depth");

		/* Only a depth lets operations overlap, so that is the parameter's name. */
		assert_true(queued == !(*role)->op);
		for (size_t s = 0; s < NR(syncing); s++)
			for (size_t d = 0; d < (queued ? NR(depths) : 1); d++)
				check_role(r, *role, queued ? depths[d] : NULL, &syncing[s]);
	}
}

/* --- what a rate made due ---------------------------------------------------------- */

enum { STALLS_AT = 60, STALL_MS = 400 };

static int counting_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->priv = calloc(1, sizeof(unsigned));
	return t->priv ? 0 : -ENOMEM;
}

static int64_t stalling_op(struct role_thread *t, uint64_t offset)
{
	unsigned *n = t->priv;

	(void)offset;
	if ((*n)++ == STALLS_AT)
		sleep_ms(STALL_MS);
	return (int64_t)t->bs;
}

/* clang-format off */
static const struct role stalling = {
	.name = "stalling", .help = "-", .bs_align = 1, .begin = counting_begin,
	.op = stalling_op, .sync = slow_sync, .end = instant_end,
};
/* clang-format on */

/* A queue whose operations are slow: one at a time, 10 ms each. */
static int crawling_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns)
{
	struct instant *q = t->priv;

	if (!q->nr || wait_ns < 10 * MS) {
		sleep_ms(wait_ns < 10 * MS ? 1 : 10);
		return 0;
	}
	sleep_ms(10);
	done[0] = (struct role_done){ q->slot[--q->nr], (int64_t)t->bs };
	return 1;
}

/* Due every millisecond; after the stall at 60 ms nothing is done before the time is over. */
static void check_stalled(const struct fsload_result *r, uint64_t due)
{
	/* What it was due is there, once. */
	assert_int_equal(r->measured.ops + r->measured.missed, due);
	assert_int_equal(r->lat.count, due);
	assert_int_equal(value_of("operations", &r->measured), r->measured.ops);
	assert_int_equal(value_of("missed", &r->measured), r->measured.missed);
	assert_true(r->measured.ops <= STALLS_AT + 1);
	assert_true(r->measured.missed >= due - STALLS_AT - 1);
	assert_int_equal(r->measured.bytes, r->measured.ops * 4096);
}

static void what_was_due_and_not_done_is_missed(void **state)
{
	struct role role = stalling;
	struct mix m = mix_with(&role, 1,
				"rate=1000 runtime=200ms warmup=0 final_sync=1 "
				"interval=10ms");
	struct fsload l;

	(void)state;
	role.sync = long_sync;
	run_ok(&l, &m);
	check_stalled(&l.role[0], 200);
	check_stalled(&l.total, 200);
	/* The last ones waited for 460 - 199 ms at least: more than half of all are that late. */
	assert_true(hist_percentile(&l.total.lat, 40000) >= (STALL_MS + 60 - 200) * 990000ull);
	assert_true(hist_percentile(&l.total.lat, 99000) >= (STALL_MS - 5) * 990000ull);
	/* Until it would have come to them: not for the sync that ended it, which one alone has. */
	assert_true(hist_percentile(&l.total.lat, 99000) <=
		    1.01 * (double)(l.total.measured.elapsed_ns -
				    (LONG_SYNC_MS + l.total.measured.ops) * MS));
	assert_int_equal(series_sum(&l.total.series), l.total.measured.ops); /* no more */
	fsload_release(&l);
}

static void a_delayed_thread_misses_what_was_due_after_its_delay(void **state)
{
	struct mix m = mix_with(&stalling, 2, "rate=1000 runtime=200ms start_delay=100ms warmup=0");
	struct fsload l;

	(void)state;
	run_ok(&l, &m);
	assert_int_equal(l.total.measured.ops + l.total.measured.missed, 2 * 100);
	assert_true(l.total.measured.missed >= 2 * (100 - STALLS_AT - 1));
	fsload_release(&l);
}

/* The end of the bound ones is the end of its time, not its own, which is later. */
static void beside_bound_threads_their_end_counts(void **state)
{
	struct mix m =
		mix_of("null dio_read", "null.ops=40 null.op_time=5ms dio_read.rate=1000 warmup=0 "
					"dio_read.final_sync=0");
	struct fsload l;

	(void)state;
	m.entry[1].role = &stalling;
	run_ok(&l, &m);
	check_stalled(&l.role[1], (l.role[0].measured.elapsed_ns + MS - 1) / MS);
	assert_true(l.role[1].measured.elapsed_ns >= (STALL_MS + 60) * (uint64_t)MS);
	fsload_release(&l);
}

static void threads_bound_by_operations_miss_none(void **state)
{
	struct mix m = mix_with(&stalling, 1, "rate=1000 ops=100 warmup=0");
	struct fsload l;

	(void)state;
	run_ok(&l, &m);
	assert_int_equal(l.total.measured.ops, 100);
	assert_int_equal(value_of("missed", &l.total.measured), 0);
	fsload_release(&l);
}

static void a_depth_misses_what_found_no_slot(void **state)
{
	struct role role = queue;
	struct mix m;
	struct fsload l;

	(void)state;
	role.reap = crawling_reap;
	m = mix_with(&role, 1, "rate=1000 runtime=200ms warmup=0");
	for (unsigned depth = 1; depth <= 4; depth *= 4) {
		m.entry[0].own[0] = depth;
		run_ok(&l, &m);
		assert_int_equal(l.total.measured.ops + l.total.measured.missed, 200);
		assert_true(l.total.measured.ops <= 20 + depth);
		/* The operation missed first fell due after at most 24, and waited until the end.
		 */
		assert_true(hist_percentile(&l.total.lat, 99000) >= (200 - 24 - 3) * 990000ull);
		fsload_release(&l);
	}
}

static void without_a_rate_nothing_can_be_missed(void **state)
{
	struct mix m = mix_of("null dio_read", "runtime=20ms dio_read.rate=100 warmup=0");
	struct fsload l;
	double v;

	(void)state;
	m.entry[1].role = &quick;
	run_ok(&l, &m);
	assert_false(metric_find("missed")->value(&l.role[0].measured, &v));
	assert_int_equal(value_of("missed", &l.role[1].measured), 0);
	assert_int_equal(value_of("missed", &l.total.measured), 0);
	fsload_release(&l);
}

/* --- the total of a mix ------------------------------------------------------------- */

static void a_last_sync_lengthens_its_own_role_only(void **state)
{
	struct role writer = quick;
	struct mix m = mix_of("null dio_read buffered_read",
			      "runtime=100ms null.op_time=1ms warmup=0 "
			      "dio_read.rate=500 dio_read.final_sync=1 dio_read.bs=8k rate=1000 "
			      "buffered_read.background=1");
	const char *const rates[] = { "ops_per_s", "bytes_per_s" };
	struct fsload l;
	struct hist both;

	(void)state;
	writer.sync = long_sync;
	m.entry[0].param[ROLE_RATE] = 0;
	m.entry[1].role = &writer;
	m.entry[2].role = &quick;
	run_ok(&l, &m);
	assert_true(l.role[0].measured.elapsed_ns < l.role[1].measured.elapsed_ns - 100 * MS);
	assert_true(l.total.measured.elapsed_ns == l.role[1].measured.elapsed_ns);
	assert_int_equal(l.total.measured.ops, l.role[0].measured.ops + l.role[1].measured.ops);
	for (size_t i = 0; i < NR(rates); i++)
		assert_true(fabs(value_of(rates[i], &l.total.measured) -
				 value_of(rates[i], &l.role[0].measured) -
				 value_of(rates[i], &l.role[1].measured)) < 1e-6);
	/* Each thread to its own end, those of the background too. */
	assert_true(l.total.measured.thread_ns == l.role[0].measured.elapsed_ns +
							  l.role[1].measured.elapsed_ns +
							  l.role[2].measured.elapsed_ns);
	/* By the longest role it would be two thirds less. */
	assert_true(value_of("ops_per_s", &l.total.measured) >
		    1.5e9 * (double)l.total.measured.ops / (double)l.total.measured.elapsed_ns);
	both = l.role[0].lat;
	hist_merge(&both, &l.role[1].lat);
	assert_memory_equal(&both, &l.total.lat, sizeof(both));
	fsload_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sync_counts_once_at_every_depth),
		cmocka_unit_test(a_series_has_what_came_back_before_a_sync),
		in_a_room(no_role_counts_its_time_twice),
		cmocka_unit_test(what_was_due_and_not_done_is_missed),
		cmocka_unit_test(a_delayed_thread_misses_what_was_due_after_its_delay),
		cmocka_unit_test(beside_bound_threads_their_end_counts),
		cmocka_unit_test(threads_bound_by_operations_miss_none),
		cmocka_unit_test(a_depth_misses_what_found_no_slot),
		cmocka_unit_test(without_a_rate_nothing_can_be_missed),
		cmocka_unit_test(a_last_sync_lengthens_its_own_role_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
