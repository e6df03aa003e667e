/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_workloads_time.c: when and where operations go: zipf offsets, rates,
 * start delays, series, and the loop of asynchronous roles, watched through roles
 * defined here. No file is made.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/proc.h"
#include "tests/unit/test_workloads.h"
#include "workloads/offsets.h"

#define MS 1000000u

static void run_ok(struct fsload *l, const struct mix *m)
{
	struct err e = ERR_INIT;

	if (fsload_init(l, m, "/nonexistent/file", 1, &e) || fsload_run(l, NULL, NULL, NULL, &e))
		fail_msg("%s", e.text);
}

static void sleep_ns(uint64_t ns)
{
	struct timespec ts = { (time_t)(ns / 1000000000), (long)(ns % 1000000000) };

	nanosleep(&ts, NULL);
}

/* --- zipf ------------------------------------------------------------------------ */

/* Ranks 0 to n - 1 drawn often enough against p(k) = k^-theta / H, in slices of ranks. */
static void check_zipf(uint64_t n, double theta, uint64_t draws)
{
	const uint64_t from[] = { 0, 1, 2, 5, 10, 50, 127, 128, 200, 1000, 10000, 100000, n };
	double total = 0, share[NR(from)] = { 0 };
	uint64_t got[NR(from)] = { 0 };
	struct rng rng = { 11 };
	struct zipf z;

	for (uint64_t k = n; k-- > 0;) {
		double p = pow((double)k + 1, -theta);
		size_t i = 0;

		while (i + 1 < NR(from) && from[i + 1] <= k)
			i++;
		total += p;
		share[i] += p;
	}
	zipf_init(&z, n, (uint64_t)lround(theta * 100000));
	for (uint64_t d = 0; d < draws; d++) {
		uint64_t k = zipf_next(&z, &rng);
		size_t i = 0;

		assert_true(k < n);
		while (i + 1 < NR(from) && from[i + 1] <= k)
			i++;
		got[i]++;
	}
	for (size_t i = 0; i < NR(from); i++) {
		double want = share[i] / total * (double)draws;

		if (fabs((double)got[i] - want) > 5 * sqrt(want) + 1)
			fail_msg("n %ju theta %g: slice %zu has %ju of %g", (uintmax_t)n, theta, i,
				 (uintmax_t)got[i], want);
	}
	zipf_release(&z);
}

static void zipf_ranks_have_their_probabilities(void **state)
{
	(void)state;
	check_zipf(1, 0.99, 1000);
	check_zipf(2, 0.99, 100000);
	check_zipf(1000, 0.01, 300000);
	check_zipf(16384, 0.99, 300000);
	check_zipf(200003, 1, 300000);
	check_zipf(200003, 1.2, 300000);
	check_zipf(200003, 10, 100000);
}

static void zipf_takes_the_largest_region_there_is(void **state)
{
	struct rng rng = { 1 };
	struct zipf z;
	uint64_t high = 0;

	(void)state;
	zipf_init(&z, 1ull << 60, 1000);
	for (unsigned i = 0; i < 100000; i++) {
		uint64_t k = zipf_next(&z, &rng);

		assert_true(k < 1ull << 60);
		high += k >> 59;
	}
	assert_in_range(high, 49000, 51500); /* nearly uniform at an exponent of 0.01 */
	zipf_release(&z);
}

/* The popular blocks are spread over the region, the same for all threads, others by seed. */
static void zipf_scatters_its_blocks(void **state)
{
	enum { N = 1000, DRAWS = 20000 };
	const struct offset_blocks blocks = { 8192, 512, N };
	unsigned seen[N] = { 0 }, top = 0;
	struct offset_stream s, other;
	struct rng rng = { 5 };
	struct zipf z;

	(void)state;
	zipf_init(&z, N, 99000);
	offset_stream_init(&s, OFFSETS_ZIPF, &blocks, &z, 0, 2, 77);
	offset_stream_init(&other, OFFSETS_ZIPF, &blocks, &z, 1, 2, 77);
	assert_memory_equal(&s.perm, &other.perm, sizeof(s.perm));
	for (unsigned i = 0; i < DRAWS; i++) {
		uint64_t off = offset_next(&s, &rng) - 8192;

		assert_true(off % 512 == 0 && off / 512 < N);
		seen[off / 512]++;
	}
	for (unsigned i = 1; i < N; i++)
		if (seen[i] > seen[top])
			top = i;
	assert_int_equal(top, perm_at(&s.perm, 0));
	assert_in_range(seen[top], DRAWS / 9, DRAWS / 6); /* 1 / H(1000, 0.99) is 0.13 */
	offset_stream_init(&other, OFFSETS_ZIPF, &blocks, &z, 0, 2, 78);
	assert_true(perm_at(&other.perm, 0) != top);
	zipf_release(&z);
}

/* --- rates and delays --------------------------------------------------------------- */

static void a_rate_holds_over_any_time(void **state)
{
	static const uint64_t rates[] = { 1, 3, 7, 999, 1000, 60000001, 1000000000 };

	(void)state;
	for (size_t i = 0; i < NR(rates); i++) {
		struct pace p;

		pace_init(&p, rates[i]);
		p.due_ns = 5;
		assert_true(pace_take(&p) == 5);
		for (uint64_t k = 1; k < 100000; k++)
			assert_true(pace_take(&p) ==
				    5 + (uint64_t)((unsigned __int128)k * 1000000000 / rates[i]));
	}
}

static int64_t quick_op(struct role_thread *t, uint64_t offset)
{
	(void)offset;
	return (int64_t)t->bs;
}

static const struct role quick = { .name = "quick", .help = "-", .bs_align = 1, .op = quick_op };

static void a_paced_thread_makes_its_rate(void **state)
{
	struct mix m = mix_with(&quick, 3, "rate=200 runtime=250ms warmup=0");
	struct fsload l;

	(void)state;
	run_ok(&l, &m);
	/* Due at 0, 5, ..., 245 ms; on a busy machine the last may be too late. */
	assert_in_range(l.total.measured.ops, 120, 150);
	/* There until the time is up. */
	assert_true(l.total.measured.elapsed_ns >= 250 * MS);
	fsload_release(&l);
}

/* The third operation stalls for 50 ms. */
static int64_t stalling_op(struct role_thread *t, uint64_t offset)
{
	uint64_t *n = t->priv;

	(void)offset;
	if (++*n == 3)
		sleep_ns(50 * MS);
	return (int64_t)t->bs;
}

static int counting_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->priv = calloc(1, sizeof(uint64_t));
	return t->priv ? 0 : -ENOMEM;
}

static void counting_end(struct role_thread *t)
{
	free(t->priv);
}

static void a_stall_counts_for_all_that_were_due_in_it(void **state)
{
	const struct role role = { .name = "stalling",
				   .bs_align = 1,
				   .begin = counting_begin,
				   .op = stalling_op,
				   .end = counting_end };
	struct mix m = mix_with(&role, 1, "rate=1000 ops=100 warmup=0");
	struct fsload l;

	(void)state;
	run_ok(&l, &m);
	assert_int_equal(l.total.lat.count, 100);
	/* 50, 49, ... 1 ms late. */
	assert_true(hist_percentile(&l.total.lat, 60000) >= 8 * MS);
	assert_true(hist_percentile(&l.total.lat, 75000) >= 22 * MS);
	assert_true(l.total.lat.sum_ns >= 50 * 50 / 2 * (uint64_t)MS);
	assert_true(l.total.measured.elapsed_ns >= 99 * MS);
	fsload_release(&l);
}

static void a_delayed_role_is_measured_from_its_start(void **state)
{
	struct mix m = mix_of("null dio_read", "runtime=200ms null.op_time=1ms interval=20ms");
	struct fsload l;

	(void)state;
	m.entry[1].role = &quick;
	m.entry[1].param[ROLE_START_DELAY] = 150 * MS;
	m.entry[1].param[ROLE_RATE] = 100;
	run_ok(&l, &m);
	assert_in_range(l.role[1].measured.ops, 1, 5);
	assert_in_range(l.role[1].measured.elapsed_ns, 50 * MS, 150 * MS);
	assert_true(l.total.measured.elapsed_ns >= 200 * MS);
	assert_true(l.role[0].measured.elapsed_ns >= 200 * MS);
	/* Its series begins at the barrier all the same. */
	for (unsigned i = 0; i < 7; i++)
		assert_int_equal(l.role[1].series.ops[i], 0);
	fsload_release(&l);
}

static void a_role_that_never_began_is_said(void **state)
{
	struct mix m = mix_of("null dio_read", "null.ops=5 null.op_time=1ms");
	struct err e = ERR_INIT;
	struct fsload l;

	(void)state;
	m.entry[1].role = &quick;
	m.entry[1].param[ROLE_START_DELAY] = 3600 * 1000000000ull;
	assert_int_equal(fsload_init(&l, &m, "x", 1, &e), 0);
	assert_int_equal(fsload_run(&l, NULL, NULL, NULL, &e), -EIO);
	expect_text(&e, "quick thread 0: the others ended before it began");
	assert_true(l.role[1].measured.elapsed_ns == 0);
	fsload_release(&l);
}

/* An unbound thread with an hour to its next turn ends when the bound ones do. */
static void a_waiting_thread_is_woken_at_the_end(void **state)
{
	struct mix m = mix_of("null dio_read", "null.ops=200 null.op_time=1ms");
	struct fsload l;

	(void)state;
	m.entry[1].role = &quick;
	m.entry[1].param[ROLE_RATE] = 1;
	run_ok(&l, &m);
	assert_int_equal(l.role[1].measured.ops, 1);
	assert_true(l.total.measured.elapsed_ns < 950 * MS);
	fsload_release(&l);
}

/* --- series ----------------------------------------------------------------------- */

static void completions_fall_into_their_intervals(void **state)
{
	static const uint64_t at[] = { 1000, 1009, 1010, 1035, 1039, 1040, 1099, 5000 };
	static const uint64_t want[] = { 2, 1, 0, 2, 3 }; /* the last takes all that is left */
	struct series s, other;
	struct series_cursor c;

	(void)state;
	series_init(&s, 10, 5);
	series_begin(&c, &s, 1000);
	for (size_t i = 0; i < NR(at); i++)
		series_count(&c, at[i]);
	series_finish(&s, 4000);
	assert_int_equal(s.nr, 5);
	assert_memory_equal(s.ops, want, sizeof(want));
	series_init(&other, 10, 5);
	series_merge(&other, &s);
	series_merge(&other, &s);
	series_finish(&other, 40); /* what ended on the boundary belongs before it */
	assert_int_equal(other.nr, 4);
	assert_int_equal(other.ops[3], 10);
	assert_int_equal(series_sum(&other), 16);
	series_release(&other);
	series_release(&s);

	series_init(&s, 0, 0); /* none is kept */
	series_begin(&c, &s, 1000);
	series_count(&c, UINT64_MAX - 1);
	series_finish(&s, 40);
	assert_int_equal(s.nr, 0);
	series_release(&s);
}

static void a_run_leaves_a_series_of_each_role(void **state)
{
	struct mix m =
		mix_of("null:2 dio_read", "runtime=300ms null.op_time=2ms interval=90ms warmup=0");
	struct fsload l;

	(void)state;
	m.entry[1].role = &quick;
	m.entry[1].param[ROLE_RATE] = 1000;
	run_ok(&l, &m);
	for (unsigned i = 0; i < 2; i++) {
		const struct series *s = l.role[i].measured.series;

		assert_ptr_equal(s, &l.role[i].series);
		assert_in_range(s->nr, 4, 5);
		assert_int_equal(series_sum(s), l.role[i].measured.ops);
		assert_true(s->end_ns >= 300 * MS);
	}
	assert_in_range(l.role[1].series.ops[0], 1, 91); /* 1000 a second, for 90 ms */
	assert_int_equal(series_sum(&l.total.series), l.total.measured.ops);
	fsload_release(&l);
	m = mix_of("null", "ops=10 op_time=1ms");
	run_ok(&l, &m);
	assert_null(l.role[0].measured.series);
	fsload_release(&l);
	/* Bound by operations: longer than a series has room for. */
	m = mix_of("null", "ops=30 op_time=1ms interval=1us");
	run_ok(&l, &m);
	assert_int_equal(l.role[0].series.nr, SERIES_MAX);
	assert_int_equal(series_sum(&l.role[0].series), 30);
	assert_true(l.role[0].series.end_ns >= 30 * MS);
	fsload_release(&l);
}

/* --- asynchronous roles ------------------------------------------------------------- */

/*
 * A queue in memory: every operation takes 1 ms from its start, and as many as
 * depth are under way at once. It checks what the loop promises it.
 */
enum { ASYNC_DEPTH = 4 };

struct fake {
	uint64_t due_ns[ASYNC_DEPTH]; /* 0: the slot is free */
	unsigned busy, most;
	uint64_t started, ended;
};

static struct {
	atomic_uint most, wrong, syncs, syncs_busy;
	atomic_ullong started;
} fake_seen;

static int fake_begin(struct role_thread *t, struct err *e)
{
	(void)e;
	t->depth = ASYNC_DEPTH;
	t->priv = calloc(1, sizeof(struct fake));
	return t->priv ? 0 : -ENOMEM;
}

static void fake_start(struct role_thread *t, unsigned slot, uint64_t offset)
{
	struct fake *f = t->priv;

	if (slot >= ASYNC_DEPTH || f->due_ns[slot] || offset >= t->region_start + t->region_size)
		atomic_fetch_add(&fake_seen.wrong, 1);
	f->due_ns[slot] = now_ns() + MS;
	f->started++;
	if (++f->busy > f->most)
		f->most = f->busy;
}

static int fake_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns)
{
	struct fake *f = t->priv;
	uint64_t first = UINT64_MAX, until = now_ns();
	int n = 0;

	if (!f->busy)
		atomic_fetch_add(&fake_seen.wrong, 1);
	for (unsigned i = 0; i < ASYNC_DEPTH; i++)
		if (f->due_ns[i] && f->due_ns[i] < first)
			first = f->due_ns[i];
	until = wait_ns < first - until && first > until ? until + wait_ns : first;
	while (now_ns() < until)
		sleep_ns(20000);
	for (unsigned i = 0; i < ASYNC_DEPTH; i++)
		if (f->due_ns[i] && f->due_ns[i] <= now_ns()) {
			f->due_ns[i] = 0;
			f->busy--;
			done[n++] =
				(struct role_done){ i, ++f->ended % 50 ? (int64_t)t->bs : -EIO };
		}
	return n;
}

static int fake_sync(struct role_thread *t)
{
	const struct fake *f = t->priv;

	atomic_fetch_add(&fake_seen.syncs, 1);
	atomic_fetch_add(&fake_seen.syncs_busy, f->busy > 0);
	return 0;
}

static void fake_end(struct role_thread *t)
{
	struct fake *f = t->priv;

	atomic_store(&fake_seen.most, f->most);
	atomic_fetch_add(&fake_seen.started, f->started);
	if (f->busy)
		atomic_fetch_add(&fake_seen.wrong, 1);
	free(f);
}

/* clang-format off */
static const struct role fake_queue = {
	.name = "fake", .help = "-", .bs_align = 1, .begin = fake_begin, .start = fake_start,
	.reap = fake_reap, .sync = fake_sync, .end = fake_end,
};
/* clang-format on */

static void a_depth_is_kept_and_drained(void **state)
{
	struct mix m = mix_with(&fake_queue, 1, "ops=90 warmup=3 interval=5ms");
	struct fsload l;

	(void)state;
	memset(&fake_seen, 0, sizeof(fake_seen));
	run_ok(&l, &m);
	assert_int_equal(atomic_load(&fake_seen.wrong), 0);
	assert_int_equal(atomic_load(&fake_seen.most), ASYNC_DEPTH);
	assert_int_equal(atomic_load(&fake_seen.started), 93);
	assert_int_equal(l.total.measured.ops + l.total.measured.errors, 90);
	assert_int_equal(l.total.measured.errors, 1);
	assert_int_equal(l.total.first_errno, EIO);
	assert_int_equal(series_sum(&l.total.series), l.total.measured.ops);
	/* 1 ms each, four at once. */
	assert_true(l.total.lat.min_ns >= MS);
	assert_true(l.total.measured.elapsed_ns >= 90 / ASYNC_DEPTH * MS);
	fsload_release(&l);
}

static void a_depth_by_time_ends_with_all_of_it(void **state)
{
	struct mix m = mix_with(&fake_queue, 2, "runtime=40ms warmup=0");
	struct fsload l;

	(void)state;
	memset(&fake_seen, 0, sizeof(fake_seen));
	run_ok(&l, &m);
	assert_int_equal(atomic_load(&fake_seen.wrong), 0);
	assert_int_equal(l.total.measured.ops + l.total.measured.errors,
			 atomic_load(&fake_seen.started));
	assert_true(l.total.measured.elapsed_ns >= 40 * MS);
	fsload_release(&l);
}

static void a_paced_depth_counts_from_when_it_was_due(void **state)
{
	/* Twice what four slots of 1 ms can do: they fall behind, and it shows. */
	struct mix m = mix_with(&fake_queue, 1, "rate=8000 ops=160 warmup=0");
	struct fsload l;

	(void)state;
	memset(&fake_seen, 0, sizeof(fake_seen));
	run_ok(&l, &m);
	assert_true(l.total.lat.max_ns >= 15 * MS);
	fsload_release(&l);
	/* An eighth of it: they keep up. */
	m = mix_with(&fake_queue, 1, "rate=500 runtime=60ms warmup=0");
	run_ok(&l, &m);
	assert_in_range(l.total.measured.ops + l.total.measured.errors, 10, 30);
	assert_true(l.total.measured.elapsed_ns >= 60 * MS);
	assert_int_equal(atomic_load(&fake_seen.wrong), 0);
	fsload_release(&l);
}

static void a_depth_is_synced_when_due_and_at_its_end(void **state)
{
	static const struct {
		const char *sets;
		unsigned syncs;
	} cases[] = {
		{ "ops=40 final_sync=1", 1 },
		{ "ops=40 sync_every=10", 4 },
		{ "ops=40 sync_every=10 final_sync=1", 4 }, /* the last one was just synced */
		{ "ops=40 sync_every=16 final_sync=1", 3 },
		{ "runtime=20ms rate=100 final_sync=1", 1 },
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++) {
		struct mix m = mix_with(&fake_queue, 1, cases[i].sets);
		struct fsload l;

		memset(&fake_seen, 0, sizeof(fake_seen));
		m.param[MIX_WARMUP] = 0;
		run_ok(&l, &m);
		assert_int_equal(atomic_load(&fake_seen.syncs), cases[i].syncs);
		if (!m.entry[0].param[ROLE_SYNC_EVERY])
			assert_int_equal(atomic_load(&fake_seen.syncs_busy), 0);
		fsload_release(&l);
	}
}

static int broken_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns)
{
	struct fake *f = t->priv;

	(void)done;
	(void)wait_ns;
	f->busy = 0;
	return -EBADF;
}

static void a_broken_queue_ends_its_thread(void **state)
{
	struct role role = fake_queue;
	struct err e = ERR_INIT;
	struct fsload l;
	struct mix m;

	(void)state;
	role.reap = broken_reap;
	m = mix_with(&role, 1, "ops=40 warmup=0");
	assert_int_equal(fsload_init(&l, &m, "x", 1, &e), 0);
	assert_int_equal(fsload_run(&l, NULL, NULL, NULL, &e), -EIO);
	expect_text(&e, strerror(EBADF));
	fsload_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zipf_ranks_have_their_probabilities),
		cmocka_unit_test(zipf_takes_the_largest_region_there_is),
		cmocka_unit_test(zipf_scatters_its_blocks),
		cmocka_unit_test(a_rate_holds_over_any_time),
		cmocka_unit_test(a_paced_thread_makes_its_rate),
		cmocka_unit_test(a_stall_counts_for_all_that_were_due_in_it),
		cmocka_unit_test(a_delayed_role_is_measured_from_its_start),
		cmocka_unit_test(a_role_that_never_began_is_said),
		cmocka_unit_test(a_waiting_thread_is_woken_at_the_end),
		cmocka_unit_test(completions_fall_into_their_intervals),
		cmocka_unit_test(a_run_leaves_a_series_of_each_role),
		cmocka_unit_test(a_depth_is_kept_and_drained),
		cmocka_unit_test(a_depth_by_time_ends_with_all_of_it),
		cmocka_unit_test(a_paced_depth_counts_from_when_it_was_due),
		cmocka_unit_test(a_depth_is_synced_when_due_and_at_its_end),
		cmocka_unit_test(a_broken_queue_ends_its_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
