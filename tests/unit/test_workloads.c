/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_workloads.c: what the load generator counts with: histograms, metrics,
 * offset streams. Running it is in test_workloads_run.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/test_workloads.h"
#include "workloads/offsets.h"

/* --- histograms -------------------------------------------------------------- */

static void buckets_meet_without_gap_or_overlap(void **state)
{
	(void)state;
	assert_int_equal(hist_low(0), 0);
	for (unsigned i = 0; i < HIST_BUCKETS; i++) {
		uint64_t low = hist_low(i), high = hist_high(i);

		assert_int_equal(hist_index(low), i);
		assert_int_equal(hist_index(high), i);
		if (i + 1 < HIST_BUCKETS)
			assert_true(high + 1 == hist_low(i + 1));
		if (low < 128)
			assert_true(high == low);
		else if (i + 1 < HIST_BUCKETS)
			assert_true((high - low + 1) * 64 <= low);
	}
	assert_int_equal(hist_index(UINT64_MAX), HIST_BUCKETS - 1);
	assert_true(hist_high(HIST_BUCKETS - 1) == UINT64_MAX);
}

/* Spread over nine powers of ten, like latencies. */
static uint64_t draw_ns(struct rng *rng)
{
	return rng_next(rng) >> (30 + rng_below(rng, 30));
}

static int compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void percentiles_are_within_the_promised_error(void **state)
{
	static const uint32_t p[] = { 0, 1, 1000, 50000, 90000, 99000, 99900, 100000 };
	enum { N = 20011 };
	uint64_t *exact = xcalloc(N, sizeof(*exact));
	struct rng rng = { 7 };
	struct hist h;

	(void)state;
	hist_init(&h);
	for (size_t i = 0; i < N; i++) {
		exact[i] = draw_ns(&rng);
		hist_add(&h, exact[i]);
	}
	qsort(exact, N, sizeof(*exact), compare_u64);
	for (size_t i = 0; i < NR(p); i++) {
		uint64_t rank = ((uint64_t)N * p[i] + 99999) / 100000;
		double want = (double)exact[rank ? rank - 1 : 0];
		double got = (double)hist_percentile(&h, p[i]);

		assert_true(got >= want * 0.992 && got <= want * 1.008);
	}
	assert_true(h.min_ns == exact[0] && h.max_ns == exact[N - 1]);
	assert_true(hist_percentile(&h, 100000) <= h.max_ns);
	free(exact);
}

static void merged_histograms_equal_one_that_saw_everything(void **state)
{
	struct hist all, part[3], merged;
	struct rng rng = { 3 };

	(void)state;
	hist_init(&all);
	hist_init(&merged);
	for (size_t k = 0; k < NR(part); k++)
		hist_init(&part[k]);
	/* part[2] stays empty and must not bring its 0 in as the smallest value. */
	for (unsigned i = 0; i < 5000; i++) {
		uint64_t ns = 1 + draw_ns(&rng);

		hist_add(&all, ns);
		hist_add(&part[i % 2], ns);
	}
	for (size_t k = 0; k < NR(part); k++)
		hist_merge(&merged, &part[k]);
	assert_memory_equal(&merged, &all, sizeof(all));
}

static void an_empty_histogram_says_nothing(void **state)
{
	struct hist h;

	(void)state;
	hist_init(&h);
	assert_int_equal(hist_percentile(&h, 50000), 0);
	hist_add(&h, 0);
	assert_int_equal(h.count, 1);
	assert_int_equal(h.min_ns, 0);
	hist_add(&h, 5);
	assert_int_equal(h.min_ns, 0);
	assert_int_equal(h.max_ns, 5);
}

static void bins_count_but_have_no_sum_and_no_extremes(void **state)
{
	struct hist h;

	(void)state;
	hist_init(&h);
	hist_add_bin(&h, 1000, 90);
	hist_add_bin(&h, 100000, 10);
	assert_int_equal(h.count, 100);
	assert_int_equal(h.sum_ns, 0);
	assert_in_range(hist_percentile(&h, 90000), 992, 1008);
	assert_in_range(hist_percentile(&h, 90001), 99200, 100800);
	/* More than 2^64 / 100000 values: the rank must not overflow. */
	hist_add_bin(&h, 100000, 1ull << 60);
	assert_in_range(hist_percentile(&h, 50000), 99200, 100800);
}

/* --- metrics ----------------------------------------------------------------- */

static double value_of(const char *name, const struct measured *m)
{
	double v = -1;

	assert_true(metric_find(name)->value(m, &v));
	return v;
}

static void metrics_follow_from_the_counts(void **state)
{
	struct hist h;
	struct measured m = {
		.ops = 100, .bytes = 409600, .errors = 2, .elapsed_ns = 500000000, .lat = &h
	};

	(void)state;
	hist_init(&h);
	for (unsigned i = 1; i <= 100; i++)
		hist_add(&h, i);
	assert_true(value_of("ops_per_s", &m) == 200);
	assert_true(value_of("bytes_per_s", &m) == 819200);
	assert_true(value_of("lat_sum_per_op", &m) == 50.5);
	assert_true(value_of("lat_p50", &m) == 50);
	assert_true(value_of("lat_p99", &m) == 99);
	assert_true(value_of("lat_p99_9", &m) == 100);
	assert_true(value_of("lat_max", &m) == 100);
	assert_true(value_of("operations", &m) == 100);
	assert_true(value_of("errors", &m) == 2);
	assert_true(value_of("elapsed", &m) == 500000000);
}

static void the_resolution_of_a_total_is_that_of_its_rates(void **state)
{
	struct measured whole = { .ops = 1000, .elapsed_ns = 1000000000 };
	struct measured to_ten_pct = { .ops = 1000, .elapsed_ns = 1000000000, .resolution = 0.1 };
	struct measured total = { .ops = 0 };
	double v;

	(void)state;
	measured_add(&total, &whole);
	assert_false(metric_find("resolution")->value(&total, &v));
	measured_add(&total, &to_ten_pct);
	assert_true(value_of("resolution", &total) == 5);
	assert_true(metric_is_seldom(metric_find("resolution")));
	assert_false(metric_is_seldom(metric_find("elapsed")));
}

static void what_was_not_measured_has_no_value(void **state)
{
	static const char *const absent[] = { "ops_per_s", "bytes_per_s",    "elapsed",   "lat_p50",
					      "lat_max",   "lat_sum_per_op", "resolution" };
	struct measured m = { .ops = 5 };
	struct hist bins;
	double v;

	(void)state;
	for (size_t i = 0; i < NR(absent); i++)
		assert_false(metric_find(absent[i])->value(&m, &v));
	hist_init(&bins);
	m.lat = &bins;
	assert_false(metric_find("lat_p50")->value(&m, &v));
	hist_add_bin(&bins, 1000, 1);
	assert_true(metric_find("lat_p50")->value(&m, &v));
	assert_false(metric_find("lat_max")->value(&m, &v));
	assert_false(metric_find("lat_sum_per_op")->value(&m, &v));
}

static void the_metric_table_is_sound(void **state)
{
	unsigned primary = 0;

	(void)state;
	for (const struct metric *m = metrics; m->name; m++) {
		assert_ptr_equal(metric_find(m->name), m); /* so names are unique */
		assert_true(m->unit[0] && m->help[0] && m->value);
		primary += m->primary;
	}
	assert_int_equal(primary, 1);
	assert_null(metric_find("iops"));
	assert_string_equal(better_name(BETTER_HIGHER), "higher");
	assert_string_equal(better_name(BETTER_LOWER), "lower");
	assert_string_equal(better_name(BETTER_NONE), "");
}

/* --- offsets ----------------------------------------------------------------- */

static void a_permutation_visits_each_block_once(void **state)
{
	static const uint64_t sizes[] = { 1,  2,  3,  4,    5,    7,     8,     9,
					  63, 64, 65, 1000, 4096, 10007, 16384, 100003 };

	(void)state;
	for (size_t k = 0; k < NR(sizes); k++) {
		for (uint64_t seed = 0; seed < 5; seed++) {
			unsigned char *seen = xcalloc(sizes[k], 1);
			struct perm p;

			perm_init(&p, sizes[k], seed);
			for (uint64_t i = 0; i < sizes[k]; i++) {
				uint64_t at = perm_at(&p, i);

				assert_true(at < sizes[k]);
				assert_int_equal(seen[at]++, 0);
			}
			free(seen);
		}
	}
}

/*
 * A bad one would walk the file in strides. Of a random permutation the mean
 * distance of neighbours is n / 3 and one of them in n is the next block.
 */
static void a_permutation_looks_random(void **state)
{
	enum { N = 16384 };

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		uint64_t same_stride = 0, stride = 0, adjacent = 0, before;
		double distance = 0;
		struct perm p;

		perm_init(&p, N, seed);
		before = perm_at(&p, 0);
		for (uint64_t i = 1; i < N; i++) {
			uint64_t at = perm_at(&p, i), d = at > before ? at - before : before - at;

			distance += (double)d / N;
			adjacent += at == before + 1;
			same_stride += at - before == stride;
			stride = at - before;
			before = at;
		}
		assert_true(distance / N > 0.31 && distance / N < 0.36);
		assert_true(adjacent < 30);
		assert_true(same_stride < 60);
	}
}

static void threads_share_one_permutation(void **state)
{
	enum { BLOCKS = 1001, THREADS = 7, BS = 3000, START = 12288 };
	const struct offset_blocks region = { START, BS, BLOCKS };
	unsigned char seen[BLOCKS] = { 0 };
	struct rng rng = { 1 };

	(void)state;
	for (unsigned t = 0; t < THREADS; t++) {
		struct offset_stream s;

		offset_stream_init(&s, OFFSETS_ONCE, &region, NULL, t, THREADS, 99);
		for (unsigned i = 0; i < BLOCKS / THREADS; i++) {
			uint64_t off = offset_next(&s, &rng) - START;

			assert_true(off % BS == 0 && off / BS < BLOCKS);
			assert_int_equal(seen[off / BS]++, 0);
		}
	}
}

static void sequential_threads_start_at_their_own_share_and_wrap(void **state)
{
	const struct offset_blocks region = { 100, 10, 8 }, one = { 0, 4096, 1 };
	struct rng rng = { 1 };
	struct offset_stream s;

	(void)state;
	offset_stream_init(&s, OFFSETS_SEQUENTIAL, &region, NULL, 3, 4, 0);
	assert_int_equal(offset_next(&s, &rng), 160);
	assert_int_equal(offset_next(&s, &rng), 170);
	assert_int_equal(offset_next(&s, &rng), 100);
	offset_stream_init(&s, OFFSETS_SEQUENTIAL, &one, NULL, 1, 2, 0);
	assert_int_equal(offset_next(&s, &rng), 0);
	assert_int_equal(offset_next(&s, &rng), 0);
	assert_true(rng.state == 1); /* only uniform draws */
}

static void uniform_offsets_cover_the_region_and_nothing_else(void **state)
{
	unsigned seen[10] = { 0 };
	const struct offset_blocks region = { 8192, 4096, NR(seen) };
	struct rng rng = { 1 };
	struct offset_stream s;

	(void)state;
	offset_stream_init(&s, OFFSETS_UNIFORM, &region, NULL, 0, 1, 0);
	for (unsigned i = 0; i < 10000; i++) {
		uint64_t off = offset_next(&s, &rng) - 8192;

		assert_true(off % 4096 == 0 && off / 4096 < NR(seen));
		seen[off / 4096]++;
	}
	for (size_t i = 0; i < NR(seen); i++)
		assert_in_range(seen[i], 880, 1120); /* 4 standard deviations */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buckets_meet_without_gap_or_overlap),
		cmocka_unit_test(percentiles_are_within_the_promised_error),
		cmocka_unit_test(merged_histograms_equal_one_that_saw_everything),
		cmocka_unit_test(an_empty_histogram_says_nothing),
		cmocka_unit_test(bins_count_but_have_no_sum_and_no_extremes),
		cmocka_unit_test(metrics_follow_from_the_counts),
		cmocka_unit_test(the_resolution_of_a_total_is_that_of_its_rates),
		cmocka_unit_test(what_was_not_measured_has_no_value),
		cmocka_unit_test(the_metric_table_is_sound),
		cmocka_unit_test(a_permutation_visits_each_block_once),
		cmocka_unit_test(a_permutation_looks_random),
		cmocka_unit_test(threads_share_one_permutation),
		cmocka_unit_test(sequential_threads_start_at_their_own_share_and_wrap),
		cmocka_unit_test(uniform_offsets_cover_the_region_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
