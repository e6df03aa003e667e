/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_cells.c: which rows decide a cell and what they come to together: roles of a mix,
 * identical samples, figures that are known coarsely, values of 0, kernels that break.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/compare/judge_impl.h"
#include "tests/made.h"

/* One cell of that many blocks; samples are added one by one. */
struct cell {
	struct made f;
	struct results *r;
	struct comparison c;
};

static struct cell made(const char *mode, unsigned blocks)
{
	return (struct cell){ .f = { .mode = mode, .blocks = blocks } };
}

static void add(struct cell *m, unsigned block, bool patched, const char *role, const char *metric,
		double value)
{
	made_add_number(&m->f,
			(struct made_row){ .variant = patched ? "p" : "b",
					   .block = block,
					   .position = 1 + patched,
					   .role = role,
					   .metric = metric,
					   .unit = !strcmp(metric, "elapsed") ? "ns" : NULL,
					   .better = strncmp(metric, "lat_", 4) ? NULL : "lower" },
			value);
}

/* The rate of a role in every block: about that, and change times that on the patched side. */
static void add_role(struct cell *m, const char *role, double rate, double change)
{
	for (unsigned b = 1; b <= m->f.blocks; b++) {
		double wave = 1 + 0.0001 * (b % 3);

		add(m, b, false, role, "ops_per_s", rate * wave);
		add(m, b, true, role, "ops_per_s", rate * change * (2 - wave));
	}
}

static void judge_made(struct cell *m)
{
	struct err e = ERR_INIT;

	if (made_load(&m->f, &m->r, &e) || compare_results(&m->c, m->r, NULL, &e))
		fail_msg("%s", e.text);
	comparison_judge(&m->c, m->r, NULL);
	assert_int_equal(m->c.nr_cells, 1);
}

static void drop(struct cell *m)
{
	comparison_release(&m->c);
	results_free(m->r);
	buf_release(&m->f.samples);
}

static const struct comparison_row *row_of(const struct cell *m, const char *role)
{
	for (size_t i = 0; i < m->c.nr_rows; i++)
		if (!strcmp(m->c.rows[i].role, role) && m->c.rows[i].primary)
			return &m->c.rows[i];
	fail_msg("no row of %s", role);
	return NULL;
}

static void assert_cell(const struct cell *m, enum verdict v, size_t members)
{
	assert_string_equal(verdict_names[m->c.cells[0].verdict], verdict_names[v]);
	assert_int_equal(m->c.cells[0].nr_members, members);
	assert_int_equal(comparison_count(&m->c, v), 1);
}

static void assert_verdict(const struct cell *m, const char *role, enum verdict v)
{
	assert_string_equal(verdict_names[row_of(m, role)->j.r.verdict], verdict_names[v]);
}

/* --- roles -------------------------------------------------------------------------------- */

/* The issue's own case: the total says +50 %, a role lost 20 %. */
static void a_mix_is_judged_by_its_roles(void **state)
{
	struct cell m = made("kvm", 10);

	(void)state;
	add_role(&m, "all", 3000, 1.5);
	add_role(&m, "dio_overwrite", 1000, 1.35);
	add_role(&m, "mmap_write", 2000, 0.8);
	judge_made(&m);
	assert_cell(&m, VERDICT_MIXED, 2);
	assert_verdict(&m, "dio_overwrite", VERDICT_FASTER);
	assert_verdict(&m, "mmap_write", VERDICT_SLOWER);
	assert_true(row_of(&m, "all")->total && !row_of(&m, "all")->j.decides);
	assert_verdict(&m, "all", VERDICT_FASTER); /* shown, and decides nothing */
	assert_string_equal(m.c.headlines[0].worst[0].role, "mmap_write");
	assert_int_equal(m.c.headlines[0].rate.cells, 2); /* places in the mean */
	drop(&m);
}

static void a_cell_is_what_its_roles_are_together(void **state)
{
	static const struct {
		unsigned nr[NR_VERDICTS];
		enum verdict verdict;
	} cases[] = {
		{ { [VERDICT_BROKEN] = 1, [VERDICT_SLOWER] = 1, [VERDICT_FASTER] = 1 },
		  VERDICT_BROKEN },
		{ { [VERDICT_SLOWER] = 1, [VERDICT_FASTER] = 1, [VERDICT_UNSURE] = 1 },
		  VERDICT_MIXED },
		{ { [VERDICT_SLOWER] = 1, [VERDICT_SAME] = 3, [VERDICT_UNSURE] = 1 },
		  VERDICT_SLOWER },
		{ { [VERDICT_FASTER] = 2, [VERDICT_UNSURE] = 1 }, VERDICT_UNSURE },
		{ { [VERDICT_FASTER] = 1, [VERDICT_SAME] = 1 }, VERDICT_FASTER },
		{ { [VERDICT_SAME] = 2 }, VERDICT_SAME },
		{ { [VERDICT_NONE] = 2 }, VERDICT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(verdict_combine(cases[i].nr), cases[i].verdict);
}

static void one_role_is_judged_whole(void **state)
{
	static const char *const aside[] = { "dio_read", ROLE_VERIFY };

	(void)state;
	for (int i = 0; i < 2; i++) { /* in the background, or fio's verify reads */
		struct cell m = made("kvm", 10);

		m.f.params = i ? "bs=4k" : "bs=4k;dio_read.background=1;xdio_read.background=0";
		add_role(&m, "all", 1000, 0.9);
		add_role(&m, "write", 1000, 0.9);
		add_role(&m, aside[i], 1000, 3);
		judge_made(&m);
		assert_cell(&m, VERDICT_SLOWER, 1);
		assert_true(row_of(&m, "all")->j.decides && !row_of(&m, "all")->total);
		assert_false(row_of(&m, aside[i])->j.decides);
		drop(&m);
	}
}

static void a_role_that_is_missing_is_a_gap(void **state)
{
	struct cell m = made("kvm", 10);

	(void)state;
	add_role(&m, "all", 3000, 1);
	add_role(&m, "read", 1000, 1);
	for (unsigned b = 1; b <= m.f.blocks; b++)
		add(&m, b, false, "write", "ops_per_s", 2000);
	judge_made(&m);
	assert_cell(&m, VERDICT_UNSURE, 2);
	assert_int_equal(m.c.unmeasured, 10);
	assert_string_equal(m.c.gaps[0].reason, "patched was run, but has no ops_per_s of write");
	drop(&m);
}

/* --- identical, and known coarsely -------------------------------------------------------- */

/* 482 operations on both sides; extra is added to the patched side's latency. */
static void add_482(struct cell *m, double elapsed_ns, double extra_ns)
{
	for (unsigned b = 1; b <= m->f.blocks; b++) {
		for (int v = 0; v < 2; v++) {
			add(m, b, v, "all", "ops_per_s", 482 * 1e9 / elapsed_ns);
			add(m, b, v, "all", "operations", 482);
			add(m, b, v, "all", "elapsed", elapsed_ns);
			add(m, b, v, "all", "lat_sum_per_op", 400000 + b + v * extra_ns);
		}
	}
}

static void only_equal_samples_are_identical(void **state)
{
	struct cell m = made("exact", 1);

	(void)state;
	add_482(&m, 200000017, 0);
	judge_made(&m);
	assert_cell(&m, VERDICT_SAME, 1);
	assert_true(row_of(&m, "all")->j.r.fact);
	drop(&m);

	m = made("exact", 5); /* the rate is equal, the latencies are not */
	add_482(&m, 200000017, 100);
	judge_made(&m);
	assert_cell(&m, VERDICT_UNSURE, 1);
	assert_false(row_of(&m, "all")->identical);
	drop(&m);
}

static void a_role_is_identical_by_its_own_samples(void **state)
{
	struct cell m = made("exact", 2);

	(void)state;
	add_482(&m, 200000017, 100);
	for (unsigned b = 1; b <= 2; b++) {
		for (int v = 0; v < 2; v++) {
			add(&m, b, v, "read", "ops_per_s", 100);
			add(&m, b, v, "read", "lat_p50", 7);
			add(&m, b, v, "write", "ops_per_s", 382);
			add(&m, b, v, "write", "lat_p50", 7 + v);
		}
	}
	judge_made(&m);
	assert_verdict(&m, "read", VERDICT_SAME);
	assert_verdict(&m, "write", VERDICT_UNSURE);
	drop(&m);
}

static void a_count_cannot_tell_less_than_one_operation(void **state)
{
	struct cell m = made("exact", 12);
	const struct ruling *r;

	(void)state;
	add_482(&m, 200000017, 0);
	for (unsigned b = 1; b <= 12; b++)
		for (int v = 0; v < 2; v++)
			add(&m, b, v, "all", METRIC_RESOLUTION, 0.207);
	judge_made(&m);
	r = &row_of(&m, "all")->j.r;
	assert_cell(&m, VERDICT_UNSURE, 1);
	assert_string_equal(r->why, "known to 0.21 % only, and the margin is 0.1 %");
	assert_int_equal(r->more_blocks, 0); /* they would not help */
	drop(&m);
}

/* --- zero --------------------------------------------------------------------------------- */

/* The first zeros blocks of one side are 0. */
static void with_zeros(struct cell *m, unsigned zeros, bool patched)
{
	for (unsigned b = 1; b <= m->f.blocks; b++)
		for (int v = 0; v < 2; v++)
			add(m, b, v, "all", "ops_per_s", v == patched && b <= zeros ? 0 : 1000 + b);
	judge_made(m);
}

static void falling_to_zero_is_a_verdict(void **state)
{
	static const struct {
		const char *better;
		bool patched;
		enum verdict verdict;
		const char *word;
	} cases[] = {
		{ "higher", true, VERDICT_SLOWER, "to 0" },
		{ "higher", false, VERDICT_FASTER, "from 0" },
		{ "lower", true, VERDICT_FASTER, "to 0" },
		{ "lower", false, VERDICT_SLOWER, "from 0" },
	};
	static const char *const modes[] = { "kvm", "exact" };

	(void)state;
	for (int i = 0; i < 8; i++) {
		struct cell m = made(modes[i / 4], 6);
		const struct headline *h;
		const struct headline_cell *named;

		m.f.better = cases[i % 4].better;
		with_zeros(&m, 6, cases[i % 4].patched);
		assert_cell(&m, cases[i % 4].verdict, 1);
		h = &m.c.headlines[0];
		named = cases[i % 4].verdict == VERDICT_SLOWER ? h->worst : h->best;
		assert_int_equal(h->nr_worst + h->nr_best, 1);
		assert_string_equal(zero_names[named->zero], cases[i % 4].word);
		assert_int_equal(h->rate.zeros, 1); /* the mean says that it leaves one out */
		assert_false(row_of(&m, "all")->j.has_change || row_of(&m, "all")->j.i95.exists);
		drop(&m);
	}
}

static void some_zeros_are_ranked_as_the_largest_change(void **state)
{
	(void)state;
	for (unsigned zeros = 1; zeros <= 6; zeros++) {
		struct cell m = made("kvm", 6);

		with_zeros(&m, zeros, true);
		assert_cell(&m, zeros < 6 ? VERDICT_UNSURE : VERDICT_SLOWER, 1);
		assert_int_equal(row_of(&m, "all")->j.zero, zeros < 4 ? ZERO_SOME : ZERO_TO);
		drop(&m);
	}
}

/* Under the coin each pattern of sides is as likely: 2 of 64 are alarms, as without zeros. */
static void zeros_by_a_fair_coin_raise_no_more_alarms(void **state)
{
	unsigned alarms = 0;

	(void)state;
	for (unsigned sides = 0; sides < 64; sides++) {
		struct cell m = made("kvm", 6);

		for (unsigned b = 1; b <= 6; b++)
			for (unsigned v = 0; v < 2; v++)
				add(&m, b, v, "all", "ops_per_s",
				    (sides >> (b - 1) & 1) == v ? 0 : 1000);
		judge_made(&m);
		alarms += m.c.cells[0].verdict != VERDICT_UNSURE;
		drop(&m);
	}
	assert_int_equal(alarms, 2);
}

static void unpaired_zeros_are_the_smallest_rank(void **state)
{
	struct cell m = made("kvm", 6);

	(void)state;
	m.f.more = ",\"paired\":false";
	with_zeros(&m, 6, true);
	assert_cell(&m, VERDICT_SLOWER, 1);
	assert_int_equal(row_of(&m, "all")->j.zero, ZERO_TO);
	drop(&m);
}

/* --- kernels that break ------------------------------------------------------------------- */

/* Six blocks in which sides break as the bits of the masks say. */
static struct cell breaking(unsigned baseline, unsigned patched, const char *marks)
{
	struct cell m = made("exact", 6);

	for (unsigned b = 1; b <= 6; b++) {
		for (int v = 0; v < 2; v++) {
			if ((v ? patched : baseline) >> (b - 1) & 1)
				made_add(&m.f,
					 (struct made_row){
						 .variant = v ? "p" : "b",
						 .block = b,
						 .status = "failed",
						 .marks = marks,
						 .reason = "the kernel had an oops: BUG: x" });
			else
				add(&m, b, v, "all", "ops_per_s", 1000 + b);
		}
	}
	judge_made(&m);
	return m;
}

static void a_patched_kernel_that_breaks_is_broken(void **state)
{
	static const unsigned masks[] = { 63, 1, 4 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct cell m = breaking(0, masks[i], "unsettled,broken");

		assert_cell(&m, VERDICT_BROKEN, 1);
		assert_string_equal(m.c.cells[0].line, "the kernel had an oops: BUG: x");
		assert_int_equal(m.c.cells[0].end_blocks, __builtin_popcount(masks[i]));
		assert_string_equal(row_of(&m, "all")->j.r.why,
				    "patched: the kernel had an oops: BUG: x");
		assert_int_equal(m.c.headlines[0].rate.cells, 0);
		drop(&m);
	}
}

static void a_baseline_that_breaks_is_repaired(void **state)
{
	struct cell m = breaking(63, 0, "broken");

	(void)state;
	assert_cell(&m, VERDICT_REPAIRED, 1);
	for (unsigned i = 0; i < 6; i++)
		assert_true(m.c.gaps[i].repaired);
	drop(&m);
	m = breaking(1, 0, "broken"); /* what is left is judged */
	assert_cell(&m, VERDICT_SAME, 1);
	assert_int_equal(m.c.cells[0].end, END_REPAIRED);
	drop(&m);
}

static void both_or_a_tool_that_fails_is_no_verdict(void **state)
{
	struct cell m = breaking(1, 62, "broken");

	(void)state;
	assert_cell(&m, VERDICT_UNSURE, 1);
	assert_int_equal(m.c.cells[0].end, END_NONE);
	drop(&m);
	m = breaking(0, 63, ""); /* fio could not be started */
	assert_cell(&m, VERDICT_UNSURE, 1);
	drop(&m);
	m = breaking(0, 63, "brokenhearted");
	assert_cell(&m, VERDICT_UNSURE, 1);
	drop(&m);
}

/* A wall limit is the host's: it says something where it takes one side and no other. */
static void a_guest_that_hangs_is_broken_if_it_does_so_always(void **state)
{
	struct cell m = breaking(0, 63, MARK_HUNG);

	(void)state;
	assert_cell(&m, VERDICT_BROKEN, 1);
	drop(&m);
	m = breaking(0, 62, MARK_HUNG);
	assert_true(m.c.cells[0].end == END_NONE && m.c.cells[0].verdict != VERDICT_BROKEN);
	drop(&m);
	m = breaking(1, 63, MARK_HUNG);
	assert_int_equal(m.c.cells[0].end, END_NONE);
	drop(&m);
	m = breaking(63, 0, MARK_HUNG);
	assert_cell(&m, VERDICT_REPAIRED, 1);
	drop(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mix_is_judged_by_its_roles),
		cmocka_unit_test(a_cell_is_what_its_roles_are_together),
		cmocka_unit_test(one_role_is_judged_whole),
		cmocka_unit_test(a_role_that_is_missing_is_a_gap),
		cmocka_unit_test(only_equal_samples_are_identical),
		cmocka_unit_test(a_role_is_identical_by_its_own_samples),
		cmocka_unit_test(a_count_cannot_tell_less_than_one_operation),
		cmocka_unit_test(falling_to_zero_is_a_verdict),
		cmocka_unit_test(some_zeros_are_ranked_as_the_largest_change),
		cmocka_unit_test(zeros_by_a_fair_coin_raise_no_more_alarms),
		cmocka_unit_test(unpaired_zeros_are_the_smallest_rank),
		cmocka_unit_test(a_patched_kernel_that_breaks_is_broken),
		cmocka_unit_test(a_baseline_that_breaks_is_repaired),
		cmocka_unit_test(both_or_a_tool_that_fails_is_no_verdict),
		cmocka_unit_test(a_guest_that_hangs_is_broken_if_it_does_so_always),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
