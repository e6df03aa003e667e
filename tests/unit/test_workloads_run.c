/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_workloads_run.c: what the load generator's threads do, and when, watched
 * through roles defined here. No file is made: that is test_workloads_file.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/test_workloads.h"

/* --- watched roles ------------------------------------------------------------- */

static struct {
	atomic_int begun, ops, syncs, ended;
	atomic_int open;        /* between mark(1) and mark(0) */
	atomic_int early, late; /* operations before mark(1), ends before mark(0) */
	uint64_t offset[4][64];
	atomic_int stop_at;
	atomic_int stop;
} seen;

static void watch(void)
{
	memset(&seen, 0, sizeof(seen));
	atomic_store(&seen.stop_at, -1);
}

static void mark(void *arg, int begin)
{
	assert_ptr_equal(arg, &seen);
	atomic_store(&seen.open, begin);
}

static int watched_begin(struct role_thread *t, struct err *e)
{
	t->priv = calloc(1, sizeof(unsigned));
	atomic_fetch_add(&seen.begun, 1);
	return t->priv ? 0 : err_add(e, ENOMEM, "no memory");
}

static int64_t watched_op(struct role_thread *t, uint64_t offset)
{
	unsigned *n = t->priv;

	if (!atomic_load(&seen.open))
		atomic_fetch_add(&seen.early, 1);
	else if (t->index < NR(seen.offset) && *n < NR(seen.offset[0]))
		seen.offset[t->index][(*n)++] = offset;
	if (atomic_fetch_add(&seen.ops, 1) == atomic_load(&seen.stop_at))
		atomic_store(&seen.stop, 1);
	return (int64_t)t->bs;
}

static int watched_sync(struct role_thread *t)
{
	(void)t;
	atomic_fetch_add(&seen.syncs, 1);
	return 0;
}

static void watched_end(struct role_thread *t)
{
	if (atomic_load(&seen.open))
		atomic_fetch_add(&seen.late, 1);
	atomic_fetch_add(&seen.ended, 1);
	free(t->priv);
}

/* clang-format off */
static const struct role watched = {
	.name = "watched", .help = "-", .bs_align = 1, .begin = watched_begin, .op = watched_op,
	.sync = watched_sync, .end = watched_end,
};
/* clang-format on */

static void run_ok(struct fsload *l, const struct mix *m, uint64_t seed)
{
	struct err e = ERR_INIT;

	if (fsload_init(l, m, "/nonexistent/file", seed, &e) ||
	    fsload_run(l, mark, &seen, NULL, &e))
		fail_msg("%s", e.text);
}

static void operation_bound_counts_are_exact(void **state)
{
	struct mix m = mix_with(&watched, 3, "ops=50 warmup=7 bs=1000");
	struct fsload l;

	(void)state;
	watch();
	run_ok(&l, &m, 1);
	assert_int_equal(l.total.measured.ops, 150);
	assert_int_equal(l.role[0].measured.ops, 150);
	assert_int_equal(l.total.measured.bytes, 150000);
	assert_int_equal(l.total.measured.errors, 0);
	assert_int_equal(l.total.lat.count, 150);
	assert_ptr_equal(l.total.measured.lat, &l.total.lat);
	/* A thread's latencies add up to its time, and no thread outlasts the whole. */
	assert_true(l.total.lat.sum_ns <= 3 * l.total.measured.elapsed_ns);
	assert_int_equal(atomic_load(&seen.early), 3 * 7);
	assert_int_equal(atomic_load(&seen.ops), 3 * 57);
	assert_int_equal(atomic_load(&seen.begun), 3);
	assert_int_equal(atomic_load(&seen.ended), 3);
	assert_int_equal(atomic_load(&seen.late), 0);
	assert_int_equal(atomic_load(&seen.syncs), 0);
	fsload_release(&l);
}

static void offsets_follow_from_the_seed_alone(void **state)
{
	struct mix m = mix_with(&watched, 4, "ops=64");
	uint64_t first[4][64];
	struct fsload l;

	(void)state;
	watch();
	run_ok(&l, &m, 42);
	memcpy(first, seen.offset, sizeof(first));
	assert_memory_not_equal(first[0], first[1], sizeof(first[0]));
	fsload_release(&l);

	/* Neither the warm-up nor another role beside it changes them. */
	m = mix_of("null buffered_write", "null.ops=64 warmup=5");
	m.entry[0].role = &watched;
	m.entry[0].threads = 4;
	m.nr = 1;
	watch();
	run_ok(&l, &m, 42);
	assert_memory_equal(first, seen.offset, sizeof(first));
	fsload_release(&l);

	watch();
	run_ok(&l, &m, 43);
	assert_memory_not_equal(first, seen.offset, sizeof(first));
	fsload_release(&l);
}

static void syncs_come_when_they_are_due(void **state)
{
	static const struct {
		const char *sets;
		int syncs; /* of two threads of ten operations */
	} cases[] = {
		{ "ops=10", 0 },
		{ "ops=10 sync_every=3", 6 },
		{ "ops=10 final_sync=1", 2 },
		{ "ops=10 sync_every=3 final_sync=1", 8 },
		{ "ops=10 sync_every=5 final_sync=1", 4 }, /* the last one was just synced */
		{ "ops=10 sync_every=1", 20 },
	};

	(void)state;
	for (size_t i = 0; i < NR(cases); i++) {
		struct mix m = mix_with(&watched, 2, cases[i].sets);
		struct fsload l;

		watch();
		run_ok(&l, &m, 1);
		assert_int_equal(atomic_load(&seen.syncs), cases[i].syncs);
		assert_int_equal(l.total.measured.ops, 20);
		fsload_release(&l);
	}
}

static void unbound_threads_end_with_the_bound_ones(void **state)
{
	struct mix m = mix_of("null dio_read", "null.ops=20 null.op_time=5ms runtime=10m");
	struct fsload l;

	(void)state;
	watch();
	m.entry[1].role = &watched;
	run_ok(&l, &m, 1);
	assert_int_equal(l.role[0].measured.ops, 20);
	assert_true(l.role[1].measured.ops > 20);
	assert_true(l.role[0].measured.elapsed_ns >= 100000000);
	/* It reads the clock just before it looks whether the others have ended. */
	assert_true(l.role[1].measured.elapsed_ns >= 50000000);
	assert_true(l.total.measured.elapsed_ns >= l.role[0].measured.elapsed_ns);
	assert_true(l.total.measured.elapsed_ns >= l.role[1].measured.elapsed_ns);
	fsload_release(&l);
}

static void the_background_is_not_in_the_total(void **state)
{
	struct mix m = mix_of("null dio_read", "null.ops=20 null.op_time=5ms dio_read.background=1 "
					       "interval=10ms");
	struct fsload l;
	uint64_t series = 0;

	(void)state;
	watch();
	m.entry[1].role = &watched;
	run_ok(&l, &m, 1);
	assert_true(l.role[1].measured.ops > 20);
	assert_int_equal(l.total.measured.ops, 20);
	assert_int_equal(l.total.measured.bytes, l.role[0].measured.bytes);
	assert_int_equal(l.total.lat.count, 20);
	assert_int_equal(l.total.measured.elapsed_ns, l.role[0].measured.elapsed_ns);
	for (size_t i = 0; i < l.total.series.nr; i++)
		series += l.total.series.ops[i];
	assert_int_equal(series, 20);
	fsload_release(&l);
}

static void a_stop_ends_the_run_early(void **state)
{
	struct mix m = mix_with(&watched, 2, "runtime=10m warmup=0");
	struct err e = ERR_INIT;
	struct fsload l;

	(void)state;
	watch();
	atomic_store(&seen.stop_at, 1000);
	assert_int_equal(fsload_init(&l, &m, "x", 1, &e), 0);
	assert_int_equal(fsload_run(&l, mark, &seen, &seen.stop, &e), -EINTR);
	assert_true(l.total.measured.ops >= 1000);
	fsload_release(&l);
}

/* --- the known rate -------------------------------------------------------------- */

static void the_null_role_keeps_its_rate(void **state)
{
	struct mix m = mix_of("null:2", "op_time=10ms runtime=400ms");
	struct fsload l;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(fsload_init(&l, &m, "x", 1, &e), 0);
	assert_int_equal(fsload_run(&l, NULL, NULL, NULL, &e), 0);
	/* The schedule allows no more; a busy machine may be late for the last of them. */
	assert_in_range(l.total.measured.ops, 2 * 36, 2 * 41);
	assert_true(l.total.measured.elapsed_ns >= 400000000);
	fsload_release(&l);
}

static void as_many_threads_as_a_mix_may_have_run(void **state)
{
	struct mix m = mix_of("null:1024", "op_time=1us ops=3");
	struct fsload l;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(fsload_init(&l, &m, "x", 1, &e), 0);
	if (fsload_run(&l, NULL, NULL, NULL, &e))
		fail_msg("%s", e.text);
	assert_int_equal(l.total.measured.ops, 3 * 1024);
	fsload_release(&l);
}

/* --- failures -------------------------------------------------------------------- */

static int64_t failing_op(struct role_thread *t, uint64_t offset)
{
	(void)t;
	(void)offset;
	return -ENOSPC;
}

/* Thread 1 alone fails. */
static int64_t partly_failing_op(struct role_thread *t, uint64_t offset)
{
	(void)offset;
	return t->index == 1 ? -ENOSPC : (int64_t)t->bs;
}

static int64_t alternating_op(struct role_thread *t, uint64_t offset)
{
	(void)offset;
	switch (rng_next(&t->rng) % 3) {
	case 0:
		return -EIO;
	case 1:
		return (int64_t)t->bs - 1;
	default:
		return (int64_t)t->bs;
	}
}

static int failing_begin(struct role_thread *t, struct err *e)
{
	return t->index == 2 ? err_add(e, ENOMEM, "thread 2 has no memory") : 0;
}

static int failing_sync(struct role_thread *t)
{
	(void)t;
	return -ENOSPC;
}

static int run_role(const struct role *role, const char *sets, struct fsload *l, struct err *e)
{
	struct mix m = mix_with(role, 4, sets);
	int ret = fsload_init(l, &m, "/nonexistent/file", 1, e);

	if (!ret)
		ret = fsload_run(l, NULL, NULL, NULL, e);
	l->mix = NULL;
	return ret;
}

static void a_run_without_work_is_an_error(void **state)
{
	const struct role all = { .name = "all", .bs_align = 1, .op = failing_op };
	const struct role part = { .name = "part", .bs_align = 1, .op = partly_failing_op };
	struct err e = ERR_INIT;
	struct fsload l;

	(void)state;
	assert_int_equal(run_role(&all, "ops=5", &l, &e), -EIO);
	expect_text(&e, "No space left on device");
	expect_text(&e, "4 of 4 threads");
	assert_int_equal(l.total.first_errno, ENOSPC);
	assert_int_equal(l.total.measured.errors, 20);
	fsload_release(&l);

	err_clear(&e);
	assert_int_equal(run_role(&part, "ops=5", &l, &e), -EIO);
	expect_text(&e, "1 of 4 threads completed no operation, the first is part thread 1");
	fsload_release(&l);
}

static void errors_and_short_transfers_are_counted_and_survived(void **state)
{
	const struct role role = { .name = "alternating", .bs_align = 1, .op = alternating_op };
	struct err e = ERR_INIT;
	struct fsload l;

	(void)state;
	assert_int_equal(run_role(&role, "ops=300", &l, &e), 0);
	assert_int_equal(l.total.measured.ops + l.total.measured.errors, 1200);
	assert_in_range(l.total.measured.errors, 600, 1000);
	assert_int_equal(l.total.lat.count, l.total.measured.ops);
	assert_int_equal(l.total.first_errno, EIO);
	fsload_release(&l);
}

static void a_failed_sync_fails_the_operation_before_it(void **state)
{
	const struct role role = {
		.name = "unsynced", .bs_align = 1, .op = partly_failing_op, .sync = failing_sync
	};
	struct err e = ERR_INIT;
	struct fsload l;
	struct mix m = mix_with(&role, 1, "ops=10 sync_every=4 final_sync=1");

	(void)state;
	assert_int_equal(fsload_init(&l, &m, "x", 1, &e), 0);
	assert_int_equal(fsload_run(&l, NULL, NULL, NULL, &e), 0);
	assert_int_equal(l.total.measured.ops, 7);
	assert_int_equal(l.total.measured.errors, 3);
	assert_int_equal(l.total.first_errno, ENOSPC);
	fsload_release(&l);
}

static void a_thread_that_cannot_begin_calls_all_off(void **state)
{
	struct role role = watched;
	struct err e = ERR_INIT;
	struct fsload l;

	(void)state;
	watch();
	role.begin = failing_begin;
	role.op = failing_op;
	role.end = NULL;
	assert_int_equal(run_role(&role, "runtime=10m", &l, &e), -ENOMEM);
	expect_text(&e, "thread 2 has no memory");
	fsload_release(&l);

	err_clear(&e);
	role = watched;
	role.needs_fd = true;
	assert_int_equal(run_role(&role, "runtime=10m", &l, &e), -ENOENT);
	expect_text(&e, "cannot open /nonexistent/file");
	fsload_release(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operation_bound_counts_are_exact),
		cmocka_unit_test(offsets_follow_from_the_seed_alone),
		cmocka_unit_test(syncs_come_when_they_are_due),
		cmocka_unit_test(unbound_threads_end_with_the_bound_ones),
		cmocka_unit_test(the_background_is_not_in_the_total),
		cmocka_unit_test(a_stop_ends_the_run_early),
		cmocka_unit_test(the_null_role_keeps_its_rate),
		cmocka_unit_test(as_many_threads_as_a_mix_may_have_run),
		cmocka_unit_test(a_run_without_work_is_an_error),
		cmocka_unit_test(errors_and_short_transfers_are_counted_and_survived),
		cmocka_unit_test(a_failed_sync_fails_the_operation_before_it),
		cmocka_unit_test(a_thread_that_cannot_begin_calls_all_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
