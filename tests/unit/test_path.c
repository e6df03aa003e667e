/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_path.c: in exact mode the instructions of an operation are judged beside the rate, and of a
 * change of the rate is said how much is the path, bulk and idle time. All figures are made up.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/compare/judge.h"
#include "analysis/costs/costs.h"
#include "tests/made.h"

#define METRICS                                                                                    \
	",{\"name\":\"path_per_op\",\"unit\":\"count\",\"better\":\"lower\",\"primary\":true}"     \
	",{\"name\":\"bulk_per_op\",\"unit\":\"count\",\"better\":\"lower\",\"primary\":false}"
#define BLOCKS 6

struct folder {
	struct made made;
	struct results *r;
	struct comparison c;
	struct err e;
};

static void put(struct folder *f, int side, unsigned block, const char *metric, const char *detail,
		double value)
{
	bool rate = !strcmp(metric, "ops_per_s");

	made_add_number(&f->made,
			(struct made_row){ .variant = side ? "p" : "b",
					   .block = block,
					   .metric = metric,
					   .detail = detail,
					   .unit = rate ? "1/s" : "count",
					   .better = rate ? "higher" : "lower" },
			value);
}

/* One operation of each side; idle: in which no instruction was executed. */
struct side {
	double ext4, mm, copying, checksums, idle;
};

static void put_side(struct folder *f, int side, unsigned block, const struct side *s)
{
	double path = s->ext4 + s->mm, bulk = s->copying + s->checksums;

	put(f, side, block, "ops_per_s", "", 1e9 / (path + bulk + s->idle));
	put(f, side, block, "path_per_op", "", path);
	put(f, side, block, "path_per_op", "ext4", s->ext4);
	if (s->mm > 0)
		put(f, side, block, "path_per_op", "mm", s->mm);
	put(f, side, block, "bulk_per_op", "", bulk);
	put(f, side, block, "bulk_per_op", "copying", s->copying);
	if (s->checksums > 0)
		put(f, side, block, "bulk_per_op", "checksums", s->checksums);
}

static void folder_judge(struct folder *f)
{
	assert_int_equal(made_load(&f->made, &f->r, &f->e), 0);
	assert_int_equal(compare_results(&f->c, f->r, NULL, &f->e), 0);
	comparison_judge(&f->c, f->r, &(struct judge_opts){ 0 });
	comparison_add_costs(&f->c, NULL);
}

static void folder_of(struct folder *f, const struct side s[2])
{
	*f = (struct folder){ .made = { .blocks = BLOCKS, .metrics = METRICS } };
	for (unsigned b = 1; b <= BLOCKS; b++)
		for (int i = 0; i < 2; i++) {
			struct side of_block = s[i];

			/* What a seed draws, it draws for both sides. */
			of_block.ext4 += b;
			put_side(f, i, b, &of_block);
		}
	folder_judge(f);
}

static void folder_release(struct folder *f)
{
	comparison_release(&f->c);
	results_free(f->r);
	buf_release(&f->made.samples);
}

static const struct comparison_row *row_of(const struct folder *f, const char *metric)
{
	for (size_t i = 0; i < f->c.nr_rows; i++)
		if (!strcmp(f->c.rows[i].metric, metric) && f->c.rows[i].whole &&
		    !*f->c.rows[i].detail)
			return &f->c.rows[i];
	fail_msg("no row of %s", metric);
	return NULL;
}

static void the_path_tells_what_the_rate_cannot(void **state)
{
	static const struct {
		struct side s[2];
		enum verdict rate, path, cell;
	} cases[] = {
		/* 20 of 10000 instructions, but nine tenths of the time are idle */
		{ { { 10000, 0, 500, 0, 90000 }, { 10020, 0, 500, 0, 90000 } },
		  VERDICT_SAME,
		  VERDICT_SLOWER,
		  VERDICT_SLOWER },
		{ { { 10000, 0, 500, 0, 0 }, { 9900, 0, 500, 0, 0 } },
		  VERDICT_FASTER,
		  VERDICT_FASTER,
		  VERDICT_FASTER },
		/* a longer copy is a slower rate, and no longer path */
		{ { { 10000, 0, 500, 0, 0 }, { 10000, 0, 900, 0, 0 } },
		  VERDICT_SLOWER,
		  VERDICT_SAME,
		  VERDICT_SLOWER },
		/* and does not hide a shorter one */
		{ { { 10000, 0, 500, 0, 0 }, { 9900, 0, 900, 0, 0 } },
		  VERDICT_SLOWER,
		  VERDICT_FASTER,
		  VERDICT_MIXED },
		{ { { 10000, 0, 500, 0, 90000 }, { 10005, 0, 500, 0, 90000 } },
		  VERDICT_SAME,
		  VERDICT_SAME,
		  VERDICT_SAME },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct folder f;

		folder_of(&f, cases[i].s);
		assert_int_equal(row_of(&f, "ops_per_s")->j.r.verdict, cases[i].rate);
		assert_int_equal(row_of(&f, "path_per_op")->j.r.verdict, cases[i].path);
		assert_int_equal(f.c.cells[0].verdict, cases[i].cell);
		assert_int_equal(f.c.unmeasured, 0);
		/* Each has a mean of its own: a path is no rate. */
		assert_int_equal(f.c.headlines[0].rate.cells, 1);
		assert_int_equal(f.c.headlines[0].path.cells, 1);
		assert_true((f.c.headlines[0].path.mean > 1) ==
			    (cases[i].s[1].ext4 < cases[i].s[0].ext4));
		folder_release(&f);
	}
}

static void a_change_is_called_what_it_is(void **state)
{
	static const struct {
		struct side s[2];
		const char *rate, *path; /* NULL: nothing is said */
	} cases[] = {
		{ { { 10000, 0, 500, 0, 0 }, { 10000, 0, 2500, 0, 0 } },
		  "w t=1 -16.0 %: of the change 100 % is bulk: copying +2000 (500 -> 2500)",
		  NULL },
		{ { { 9000, 1000, 500, 900, 0 }, { 8000, 1000, 500, 100, 0 } },
		  "w t=1 +18.7 %: of the change 44 % is bulk: checksums -800 (900 -> 100), "
		  "56 % is the path",
		  "w t=1 path -10 %: it is 1000 instructions an operation shorter "
		  "(10004 -> 9004): ext4 -1000 (9004 -> 8004)" },
		{ { { 9000, 0, 500, 0, 9000 }, { 9000, 300, 500, 0, 2000 } },
		  "w t=1 +56.8 %: of the change 104 % is idle time",
		  "w t=1 path +3.3 %: it is 300 instructions an operation longer "
		  "(9004 -> 9304): mm +300 (0 -> 300)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *path;
		struct folder f;

		folder_of(&f, cases[i].s);
		path = row_of(&f, "path_per_op")->because;
		assert_string_equal(row_of(&f, "ops_per_s")->because, cases[i].rate);
		assert_true(!path == !cases[i].path);
		if (path)
			assert_string_equal(path, cases[i].path);
		folder_release(&f);
	}
}

/* Two CPUs execute more instructions than there is time: the parts are of no sum. */
static void of_several_cpus_no_share_is_said(void **state)
{
	struct folder f = { .made = { .blocks = BLOCKS, .metrics = METRICS } };

	(void)state;
	for (unsigned b = 1; b <= BLOCKS; b++)
		for (int side = 0; side < 2; side++) {
			put(&f, side, b, "ops_per_s", "", 1e9 / (6000 + b + 1000 * side));
			put(&f, side, b, "path_per_op", "", 10000 + b + 2000 * side);
			put(&f, side, b, "bulk_per_op", "", 100);
		}
	folder_judge(&f);
	assert_null(row_of(&f, "ops_per_s")->because);
	assert_non_null(strstr(row_of(&f, "path_per_op")->because, "2000 instructions"));
	folder_release(&f);
}

/* When one kind of work gets slower, a mix has less of it in an operation. */
static void the_path_of_a_mix_decides_nothing(void **state)
{
	struct folder f = { .made = { .blocks = BLOCKS, .metrics = METRICS } };
	static const char *const roles[] = { NULL, "dio_read", "mmap_write" };

	(void)state;
	for (unsigned b = 1; b <= BLOCKS; b++)
		for (int side = 0; side < 2; side++) {
			for (size_t k = 0; k < 3; k++)
				made_add_number(&f.made,
						(struct made_row){ .variant = side ? "p" : "b",
								   .block = b,
								   .role = roles[k] },
						1000 + b);
			put(&f, side, b, "path_per_op", "", 10000 + 5000 * side);
		}
	folder_judge(&f);
	assert_false(row_of(&f, "path_per_op")->j.decides);
	assert_int_equal(row_of(&f, "path_per_op")->j.r.verdict, VERDICT_SLOWER);
	assert_int_equal(f.c.cells[0].verdict, VERDICT_SAME);
	assert_int_equal(f.c.headlines[0].path.cells, 0);
	folder_release(&f);
}

/* A QEMU without plug-ins counts nothing, and nothing is missed. */
static void without_counts_the_rate_alone_decides(void **state)
{
	struct folder f = { .made = { .blocks = BLOCKS, .metrics = METRICS } };

	(void)state;
	for (unsigned b = 1; b <= BLOCKS; b++)
		for (int side = 0; side < 2; side++)
			put(&f, side, b, "ops_per_s", "", 1000 + b + 100 * side);
	folder_judge(&f);
	assert_int_equal(f.c.cells[0].verdict, VERDICT_FASTER);
	assert_int_equal(f.c.cells[0].nr_members, 1);
	assert_int_equal(f.c.unmeasured, 0);
	assert_null(row_of(&f, "ops_per_s")->because);
	folder_release(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_tells_what_the_rate_cannot),
		cmocka_unit_test(a_change_is_called_what_it_is),
		cmocka_unit_test(of_several_cpus_no_share_is_said),
		cmocka_unit_test(the_path_of_a_mix_decides_nothing),
		cmocka_unit_test(without_counts_the_rate_alone_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
