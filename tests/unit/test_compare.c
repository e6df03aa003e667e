/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_compare.c: reading a results folder and pairing its samples. Folders are
 * made up in memory; the medians are checked against counting, and every
 * hostile input must end in a sentence or in "does not exist", never in NaN.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/compare/judge.h"
#include "analysis/stats/stats.h"
#include "dashboards/export/formats.h"
#include "lib/rng.h"
#include "tests/made.h"

#define BLOCKS_MAX 9

static const char lat_and_n[] =
	",{\"name\":\"lat\",\"unit\":\"ns\",\"better\":\"lower\",\"primary\":false},"
	"{\"name\":\"n\",\"unit\":\"count\",\"better\":\"\"}";

static void put(struct made *f, struct made_row x)
{
	bool lat = x.metric && !strcmp(x.metric, "lat");

	x.unit = lat ? "ns" : x.metric && strcmp(x.metric, "ops_per_s") ? "count" : NULL;
	x.better = lat ? "lower" : NULL;
	made_add(f, x);
}

static void put_ops(struct made *f, const char *variant, unsigned cell, unsigned block,
		    const char *value)
{
	put(f, (struct made_row){ .variant = variant,
				  .cell = cell,
				  .block = block,
				  .metric = "ops_per_s",
				  .value = value });
}

static void put_number(struct made *f, const char *variant, unsigned cell, unsigned block,
		       const char *metric, double v)
{
	char text[32];

	put(f, (struct made_row){ .variant = variant,
				  .cell = cell,
				  .block = block,
				  .metric = metric,
				  .value = num_format_double(text, v) });
}

/* Fill what is missing of cell 2, so that a test can look at cell 1 alone. */
static void put_cell_2(struct made *f)
{
	for (unsigned b = 1; b <= f->blocks; b++) {
		put_ops(f, "b", 2, b, "10");
		put_ops(f, "p", 2, b, "10");
	}
}

/* Two cells, ops_per_s and lat. */
static int load(struct made *f, struct results **r, struct err *e)
{
	f->cells = 2;
	f->metrics = lat_and_n;
	return made_load(f, r, e);
}

static void copy_rows(struct made *to, const struct made *from)
{
	to->blocks = from->blocks;
	buf_add(&to->samples, from->samples.data, from->samples.len);
}

struct fixture {
	struct made f;
	struct results *r;
	struct comparison c;
};

static void compare(struct fixture *x)
{
	struct err e = ERR_INIT;

	if (load(&x->f, &x->r, &e) || compare_results(&x->c, x->r, NULL, &e))
		fail_msg("%s", e.text);
	comparison_judge(&x->c, x->r, NULL);
	comparison_judge_rest(&x->c, x->r);
}

static void release(struct fixture *x)
{
	comparison_release(&x->c);
	results_free(x->r);
	buf_release(&x->f.samples);
}

static void assert_finite(const struct comparison *c)
{
	for (size_t i = 0; i < c->nr_rows; i++) {
		const struct comparison_row *row = &c->rows[i];

		assert_true(isfinite(row->baseline_median) && isfinite(row->patched_median));
		assert_true(isfinite(row->ratio_median) && isfinite(row->ratio_min));
		assert_true(isfinite(row->ratio_max));
		assert_true(row->j.done && row->j.margin > 0);
		assert_true(isfinite(row->j.change) && isfinite(row->j.sd_log));
		assert_true(isfinite(row->j.i95.low) && isfinite(row->j.i95.high));
		assert_true(isfinite(row->j.i90.low) && isfinite(row->j.i90.high));
		assert_true(row->j.p_flip >= 0 && row->j.p_flip <= 1);
		assert_true(row->j.p_signed_rank >= 0 && row->j.p_signed_rank <= 1);
		assert_true(row->j.p_family >= 0 && row->j.p_family <= 1);
		assert_true(row->j.p_holm >= 0 && row->j.p_holm <= 1);
		assert_true((row->j.r.verdict == VERDICT_UNSURE) <= (row->j.r.why != NULL));
		assert_true(!row->has_ratio || row->ratio_min <= row->ratio_median);
		assert_true(!row->has_ratio || row->ratio_median <= row->ratio_max);
		assert_true((row->pairs < row->planned) == (row->reason != NULL));
		assert_true((row->mark == MARK_NONE) == (row->pairs == 0));
	}
}

static void equal_values_have_ratio_exactly_one(void **state)
{
	struct fixture x = { .f = { .blocks = 2 } };

	(void)state;
	put_ops(&x.f, "b", 1, 1, "10714.300000000001");
	put_ops(&x.f, "p", 1, 1, "10714.300000000001");
	put_ops(&x.f, "b", 1, 2, "1e3");
	put_ops(&x.f, "p", 1, 2, "1000");
	put_cell_2(&x.f);
	compare(&x);
	assert_int_equal(x.c.nr_rows, 2);
	assert_true(x.c.rows[0].has_ratio);
	assert_true(x.c.rows[0].ratio_min == 1 && x.c.rows[0].ratio_max == 1);
	assert_true(x.c.rows[0].ratio_median == 1);
	assert_int_equal(x.c.rows[0].mark, MARK_EQUAL);
	assert_int_equal(x.c.unmeasured, 0);
	release(&x);
}

static void last_digit_is_not_equal(void **state)
{
	struct fixture x = { .f = { .blocks = 1 } };

	(void)state;
	put_ops(&x.f, "b", 1, 1, "10714.300000000001");
	put_ops(&x.f, "p", 1, 1, "10714.300000000003");
	compare(&x);
	assert_int_equal(x.c.rows[0].mark, MARK_BETTER);
	release(&x);
}

/* The middle by counting: no sorting in common with what it checks. */
static double brute_median(const double *v, size_t n)
{
	double low = -INFINITY, high = INFINITY;

	for (size_t i = 0; i < n; i++) {
		size_t less = 0, more = 0;

		for (size_t k = 0; k < n; k++) {
			less += v[k] < v[i];
			more += v[k] > v[i];
		}
		if (less <= (n - 1) / 2 && more <= n - 1 - (n - 1) / 2)
			low = v[i];
		if (less <= n / 2 && more <= n - 1 - n / 2)
			high = v[i];
	}
	return (low + high) / 2;
}

static void medians_are_those_of_counting(void **state)
{
	struct rng rng = { 7 };

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct fixture x = { .f = { .blocks = 1 + (unsigned)rng_below(&rng, BLOCKS_MAX) } };
		double v[3][BLOCKS_MAX];
		const struct comparison_row *row;

		for (unsigned b = 0; b < x.f.blocks; b++) {
			v[0][b] = 1 + (double)rng_below(&rng, 20) / 4; /* small: ties happen */
			v[1][b] = 1 + (double)rng_below(&rng, 20) / 4;
			v[2][b] = v[1][b] / v[0][b];
			put_number(&x.f, "b", 1, b + 1, "ops_per_s", v[0][b]);
			put_number(&x.f, "p", 1, b + 1, "ops_per_s", v[1][b]);
		}
		compare(&x);
		row = &x.c.rows[0];
		assert_int_equal(row->pairs, x.f.blocks);
		assert_true(row->baseline_median == brute_median(v[0], x.f.blocks));
		assert_true(row->patched_median == brute_median(v[1], x.f.blocks));
		assert_true(fabs(row->ratio_median - brute_median(v[2], x.f.blocks)) < 1e-15 * 8);
		assert_finite(&x.c);
		release(&x);
	}
}

static void random_folder(struct made *f, struct rng *rng)
{
	static const char *const values[] = { "0", "-3", "1e308", "5e-324", "7", "12.5", "" };
	static const char *const metrics[] = { "ops_per_s", "lat", "n" };
	static const char *const roles[] = { "all", "zz", "aa" };

	f->blocks = 3;
	for (unsigned i = 0; i < 2 * 2 * 3 * 3 * 3; i++) {
		unsigned k = i / 2;
		struct made_row x = { .variant = i % 2 ? "p" : "b",
				      .cell = 1 + k % 2,
				      .block = 1 + k / 2 % 3,
				      .role = roles[k / 6 % 3],
				      .metric = metrics[k / 18 % 3],
				      .value = values[rng_below(rng, 7)] };

		if (rng_below(rng, 10) == 0)
			continue;
		if (rng_below(rng, 10) == 0) {
			x.status = "failed";
			x.reason = rng_below(rng, 2) ? "no space" : "no time";
		}
		put(f, x);
		if (rng_below(rng, 10) == 0) {
			x.attempt = 2;
			put(f, x);
		}
	}
}

static char *fingerprint(const struct fixture *x)
{
	const struct findings f = { .r = x->r, .c = &x->c };
	struct buf b = BUF_INIT;

	format_write(&b, &format_json, SUBJECT_COMPARISON, &f);
	format_write(&b, &format_csv, SUBJECT_COMPARISON, &f);
	return buf_detach(&b, NULL);
}

/* The header stays where it is. */
static void shuffle_rows(struct made *to, const struct made *from, struct rng *rng)
{
	struct strv rows = STRV_INIT;

	to->blocks = from->blocks;
	strv_split(&rows, from->samples.data, "\n");
	for (size_t i = rows.n; i > 2; i--) {
		size_t k = 1 + rng_below(rng, i - 1);
		char *t = rows.v[k];

		rows.v[k] = rows.v[i - 1];
		rows.v[i - 1] = t;
	}
	for (size_t i = 0; i < rows.n; i++)
		buf_addf(&to->samples, "%s\n", rows.v[i]);
	strv_release(&rows);
}

static void order_of_rows_does_not_matter(void **state)
{
	struct rng rng = { 11 };

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct fixture x = { 0 }, y = { 0 };
		char *a, *b;

		random_folder(&x.f, &rng);
		shuffle_rows(&y.f, &x.f, &rng);
		compare(&x);
		compare(&y);
		assert_finite(&x.c);
		a = fingerprint(&x);
		b = fingerprint(&y);
		assert_string_equal(a, b);
		free(a);
		free(b);
		release(&x);
		release(&y);
	}
}

static enum mark opposite(enum mark m)
{
	return m == MARK_BETTER ? MARK_WORSE : m == MARK_WORSE ? MARK_BETTER : m;
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 4e-16 * fabs(b);
}

static void swapped_sides_invert_ratios_and_marks(void **state)
{
	struct rng rng = { 13 };

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct fixture x = { .f = { .blocks = 5 } }, y = { .f = { .swapped = true } };
		const struct comparison_row *a, *b;

		for (unsigned block = 1; block <= 5; block++) {
			double v[2] = { 1 + (double)rng_below(&rng, 999),
					1 + (double)rng_below(&rng, 999) };

			put_number(&x.f, "b", 1, block, "ops_per_s", v[0]);
			put_number(&x.f, "p", 1, block, "ops_per_s", v[1]);
		}
		copy_rows(&y.f, &x.f);
		compare(&x);
		compare(&y);
		a = &x.c.rows[0];
		b = &y.c.rows[0];
		assert_int_equal(b->mark, opposite(a->mark));
		assert_true(near(b->ratio_min, 1 / a->ratio_max));
		assert_true(near(b->ratio_max, 1 / a->ratio_min));
		assert_true(near(b->ratio_median, 1 / a->ratio_median)); /* odd number of blocks */
		for (unsigned i = 0; i < 5; i++) {
			assert_true(a->pair[i].baseline == b->pair[i].patched);
			assert_true(a->pair[i].patched == b->pair[i].baseline);
		}
		release(&x);
		release(&y);
	}
}

static void marks_follow_the_direction_of_the_metric(void **state)
{
	static const struct {
		const char *metric;
		double patched[2]; /* against 10 and 10 */
		enum mark mark;
	} cases[] = {
		{ "ops_per_s", { 11, 12 }, MARK_BETTER }, { "ops_per_s", { 9, 8 }, MARK_WORSE },
		{ "ops_per_s", { 9, 11 }, MARK_MIXED },   { "ops_per_s", { 10, 11 }, MARK_MIXED },
		{ "ops_per_s", { 10, 10 }, MARK_EQUAL },  { "lat", { 11, 12 }, MARK_WORSE },
		{ "lat", { 9, 8 }, MARK_BETTER },         { "n", { 11, 12 }, MARK_MIXED },
		{ "n", { 10, 10 }, MARK_EQUAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture x = { .f = { .blocks = 2 } };
		const struct comparison_row *row = NULL;

		for (unsigned b = 0; b < 2; b++) {
			put_number(&x.f, "b", 1, b + 1, cases[i].metric, 10);
			put_number(&x.f, "p", 1, b + 1, cases[i].metric, cases[i].patched[b]);
		}
		compare(&x);
		for (size_t k = 0; k < x.c.nr_rows && !row; k++) {
			if (!strcmp(x.c.rows[k].metric, cases[i].metric))
				row = &x.c.rows[k];
		}
		assert_non_null(row);
		assert_int_equal(row->mark, cases[i].mark);
		release(&x);
	}
}

static void highest_attempt_counts_even_if_it_failed(void **state)
{
	struct fixture x = { .f = { .blocks = 2 } };
	struct made_row first = { .variant = "p",
				  .cell = 1,
				  .block = 1,
				  .metric = "ops_per_s",
				  .value = "",
				  .status = "failed",
				  .reason = "guest died",
				  .attempt = 1 };
	struct made_row second = { .variant = "p",
				   .cell = 1,
				   .block = 1,
				   .metric = "ops_per_s",
				   .value = "30",
				   .attempt = 2 };

	(void)state;
	put_cell_2(&x.f);
	put_ops(&x.f, "b", 1, 1, "10");
	put_ops(&x.f, "b", 1, 2, "10");
	put(&x.f, second);
	put(&x.f, first);
	first.block = second.block = 2;
	first.attempt = 3;
	put(&x.f, first);
	put(&x.f, second);
	compare(&x);
	assert_int_equal(x.c.rows[0].pairs, 1);
	assert_true(x.c.rows[0].pair[0].patched == 30);
	assert_false(x.c.rows[0].pair[1].has_patched);
	assert_string_equal(x.c.rows[0].reason, "patched failed: guest died");
	assert_int_equal(x.c.unmeasured, 1);
	assert_int_equal(x.c.gaps[0].block, 2);
	release(&x);
}

static void one_side_alone_is_a_gap_with_its_reason(void **state)
{
	struct fixture x = { .f = { .blocks = 3 } };

	(void)state;
	put_cell_2(&x.f);
	put_ops(&x.f, "b", 1, 1, "10");
	put_ops(&x.f, "p", 1, 1, "20");
	put_ops(&x.f, "b", 1, 2, "10");
	compare(&x);
	assert_int_equal(x.c.unmeasured, 2);
	assert_string_equal(x.c.gaps[0].reason, "patched was not run");
	assert_string_equal(x.c.gaps[1].reason, "each side was not run");
	assert_int_equal(x.c.rows[0].pairs, 1);
	assert_true(x.c.rows[0].pair[1].has_baseline);
	assert_int_equal(x.c.rows[0].pair[0].lack, LACK_NONE);
	assert_int_equal(x.c.rows[0].pair[1].lack, LACK_MISSING);
	assert_int_equal(x.c.rows[0].lack, LACK_MISSING);
	assert_true(x.c.rows[0].ratio_median == 2);
	assert_finite(&x.c);
	release(&x);
}

static void no_rows_at_all_is_every_pair_unmeasured(void **state)
{
	struct fixture x = { .f = { .blocks = 3 } };

	(void)state;
	compare(&x);
	assert_int_equal(x.c.nr_rows, 2);
	assert_int_equal(x.c.unmeasured, 6);
	assert_int_equal(x.c.rows[0].mark, MARK_NONE);
	assert_finite(&x.c);
	release(&x);
}

static void failed_run_without_metrics_says_why(void **state)
{
	struct fixture x = { .f = { .blocks = 1 } };
	struct made_row failed = { .variant = "p",
				   .cell = 1,
				   .block = 1,
				   .metric = "",
				   .value = "",
				   .status = "invalid",
				   .reason = "extents are holes" };

	(void)state;
	put_cell_2(&x.f);
	put_ops(&x.f, "b", 1, 1, "10");
	put(&x.f, failed);
	compare(&x);
	assert_string_equal(x.c.gaps[0].reason, "patched was invalid: extents are holes");
	assert_int_equal(x.c.rows[0].lack, LACK_INVALID);
	release(&x);
}

static void the_worst_that_a_row_lacks_is_the_rows(void **state)
{
	static const char *const status[] = { "skipped", "failed", "invalid" };
	static const enum lack lack[] = { LACK_SKIPPED, LACK_FAILED, LACK_INVALID };
	struct fixture x = { .f = { .blocks = 4 } };

	(void)state;
	put_cell_2(&x.f);
	for (unsigned b = 0; b < 3; b++) {
		struct made_row row = { .variant = "p",
					.cell = 1,
					.block = b + 1,
					.metric = "",
					.value = "",
					.status = status[b],
					.reason = "why" };

		put_ops(&x.f, "b", 1, b + 1, "10");
		put(&x.f, row);
	}
	compare(&x);
	for (unsigned b = 0; b < 3; b++)
		assert_int_equal(x.c.rows[0].pair[b].lack, lack[b]);
	assert_int_equal(x.c.rows[0].pair[3].lack, LACK_MISSING);
	assert_int_equal(x.c.rows[0].lack, LACK_FAILED);
	release(&x);
}

static void ratio_that_does_not_exist_says_why(void **state)
{
	static const struct {
		const char *baseline, *patched, *why;
	} cases[] = {
		{ "0", "5", "the baseline is 0" },
		{ "-0.0", "0", "the baseline is 0" },
		{ "-1", "5", "a value is negative" },
		{ "1", "-5", "a value is negative" },
		{ "5e-324", "1e308", "the values lie too far apart" },
		{ "1e308", "5e-324", "the values lie too far apart" },
		{ "1e308", "1.7e308", NULL },
		{ "5", "0", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture x = { .f = { .blocks = 2 } };
		const struct comparison_row *row;

		for (unsigned b = 1; b <= 2; b++) {
			put_ops(&x.f, "b", 1, b, cases[i].baseline);
			put_ops(&x.f, "p", 1, b, cases[i].patched);
		}
		put_cell_2(&x.f);
		compare(&x);
		row = &x.c.rows[0];
		assert_int_equal(row->pairs, 2);
		assert_int_equal(row->has_ratio, !cases[i].why);
		if (cases[i].why)
			assert_string_equal(row->no_ratio, cases[i].why);
		assert_finite(&x.c);
		assert_int_equal(x.c.unmeasured, 0);
		release(&x);
	}
}

/* A good row with one field replaced, and what the refusal must say. */
static void hostile_rows_are_refused_with_their_line(void **state)
{
	static const struct {
		unsigned column;
		const char *text, *says;
	} cases[] = {
		{ 0, "other", "run 'other' is not 'r'" },
		{ 1, "x", "variant 'x' is not in run.json" },
		{ 2, "kp", "kernel 'kp' is not the variant's 'kb'" },
		{ 3, "kvm", "mode 'kvm' is not 'exact'" },
		{ 4, "xfs", "fs 'xfs'" },
		{ 5, "nodelalloc", "mount 'nodelalloc'" },
		{ 7, "t=3", "no cell of run.json with params 't=3'" },
		{ 8, "0", "block '0' is not a number from 1 to 2" },
		{ 8, "3", "block '3'" },
		{ 8, "-1", "block '-1'" },
		{ 8, "99999999999999999999", "block" },
		{ 9, "555", "seed '555' in block 1, which had '101' before" },
		{ 11, "x", "attempt 'x'" },
		{ 12, "locks", "pass 'locks' is not in run.json" },
		{ 13, "", "a metric without a role" },
		{ 14, "", "status ok without a metric" },
		{ 16, "ns", "metric ops_per_s in 'ns'" },
		{ 17, "lower", "better: 'lower'" },
		{ 18, "nan", "value 'nan' is not a finite number" },
		{ 18, "inf", "value 'inf'" },
		{ 18, "1e999", "value '1e999'" },
		{ 18, "0x10", "value '0x10'" },
		{ 18, "12 ", "value '12 '" },
		{ 19, "fine", "status 'fine' is not one of" },
		{ 13, "\xff\xfe", "role is not UTF-8" },
		{ 18, "10", "the same sample as in line 2" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture x = { .f = { .blocks = 2 } };
		struct err e = ERR_INIT;
		struct buf b = BUF_INIT;
		char *field, *rest;
		unsigned k = 0;

		put_ops(&x.f, "b", 1, 1, "10");
		rest = xstrdup(strchr(x.f.samples.data, '\n') + 1);
		for (char *p = rest; (field = strsep(&p, ",\n")) && p; k++)
			buf_addf(&b, "%s%s", k ? "," : "",
				 k == cases[i].column ? cases[i].text : field);
		buf_addf(&x.f.samples, "%s\n", buf_str(&b));
		assert_int_equal(load(&x.f, &x.r, &e), -EINVAL);
		assert_null(x.r);
		if (!strstr(e.text, cases[i].says) || !strstr(e.text, "samples.csv:3: "))
			fail_msg("case %zu: '%s' does not say '%s'", i, e.text, cases[i].says);
		assert_int_equal(e.exit_code, FSDUEL_USAGE);
		free(rest);
		buf_release(&b);
		buf_release(&x.f.samples);
	}
}

static void hostile_run_json_is_refused(void **state)
{
	static const struct {
		const char *from, *to, *says; /* in the text of a good run.json */
	} cases[] = {
		{ "{\"schema\"", "{{", "run.json:1:" },
		{ "\"schema\":1", "\"schema\":2", "schema 2" },
		{ "\"run\":\"r\",", "", "run" },
		{ "\"blocks\":2", "\"blocks\":0", "suite.blocks is 0" },
		{ "\"blocks\":2", "\"blocks\":-5", "suite.blocks is -5" },
		{ "\"blocks\":2", "\"blocks\":4611686018427387904", "more than 4000000 cell runs" },
		{ "\"blocks\":2", "\"blocks\":2.5", "Expected integer" },
		{ "\"baseline\":\"b\"", "\"baseline\":\"z\"",
		  "contrasts[0]: \"variants\" does not name 'z'" },
		{ "\"kernel\":\"kp\"", "\"kernel\":\"zz\"",
		  "variants[1]: \"kernels\" does not describe 'zz'" },
		{ "{\"name\":\"p\"", "{\"name\":\"b\"", "a second variant 'b'" },
		{ "\"params\":\"t=2\"", "\"params\":\"t=1\"", "cells[1]: a second cell" },
		{ "\"throughput\"", "7", "passes[0]" },
		{ "[\"throughput\"]", "[]", "no list \"passes\"" },
		{ "\"better\":\"higher\"", "\"better\":\"more\"", "metrics[0]" },
		{ "\"primary\":true", "\"primary\":false", "no metric is primary" },
		{ "\"name\":\"lat\"", "\"name\":\"ops_per_s\"", "a second metric" },
		{ "\"contrasts\"", "\"kontrasts\"", "no list \"contrasts\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made f = { .cells = 2, .blocks = 2, .metrics = lat_and_n };
		char *good = made_run(&f);
		const char *at = strstr(good, cases[i].from);
		struct results *r = NULL;
		struct err e = ERR_INIT;
		char *bad;

		assert_non_null(at);
		bad = xasprintf("%.*s%s%s", (int)(at - good), good, cases[i].to,
				at + strlen(cases[i].from));
		made_begin(&f);
		assert_int_equal(
			results_load_mem(&r, bad, strlen(bad), f.samples.data, f.samples.len, &e),
			-EINVAL);
		if (!strstr(e.text, cases[i].says))
			fail_msg("case %zu: '%s' does not say '%s'", i, e.text, cases[i].says);
		assert_int_equal(e.exit_code, FSDUEL_USAGE);
		buf_release(&f.samples);
		free(bad);
		free(good);
	}
}

static void folder_that_is_none_is_refused(void **state)
{
	struct err e = ERR_INIT;
	struct results *r;

	(void)state;
	assert_int_equal(results_load(&r, "/nonexistent", &e), -ENOENT);
	assert_null(r);
	assert_non_null(strstr(e.text, "/nonexistent is not a folder"));
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
}

static void unknown_contrast_names_the_known(void **state)
{
	struct fixture x = { .f = { .blocks = 1 } };
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(load(&x.f, &x.r, &e), 0);
	assert_int_equal(compare_results(&x.c, x.r, "zzzzzz", &e), -EINVAL);
	assert_non_null(strstr(e.text, "no contrast 'zzzzzz' in these results; known: c"));
	assert_int_equal(x.c.nr_rows, 0);
	assert_int_equal(compare_results(&x.c, x.r, "c", &e), 0);
	release(&x);
}

static size_t rows_left(const struct made *f, const char *metric, const char *role)
{
	struct fixture x = { 0 };
	struct err e = ERR_INIT;
	size_t left;

	copy_rows(&x.f, f);
	compare(&x);
	left = comparison_select(&x.c, metric, role, &e) ? SIZE_MAX : x.c.nr_rows;
	assert_int_equal(x.c.unmeasured, 0);
	release(&x);
	return left;
}

/* Cell 1 has one role and cell 2 two; each with ops_per_s, lat for the whole only. */
static void selection_keeps_what_was_asked_for(void **state)
{
	static const struct {
		unsigned cell;
		const char *role, *metric;
	} made[] = { { 1, "all", "ops_per_s" }, { 1, "all", "lat" }, { 1, "x", "ops_per_s" },
		     { 2, "all", "ops_per_s" }, { 2, "all", "lat" }, { 2, "x", "ops_per_s" },
		     { 2, "y", "ops_per_s" } };
	struct made f = { .blocks = 1 };

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(made) / sizeof(made[0]); i++)
		put(&f, (struct made_row){ .variant = i % 2 ? "p" : "b",
					   .cell = made[i / 2].cell,
					   .block = 1,
					   .role = made[i / 2].role,
					   .metric = made[i / 2].metric,
					   .value = "5" });
	assert_int_equal(rows_left(&f, NULL, NULL), 4); /* 1 all; 2 all, x, y */
	assert_int_equal(rows_left(&f, "all", NULL), 6);
	assert_int_equal(rows_left(&f, NULL, "all"), 2);
	assert_int_equal(rows_left(&f, "lat", "all"), 2);
	assert_int_equal(rows_left(&f, NULL, "x"), 2);
	assert_int_equal(rows_left(&f, NULL, "y"), 1);
	assert_int_equal(rows_left(&f, "latt", NULL), SIZE_MAX);
	assert_int_equal(rows_left(&f, NULL, "z"), SIZE_MAX);
	buf_release(&f.samples);
}

/* Worked out by hand from the definition that R calls type 7. */
static void quantiles_follow_definition_7(void **state)
{
	static const double four[] = { 1, 2, 3, 4 }, five[] = { -5, 0, 2.5, 10, 100 };
	static const double huge[] = { -1.7e308, 1.7e308 }, one[] = { 42 };

	(void)state;
	assert_true(stats_quantile_sorted(four, 4, 0) == 1);
	assert_true(stats_quantile_sorted(four, 4, 0.25) == 1.75);
	assert_true(stats_quantile_sorted(four, 4, 0.5) == 2.5);
	assert_true(stats_quantile_sorted(four, 4, 1) == 4);
	assert_true(stats_quantile_sorted(five, 5, 0.75) == 10);
	assert_true(fabs(stats_quantile_sorted(five, 5, 0.9) - 64) < 1e-12);
	assert_true(stats_median_sorted(huge, 2) == 0);
	assert_true(stats_median_sorted(one, 1) == 42);
}

/* Two cells: ops_per_s equal, lat now better, now worse, in the pass locks in other blocks. */
static void fill_watched(struct made *f, unsigned watched)
{
	static const char *const variants[] = { "b", "p" };
	char text[32];

	for (unsigned i = 0; i < 4 * f->blocks; i++) {
		const char *v = variants[i % 2];
		unsigned cell = 1 + i / 2 % 2, block = 1 + i / 4;
		double lat = 100 + i % 2 * (block * cell % 5 - 1.5);

		put_ops(f, v, cell, block, "10");
		put_number(f, v, cell, block, "lat", lat);
		if (block > watched)
			continue;
		put(f, (struct made_row){ .variant = v,
					  .cell = cell,
					  .block = block,
					  .pass = "locks",
					  .metric = "ops_per_s",
					  .value = i % 2 ? "5" : "9" });
		put(f,
		    (struct made_row){ .variant = v,
				       .cell = cell,
				       .block = block,
				       .pass = "locks",
				       .metric = "lat",
				       .value = num_format_double(
					       text, 100 + i % 2 * (block * 3 % 4 + cell - 1.5)) });
	}
}

static void hold_watched_against_bare(unsigned watched)
{
	struct fixture bare = { .f = { .blocks = 7 } };
	char *more = xasprintf(",\"watch_blocks\":%u", watched);
	struct fixture x = { .f = { .blocks = 7, .passes = "\"locks\"", .more = more } };
	size_t k = 0;

	fill_watched(&bare.f, 0);
	fill_watched(&x.f, watched);
	compare(&bare);
	compare(&x);
	assert_int_equal(x.c.unmeasured, 0);
	assert_int_equal(bare.c.nr_rows, 4);
	assert_int_equal(x.c.nr_rows, 8);
	for (size_t i = 0; i < x.c.nr_rows; i++) {
		const struct comparison_row *row = &x.c.rows[i];

		if (!strcmp(row->pass, "locks")) {
			assert_int_equal(row->planned, watched);
			assert_int_equal(row->pairs, watched);
			assert_null(row->reason);
			assert_false(row->primary || row->j.decides);
			continue;
		}
		assert_int_equal(row->planned, 7);
		assert_string_equal(row->metric, bare.c.rows[k].metric);
		assert_true(row->j.decides == bare.c.rows[k].j.decides);
		assert_true(row->j.p_family == bare.c.rows[k].j.p_family);
		assert_true(row->j.r.verdict == bare.c.rows[k++].j.r.verdict);
	}
	assert_int_equal(k, 4);
	release(&bare);
	release(&x);
	free(more);
}

static void what_watched_decides_nothing_and_lacks_nothing(void **state)
{
	(void)state;
	hold_watched_against_bare(2);
	hold_watched_against_bare(7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_values_have_ratio_exactly_one),
		cmocka_unit_test(last_digit_is_not_equal),
		cmocka_unit_test(medians_are_those_of_counting),
		cmocka_unit_test(order_of_rows_does_not_matter),
		cmocka_unit_test(swapped_sides_invert_ratios_and_marks),
		cmocka_unit_test(marks_follow_the_direction_of_the_metric),
		cmocka_unit_test(highest_attempt_counts_even_if_it_failed),
		cmocka_unit_test(one_side_alone_is_a_gap_with_its_reason),
		cmocka_unit_test(no_rows_at_all_is_every_pair_unmeasured),
		cmocka_unit_test(failed_run_without_metrics_says_why),
		cmocka_unit_test(the_worst_that_a_row_lacks_is_the_rows),
		cmocka_unit_test(ratio_that_does_not_exist_says_why),
		cmocka_unit_test(hostile_rows_are_refused_with_their_line),
		cmocka_unit_test(hostile_run_json_is_refused),
		cmocka_unit_test(folder_that_is_none_is_refused),
		cmocka_unit_test(unknown_contrast_names_the_known),
		cmocka_unit_test(selection_keeps_what_was_asked_for),
		cmocka_unit_test(quantiles_follow_definition_7),
		cmocka_unit_test(what_watched_decides_nothing_and_lacks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
