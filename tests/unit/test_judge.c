/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_judge.c: the rules of the verdict one by one, families, checks of the data,
 * and what must never be: a number that is none, a verdict from too little. The
 * figures themselves are held against R in tests/oracle.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/stats/stats.h"
#include "analysis/compare/judge_impl.h"
#include "lib/rng.h"
#include "tests/made.h"

/* --- the rules ------------------------------------------------------------------------ */

/* A cell of ten blocks in kvm, 3 % slower and sure of it; each case changes something. */
static struct evidence slower(void)
{
	return (struct evidence){
		.better = 1,
		.n = 10,
		.shift = log(0.97),
		.sd = 0.01,
		.inside = { true, log(0.965), log(0.975) },
		.p_family = 0.01,
		.alpha = 0.05,
		.alpha_next = 0.05,
		.alpha_same = 0.05,
		.min_blocks = 6,
		.cells = 20,
		.margin = 0.02,
	};
}

static void assert_rule(struct evidence e, enum verdict v)
{
	struct ruling r = verdict_rule(&e);

	assert_string_equal(verdict_names[r.verdict], verdict_names[v]);
	assert_true((v == VERDICT_UNSURE) == (r.why != NULL) || v == VERDICT_NONE);
	assert_true(v == VERDICT_UNSURE || !r.more_blocks);
}

static void significant_and_past_the_margin_is_slower_or_faster(void **state)
{
	struct evidence e = slower();

	(void)state;
	assert_rule(e, VERDICT_SLOWER);
	e.better = -1;
	assert_rule(e, VERDICT_FASTER);
	e.shift = log(1.03);
	assert_rule(e, VERDICT_SLOWER);
	e.better = 1;
	assert_rule(e, VERDICT_FASTER);
	e.p_family = 0.05;
	assert_rule(e, VERDICT_FASTER);
	e.p_family = 0.0501;
	assert_rule(e, VERDICT_UNSURE);
	e.better = 0;
	assert_rule(e, VERDICT_NONE);
}

static void same_must_be_shown(void **state)
{
	struct evidence e = slower();

	(void)state;
	e.shift = log(0.999);
	e.inside = (struct interval){ true, log(0.985), log(1.01) };
	e.p_family = 1;
	assert_rule(e, VERDICT_SAME);
	e.inside.low = log(0.9799);
	assert_rule(e, VERDICT_UNSURE);
	e.inside.low = log(0.985);
	e.inside.high = log(1.0201);
	assert_rule(e, VERDICT_UNSURE);
	e.inside.exists = false;
	assert_rule(e, VERDICT_UNSURE);
}

static void significant_inside_the_margin_is_the_same_and_sure(void **state)
{
	struct evidence e = slower();

	(void)state;
	e.shift = log(0.99);
	e.inside = (struct interval){ true, log(0.985), log(0.995) };
	assert_rule(e, VERDICT_SAME);
	assert_true(verdict_rule(&e).significant);
	e.inside.low = log(0.975); /* sure of the sign only */
	assert_rule(e, VERDICT_UNSURE);
	assert_non_null(strstr(verdict_rule(&e).why, "which side of the margin"));
}

static void exact_mode_needs_six_seeds_or_equal_samples(void **state)
{
	struct evidence e = slower();

	(void)state;
	e.exact_mode = true;
	e.margin = 0.001;
	e.p_family = 0.001;
	e.inside = (struct interval){ true, log(0.9999), log(1.0001) };
	for (e.n = 1; e.n < 6; e.n++) { /* whatever the p: fewer than six seeds */
		assert_rule(e, VERDICT_UNSURE);
		assert_string_equal(verdict_rule(&e).why, "fewer than 6 seeds");
	}
	assert_rule(e, VERDICT_SLOWER);
	e.n = 1;
	e.identical = true; /* every sample, latencies too */
	e.shift = 0;
	e.p_family = 1;
	assert_rule(e, VERDICT_SAME);
	assert_true(verdict_rule(&e).fact);
	e.resolution = 0.002; /* a count that cannot tell 0.1 % */
	assert_rule(e, VERDICT_UNSURE);
	assert_true(verdict_rule(&e).coarse && !verdict_rule(&e).more_blocks);
	e.resolution = 0;
	e.exact_mode = false; /* on the wall clock it proves nothing */
	e.inside.exists = false;
	assert_rule(e, VERDICT_UNSURE);
}

static void nothing_is_the_same_below_its_resolution(void **state)
{
	struct evidence e = slower();

	(void)state;
	e.shift = log(0.999);
	e.inside = (struct interval){ true, log(0.99), log(1.005) };
	e.p_family = 1;
	e.resolution = 0.02; /* as fine as the margin */
	assert_rule(e, VERDICT_SAME);
	e.resolution = 0.021;
	assert_rule(e, VERDICT_UNSURE);
	e.p_family = 0.01;
	e.shift = log(0.96); /* past the margin, and by less than it is known to */
	assert_rule(e, VERDICT_UNSURE);
	e.shift = log(0.95);
	assert_rule(e, VERDICT_SLOWER);
}

static void what_has_no_ratio_is_unsure(void **state)
{
	struct evidence e = slower();

	(void)state;
	e.no_ratio = "a value is negative";
	assert_rule(e, VERDICT_UNSURE);
	assert_string_equal(verdict_rule(&e).why, "a value is negative");
	e.no_ratio = NULL;
	e.n = 0;
	assert_rule(e, VERDICT_UNSURE);
	assert_string_equal(verdict_rule(&e).why, "no pair was measured");
}

/* As many more blocks as it says do settle it, and one fewer would not. */
static void more_blocks_are_enough_and_not_too_many(void **state)
{
	struct evidence e = slower();
	unsigned more, before = 0;

	(void)state;
	e.p_family = 0.3;
	e.inside.exists = false;
	for (double sd = 0.01; sd < 0.05; sd += 0.005) {
		e.sd = sd;
		more = verdict_more_blocks(&e);
		assert_true(more > 0 && more >= before);
		before = more;
	}
	e.sd = 1;
	assert_int_equal(verdict_more_blocks(&e), 0); /* past any plan */
	e.sd = 0;
	assert_int_equal(verdict_more_blocks(&e), 1);
	e.n = 1;
	assert_int_equal(verdict_more_blocks(&e), 5);
	e = slower();
	e.shift = log1p(-0.02); /* on the margin itself no number of blocks settles it */
	assert_int_equal(verdict_more_blocks(&e), 0);
	e.shift = 0;
	e.sd = 0.02;
	assert_true(verdict_more_blocks(&e) > 0 && verdict_more_blocks(&e) < 20);
	e = slower();
	e.sd = 0.03; /* a second look has a tenth of the level: more blocks than a first would */
	more = verdict_more_blocks(&e);
	e.alpha_next = 0.005;
	assert_true(verdict_more_blocks(&e) > more);
	e = slower();
	e.resolution = 0.015; /* sure to be past the margin, by less than it is known to */
	assert_rule(e, VERDICT_UNSURE);
	assert_int_equal(verdict_rule(&e).more_blocks, 0);
}

/* --- families ---------------------------------------------------------------------------- */

static void families_need_their_blocks(void **state)
{
	static const unsigned apart[][2] = { { 0, 1 }, { 2, 3 }, { 4, 5 } };
	static const unsigned chain[][2] = { { 0, 1 }, { 0, 2 }, { 3, 4 }, { 2, 1 } };
	size_t of[4];

	(void)state;
	assert_int_equal(family_min_blocks(0.05, 1), 6);
	assert_int_equal(family_min_blocks(0.05, 2), 7);
	assert_int_equal(family_min_blocks(0.01, 1), 8);
	assert_int_equal(judge_min_blocks(1, false), 6);
	assert_int_equal(judge_families(apart, 3, of), 1);
	assert_int_equal(judge_families(chain, 4, of), 3);
	assert_true(of[0] == 0 && of[1] == 1 && of[2] == 0 && of[3] == 2);
	assert_int_equal(judge_families(NULL, 0, NULL), 0);
}

/* One look, no margin. */
static struct family_how test_family(const double *d, size_t cells, unsigned blocks, uint64_t draws,
				     uint64_t seed, struct family_cell *out)
{
	const double margin[20] = { 0 };
	const struct family_look look = { blocks, VERDICT_ALPHA };

	return family_test(&(struct family){ .d = d,
					     .margin = margin,
					     .cells = cells,
					     .blocks = blocks,
					     .looks = &look,
					     .nr_looks = 1,
					     .draws = draws,
					     .seed = seed },
			   out);
}

static void one_cell_alone_has_its_own_p(void **state)
{
	static const double d[] = { 1, 2, 3, -0.5, 4, 5 };
	struct family_cell cell;

	(void)state;
	test_family(d, 1, 6, 0, 1, &cell);
	assert_true(cell.p_alone == cell.p);
	assert_true(fabs(cell.p - 4.0 / 64) < 1e-12); /* the data, -0.5 turned, and their mirrors */
}

/* Sharing a block's sign makes copies of one cell as good as one. */
static void copies_of_a_cell_cost_nothing(void **state)
{
	struct family_cell cell[20];
	double d[20][8];
	struct rng rng = { 3 };

	(void)state;
	for (int c = 0; c < 20; c++)
		for (int b = 0; b < 8; b++)
			d[c][b] = c ? d[0][b] : 1 + (double)rng_below(&rng, 1000) / 500;
	test_family(d[0], 20, 8, 0, 1, cell);
	for (int c = 0; c < 20; c++) {
		assert_true(fabs(cell[c].p - 2.0 / 256) < 1e-12);
		assert_true(fabs(cell[c].p_alone - 2.0 / 256) < 1e-12);
	}
}

/* Gone through or drawn: the same p, within what drawing allows; and drawing is seeded. */
static void drawn_flips_agree_with_all_flips(void **state)
{
	struct family_cell p[2][3], again[3];
	double d[3][17];
	struct rng rng = { 5 };
	struct family_how how;

	(void)state;
	for (int c = 0; c < 3; c++)
		for (int b = 0; b < 17; b++)
			d[c][b] = c + 0.5 * ((double)rng_below(&rng, 2001) / 1000 - 1) * 6;
	how = test_family(d[0], 3, 17, 0, 1, p[0]);
	assert_false(how.exact);
	how = test_family(d[0], 3, 17, 0, 1, again);
	assert_memory_equal(p[0], again, sizeof(again));
	how = test_family(d[0], 3, 17, 0, 2, p[1]);
	assert_true(how.flips == 65536);
	for (int c = 0; c < 3; c++)
		assert_true(fabs(p[0][c].p - p[1][c].p) < 0.01);
}

/* --- checks --------------------------------------------------------------------------------- */

/* The chance that the limit of p stands for, by draws of another seed. */
static double chance_below(size_t n, double p, unsigned draws)
{
	double limit = check_split_limit(n, p, 1), v[40];
	struct rng rng = { 1000 + n };
	unsigned below = 0;

	for (unsigned k = 0; k < draws; k++) {
		for (size_t i = 0; i < n; i++)
			v[i] = (double)(rng_next(&rng) >> 11);
		below += check_split(v, n) < limit;
	}
	return below / (double)draws;
}

/* With 10, 1000 and 10000 cells: no more than their share of 5 %. */
static void two_humps_hold_their_level_in_many_cells(void **state)
{
	static const size_t n[] = { 8, 12, 20, 40 };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		double few = chance_below(n[i], 0.0025, 100000);
		double many = chance_below(n[i], 0.05 / 2000, 400000);

		assert_true(few < 0.0025 * 1.25 && few > 0.0025 * 0.4);
		assert_true(many < 0.05 / 2000 * 1.6);
	}
	/* Expected: 5; more than 11 by chance in one of 180. */
	assert_true(chance_below(8, 0.05 / 20000, 2000000) <= 11.0 / 2000000);
}

static void checks_find_what_is_there_and_nothing_else(void **state)
{
	double noise[12], humps[16], pulse[12];
	struct rng rng = { 9 };

	(void)state;
	for (int i = 0; i < 12; i++) {
		noise[i] = (double)rng_below(&rng, 1000);
		pulse[i] = i ? noise[i] / 1000 : 50;
	}
	for (int i = 0; i < 16; i++)
		humps[i] = (i % 2 ? 100 : 0) + (double)rng_below(&rng, 10);
	assert_true(check_apart(pulse, 12, 0) < 1e-6);
	assert_true(check_apart(pulse, 12, 5) > 0.05);
	assert_true(check_apart(noise, 3, 0) == 1);
	assert_true(check_split(humps, 16) < check_split_limit(16, 0.001, 1));
	assert_true(check_split(noise, 12) > check_split_limit(12, 0.001, 1));
	assert_true(check_split(noise, 4) == 1);
	memset(noise, 0, sizeof(noise));
	assert_true(check_split(noise, 12) == 1 && check_apart(noise, 12, 0) == 1);
}

static double detectable(double sd, unsigned n, size_t cells, double margin, double chance)
{
	double sds[20], margins[20], out[20];
	const struct floor_family f = { sds, margins, cells, 1, n };

	for (size_t c = 0; c < cells; c++) {
		sds[c] = sd;
		margins[c] = margin;
	}
	floor_detectable(&f, &chance, 1, out);
	return out[0];
}

/* That the chance is what it says is tried by tests/oracle/simulate.c. */
static void detectable_change_shrinks_with_blocks(void **state)
{
	double ten = detectable(0.014, 10, 20, 0.02, 0.8);

	(void)state;
	assert_true(detectable(0.014, 1, 20, 0.02, 0.8) < 0);
	assert_true(detectable(0.014, 5, 1, 0.02, 0.8) < 0);
	assert_true(ten > detectable(0.014, 20, 20, 0.02, 0.8));
	assert_true(detectable(0.014, 10, 20, 0.02, 0.95) > ten);
	assert_true(detectable(0.05, 10, 1, 0.02, 0.8) < detectable(0.05, 10, 20, 0.02, 0.8));
	/* Without noise the margin is left, and it has to be passed. */
	assert_true(fabs(detectable(0, 10, 20, 0.02, 0.8) - 0.0204) < 1e-4);
	assert_true(fabs(detectable(0, 10, 20, 0.001, 0.8) - 0.001) < 1e-5);
}

/* --- whole folders ---------------------------------------------------------------------------- */

/* A folder in the given mode. */
struct maker {
	const char *mode, *more; /* as of struct made */
	unsigned cells, blocks;
	double (*value)(unsigned cell, unsigned block, bool patched);
	bool (*patched_first)(unsigned block);
	const char *marks[2]; /* of baseline and patched, each of their samples; NULL: none */
};

struct folder {
	struct results *r;
	struct comparison c;
};

static void make(struct folder *f, const struct maker *m, const struct judge_opts *o)
{
	struct made made = {
		.mode = m->mode, .cells = m->cells, .blocks = m->blocks, .more = m->more
	};
	struct err e = ERR_INIT;

	for (unsigned i = 0; i < m->cells * m->blocks * 2; i++) {
		unsigned cell = i / 2 % m->cells, block = 1 + i / 2 / m->cells;
		bool first = m->patched_first ? m->patched_first(block) : block * 7 / 3 % 2;

		made_add_number(&made,
				(struct made_row){ .variant = i % 2 ? "p" : "b",
						   .cell = cell + 1,
						   .block = block,
						   .position = i % 2 == first ? 1 : 2,
						   .marks = m->marks[i % 2] },
				m->value(cell, block, i % 2));
	}
	if (made_load(&made, &f->r, &e) || compare_results(&f->c, f->r, NULL, &e))
		fail_msg("%s", e.text);
	comparison_judge(&f->c, f->r, o);
	buf_release(&made.samples);
}

static void drop(struct folder *f)
{
	comparison_release(&f->c);
	results_free(f->r);
}

/* Noise of about 0.5 %, the same for the same cell, block and side. */
static double noisy(unsigned cell, unsigned block, bool patched)
{
	uint64_t h = rng_mix(rng_mix(cell, block), patched);

	return 1000 * (1 + 0.01 * ((double)(h >> 11) / 9007199254740992.0 - 0.5));
}

static double third_slower(unsigned cell, unsigned block, bool patched)
{
	return noisy(cell, block, patched) * (patched && cell == 3 ? 0.97 : 1);
}

static void planted_slowdown_is_found_and_nothing_else(void **state)
{
	struct maker m = { .mode = "kvm", .cells = 20, .blocks = 10, .value = third_slower };
	struct folder f;

	(void)state;
	make(&f, &m, NULL);
	assert_int_equal(comparison_count(&f.c, VERDICT_SLOWER), 1);
	assert_int_equal(comparison_count(&f.c, VERDICT_SAME), 19);
	assert_int_equal(f.c.rows[3].j.r.verdict, VERDICT_SLOWER);
	assert_string_equal(f.c.headlines[0].worst[0].varying, "t=4");
	assert_true(f.c.headlines[0].rate.i95.exists &&
		    f.c.headlines[0].rate.i95.low < f.c.headlines[0].rate.mean);
	drop(&f);
	m.value = noisy;
	make(&f, &m, NULL);
	assert_int_equal(comparison_count(&f.c, VERDICT_SAME), 20);
	assert_int_equal(f.c.warnings.n, 0);
	drop(&f);
}

static void margin_comes_from_the_command_line_the_suite_or_the_mode(void **state)
{
	struct maker m = { .mode = "kvm", .cells = 4, .blocks = 10, .value = third_slower };
	struct judge_opts wide = { .margin = 0.1 };
	struct folder f;

	(void)state;
	make(&f, &m, &wide);
	assert_true(f.c.rows[3].j.margin == 0.1);
	assert_int_equal(f.c.rows[3].j.r.verdict, VERDICT_SAME);
	assert_true(f.c.rows[3].j.r.significant);
	drop(&f);
	m.more = ",\"margins\":{\"ops_per_s\":0.05}";
	make(&f, &m, NULL);
	assert_true(f.c.rows[3].j.margin == 0.05);
	drop(&f);
	m.more = NULL;
	m.mode = "exact";
	make(&f, &m, NULL);
	assert_true(f.c.rows[3].j.margin == VERDICT_MARGIN_EXACT);
	drop(&f);
}

static void five_blocks_never_decide(void **state)
{
	struct maker m = { .mode = "kvm", .cells = 4, .blocks = 5, .value = third_slower };
	struct folder f;

	(void)state;
	make(&f, &m, NULL);
	assert_int_equal(f.c.rows[3].j.r.verdict, VERDICT_UNSURE);
	assert_int_equal(f.c.remarks.n, 1);
	assert_non_null(strstr(f.c.remarks.v[0], "fewer than 6 (-b 6)"));
	drop(&f);
}

static void looks_are_judged_on_their_own_blocks(void **state)
{
	struct maker m = { .mode = "kvm",
			   .cells = 4,
			   .blocks = 12,
			   .value = third_slower,
			   .more = ",\"looks\":[{\"blocks\":8,\"alpha\":0.01},{\"blocks\":12,"
				   "\"alpha\":0.01},{\"blocks\":16,\"alpha\":0.01}]" };
	struct folder f;

	(void)state;
	make(&f, &m, NULL);
	assert_int_equal(f.c.rows[3].j.r.verdict, VERDICT_SLOWER);
	assert_true(f.c.rows[3].j.look == 8 || f.c.rows[3].j.look == 12);
	assert_true(f.c.rows[3].j.p_family <= 0.05);
	assert_non_null(strstr(f.c.remarks.v[0], "looks at 8, 12 blocks"));
	drop(&f);
}

static void looks_spend_no_more_than_the_level(void **state)
{
	struct judge_look look[JUDGE_LOOKS_MAX];

	(void)state;
	for (unsigned max = JUDGE_LOOK_FIRST; max <= 1000; max++) {
		size_t nr = judge_looks(max, look);
		double spent = 0;

		assert_in_range(nr, 1, JUDGE_LOOKS_MAX);
		for (size_t i = 0; i < nr; i++) {
			assert_true(look[i].alpha > 0.009 && look[i].blocks >= JUDGE_LOOK_FIRST);
			assert_true(!i || look[i].blocks > look[i - 1].blocks);
			spent += look[i].alpha;
		}
		assert_true(fabs(spent - VERDICT_ALPHA) < 1e-12);
		assert_int_equal(look[nr - 1].blocks, max);
	}
}

static void unpaired_sides_are_told_by_ranks(void **state)
{
	struct maker m = { .mode = "kvm",
			   .cells = 4,
			   .blocks = 10,
			   .value = third_slower,
			   .more = ",\"paired\":false" };
	struct folder f;

	(void)state;
	make(&f, &m, NULL);
	assert_false(f.c.paired);
	assert_int_equal(f.c.rows[3].j.r.verdict, VERDICT_SLOWER);
	assert_int_equal(comparison_count(&f.c, VERDICT_SAME), 3);
	assert_non_null(strstr(f.c.remarks.v[0], "not paired"));
	drop(&f);
}

static double drifting(unsigned cell, unsigned block, bool patched)
{
	return noisy(cell, block, patched) * (1 + 0.02 * block) *
	       (block == 4 && !patched ? 1.3 : 1);
}

static bool always(unsigned block)
{
	(void)block;
	return true;
}

static void warn_of(const struct comparison *c, const char *what)
{
	for (size_t i = 0; i < c->warnings.n; i++)
		if (strstr(c->warnings.v[i], what))
			return;
	fail_msg("no warning of '%s'", what);
}

static void odd_data_raise_warnings_and_drop_nothing(void **state)
{
	struct maker m = {
		.mode = "kvm", .cells = 2, .blocks = 12, .value = drifting, .patched_first = always
	};
	struct folder f;

	(void)state;
	make(&f, &m, NULL);
	warn_of(&f.c, "an outlier, kept: w t=1 (block 4, ");
	warn_of(&f.c, "patched came first in all 12 blocks");
	assert_int_equal(f.c.rows[0].pairs, 12);
	drop(&f);
}

static void what_disturbed_is_named_and_an_option_without_effect_is_not(void **state)
{
	struct maker m = { .mode = "kvm",
			   .cells = 2,
			   .blocks = 10,
			   .value = noisy,
			   .marks = { "no_effect,steal", "no_effect" } };
	struct folder f;

	(void)state;
	make(&f, &m, NULL);
	warn_of(&f.c, "disturbed while measuring: w t=1 (steal in 10 of 20 runs)");
	drop(&f);
	m.marks[0] = m.marks[1];
	make(&f, &m, NULL);
	assert_int_equal(f.c.warnings.n, 0);
	drop(&f);
}

static void missed_operations_are_no_disturbance_and_are_said(void **state)
{
	struct maker m = { .mode = "exact",
			   .cells = 2,
			   .blocks = 10,
			   .value = noisy,
			   .marks = { "no_effect,missed", NULL } };
	struct folder f;

	(void)state;
	make(&f, &m, NULL);
	warn_of(&f.c, "never started, and count with the time they waited: w t=1 "
		      "(missed in 10 of 20 runs)");
	for (size_t i = 0; i < f.c.warnings.n; i++)
		assert_null(strstr(f.c.warnings.v[i], "disturbed"));
	drop(&f);
}

static void floor_warns_of_a_margin_too_fine(void **state)
{
	struct maker m = { .mode = "kvm", .cells = 2, .blocks = 10, .value = noisy };
	json_t *floor =
		json_pack("{s:[{s:s, s:s, s:s, s:s, s:f}]}", "cells", "workload", "w", "params",
			  "t=2", "role", "all", "metric", "ops_per_s", "sd_log", 0.05);
	struct judge_opts o = { .floor = floor };
	struct folder f;
	json_t *kept;

	(void)state;
	make(&f, &m, &o);
	assert_int_equal(f.c.remarks.n, 1);
	assert_non_null(strstr(f.c.remarks.v[0], "finer than this machine can see"));
	assert_non_null(strstr(f.c.remarks.v[0], "w t=2 ("));
	kept = floor_json(&f.c, f.r);
	assert_int_equal(json_array_size(json_object_get(kept, "cells")), 2);
	assert_true(floor_sd(kept, &f.c.rows[1]) == f.c.rows[1].j.sd_log);
	f.c.rows[1].role = "write"; /* a noisy role lends its spread to no other */
	assert_true(floor_sd(kept, &f.c.rows[1]) < 0);
	json_decref(kept);
	drop(&f);
	json_decref(floor);
}

static double wild(unsigned cell, unsigned block, bool patched)
{
	static const double v[] = { 0, -5, 1e308, 5e-324, 1, 1e-300, 1e300, -0.0 };

	return v[rng_mix(rng_mix(cell, block), patched) % 8];
}

static void wild_values_give_sentences_and_no_numbers(void **state)
{
	static const char *const modes[] = { "kvm", "exact" };
	static const char *const more[] = { NULL, ",\"paired\":false" };

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct maker m = { .mode = modes[i % 2],
				   .more = more[i / 2],
				   .cells = 40,
				   .blocks = 1 + 3 * (unsigned)i,
				   .value = wild };
		struct folder f;

		make(&f, &m, NULL);
		for (size_t k = 0; k < f.c.nr_rows; k++) {
			const struct judgement *j = &f.c.rows[k].j;

			assert_true(isfinite(j->change) && isfinite(j->i95.low) &&
				    isfinite(j->i95.high));
			assert_true(isfinite(j->p_family) && isfinite(j->sd_log));
			assert_true(j->has_change || j->zero || j->r.verdict == VERDICT_UNSURE);
			assert_true(j->r.verdict != VERDICT_UNSURE || j->r.why);
		}
		assert_true(isfinite(f.c.headlines[0].rate.mean));
		drop(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(significant_and_past_the_margin_is_slower_or_faster),
		cmocka_unit_test(same_must_be_shown),
		cmocka_unit_test(significant_inside_the_margin_is_the_same_and_sure),
		cmocka_unit_test(exact_mode_needs_six_seeds_or_equal_samples),
		cmocka_unit_test(nothing_is_the_same_below_its_resolution),
		cmocka_unit_test(what_has_no_ratio_is_unsure),
		cmocka_unit_test(more_blocks_are_enough_and_not_too_many),
		cmocka_unit_test(families_need_their_blocks),
		cmocka_unit_test(one_cell_alone_has_its_own_p),
		cmocka_unit_test(copies_of_a_cell_cost_nothing),
		cmocka_unit_test(drawn_flips_agree_with_all_flips),
		cmocka_unit_test(two_humps_hold_their_level_in_many_cells),
		cmocka_unit_test(checks_find_what_is_there_and_nothing_else),
		cmocka_unit_test(detectable_change_shrinks_with_blocks),
		cmocka_unit_test(planted_slowdown_is_found_and_nothing_else),
		cmocka_unit_test(margin_comes_from_the_command_line_the_suite_or_the_mode),
		cmocka_unit_test(five_blocks_never_decide),
		cmocka_unit_test(looks_are_judged_on_their_own_blocks),
		cmocka_unit_test(looks_spend_no_more_than_the_level),
		cmocka_unit_test(unpaired_sides_are_told_by_ranks),
		cmocka_unit_test(odd_data_raise_warnings_and_drop_nothing),
		cmocka_unit_test(what_disturbed_is_named_and_an_option_without_effect_is_not),
		cmocka_unit_test(missed_operations_are_no_disturbance_and_are_said),
		cmocka_unit_test(floor_warns_of_a_margin_too_fine),
		cmocka_unit_test(wild_values_give_sentences_and_no_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
