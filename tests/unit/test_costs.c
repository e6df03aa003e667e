/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_costs.c: a profile read, summed and held against a change. The rows are made
 * up, so that every figure is known beforehand.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/costs/costs.h"
#include "analysis/compare/judge.h"
#include "dashboards/export/formats.h"
#include "dashboards/words/text.h"
#include "lib/fs.h"
#include "tests/made.h"

/* --- a folder in memory ----------------------------------------------------------------------- */

/* One cell, blocks of which all are profiled. */
struct folder {
	struct made made;
	struct buf rows;
	struct results *r;
	struct costs *c;
	struct err e;
};

static void folder_init(struct folder *f, unsigned blocks)
{
	static const char *const names[] = { PROFILE_COLUMNS };

	*f = (struct folder){ .made = { .blocks = blocks, .passes = "\"profile\"" } };
	csv_add_row(&f->rows, names, PROFILE_COLUMNS_N);
}

static void put_sample(struct folder *f, const char *variant, unsigned block, const char *pass,
		       const char *metric, double value)
{
	made_add_number(
		&f->made,
		(struct made_row){
			.variant = variant, .block = block, .pass = pass, .metric = metric },
		value);
}

/* Both passes of one cell run. */
static void put_run(struct folder *f, const char *variant, unsigned block, double ops, double ns)
{
	put_sample(f, variant, block, "throughput", "ops_per_s", ops * 1e9 / ns);
	put_sample(f, variant, block, "profile", "counted_ops", ops);
	put_sample(f, variant, block, "profile", "counted_time", ns);
}

static void put_row(struct folder *f, const char *variant, unsigned block, const char *object,
		    const char *function, const char *address, unsigned instructions,
		    unsigned calls)
{
	made_add_who(&f->rows, &f->made,
		     &(struct made_row){ .variant = variant, .block = block, .pass = "profile" });
	buf_addf(&f->rows, "%s,%s,%s,%u,%u\n", object, function, address, instructions, calls);
}

static int folder_load(struct folder *f)
{
	if (made_load(&f->made, &f->r, &f->e))
		fail_msg("%s", f->e.text);
	return costs_load_mem(&f->c, f->r, "profile.csv", f->rows.data, f->rows.len, &f->e);
}

static const struct cost_cell *folder_cell(struct folder *f)
{
	if (folder_load(f))
		fail_msg("%s", f->e.text);
	assert_non_null(f->c);
	assert_int_equal(f->c->nr_cells, 1);
	return &f->c->cells[0];
}

static void folder_release(struct folder *f)
{
	costs_free(f->c);
	results_free(f->r);
	buf_release(&f->made.samples);
	buf_release(&f->rows);
}

static void refused(struct folder *f, const char *why)
{
	assert_int_equal(folder_load(f), -EINVAL);
	assert_null(f->c);
	if (!strstr(f->e.text, why))
		fail_msg("'%s' says nothing of '%s'", f->e.text, why);
	assert_int_equal(f->e.exit_code, FSDUEL_USAGE);
	folder_release(f);
}

static void near(double have, double want)
{
	if (!(fabs(have - want) <= 1e-9 * (1 + fabs(want))))
		fail_msg("%.17g instead of %.17g", have, want);
}

/* --- figures --------------------------------------------------------------------------------- */

/* 100 operations of 1000 instructions, 1 us idle each; patched: f is called twice as often. */
static void put_usual(struct folder *f, unsigned block, unsigned f_calls, unsigned f_each)
{
	put_run(f, "b", block, 100, 200000);
	put_run(f, "p", block, 100, 160000 + f_calls * f_each);
	put_row(f, "b", block, "kernel", "ext4_f", "0xffffffff81000010", 40000, 100);
	put_row(f, "p", block, "kernel", "ext4_f", "ffffffff82000010", f_calls * f_each, f_calls);
	put_row(f, "b", block, "kernel", "schedule", "0xffffffff81000400", 60000, 200);
	put_row(f, "p", block, "kernel", "schedule", "0xffffffff82000400", 60000, 200);
}

static void more_calls_and_longer_calls_are_told_apart(void **state)
{
	struct folder f;
	const struct cost_cell *c;
	const struct cost_line *l;

	(void)state;
	folder_init(&f, 1);
	put_usual(&f, 1, 150, 600); /* 1 call of 400 -> 1.5 calls of 600 */
	c = folder_cell(&f);
	assert_int_equal(c->pairs, 1);
	assert_int_equal(c->planned, 1);
	near(c->whole.instructions[0], 1000);
	near(c->whole.instructions[1], 1500);
	near(c->time_ns[1], 2500);
	near(c->idle_ns[0], 1000);
	near(c->idle_ns[1], 1000);
	l = &c->lines[0];
	assert_string_equal(l->name, "ext4_f");
	near(l->change, 500);
	assert_true(l->has_split && c->has_share);
	near(l->share, 1);
	near(l->calls[1], 1.5);
	near(l->by_calls, 200);
	near(l->by_length, 300);
	near(c->subsystem[l->subsystem].change, 500);
	near(c->lines[1].change, 0);
	folder_release(&f);
}

static void blocks_give_a_spread_and_a_missing_function_is_none(void **state)
{
	struct folder f;
	const struct cost_cell *c;
	const struct cost_line *l;

	(void)state;
	folder_init(&f, 2);
	put_usual(&f, 1, 100, 600);
	put_usual(&f, 2, 100, 500);
	for (unsigned b = 1; b <= 2; b++) {
		put_row(&f, "b", b, "kernel", "often", "0xffffffff81000900", 100, 10);
		put_row(&f, "p", b, "kernel", "often", "0xffffffff82000900", 200, 20);
	}
	put_row(&f, "p", 2, "kernel", "rare", "0xffffffff82000800", 1000, 1);
	c = folder_cell(&f);
	assert_int_equal(c->pairs, 2);
	l = costs_find(c, "ext4_f.isra.0");
	near(l->change, 150);
	near(l->change_min, 100);
	near(l->change_max, 200);
	l = costs_find(c, "rare");
	assert_true(!l->there[0] && l->there[1] && !l->has_split && !l->object[0]);
	assert_string_equal(l->no_split, "it was executed on one side only");
	near(l->change, 5);
	near(l->change_min, 0);
	near(l->change_max, 10);
	near(c->whole.change_max, 201);
	l = costs_find(c, "often");
	near(l->calls[1], 0.2);
	near(l->by_calls, 1);
	near(l->by_length, 0);
	assert_null(costs_find(c, "no_such"));
	folder_release(&f);
}

static void pieces_are_their_function(void **state)
{
	struct cost_piece *pieces;
	struct cost_run run;
	struct folder f;
	const struct cost_line *l;

	(void)state;
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 400);
	/* g in one piece; in two: one entered as a function, one not. */
	put_row(&f, "b", 1, "kernel", "g", "0xffffffff81000800", 5000, 100);
	put_row(&f, "p", 1, "kernel", "g.isra.0", "0xffffffff82000800", 3000, 100);
	put_row(&f, "p", 1, "kernel", "g.part.0", "0xffffffff82000900", 2000, 50);
	put_row(&f, "p", 1, "kernel", "g.cold", "0xffffffff82009000", 500, 7);
	/* h without its beginning on one side: calls are not the same thing. */
	put_row(&f, "b", 1, "kernel", "h", "0xffffffff81000a00", 5000, 100);
	put_row(&f, "p", 1, "kernel", "h.part.0", "0xffffffff82000a00", 2000, 50);
	l = costs_find(folder_cell(&f), "g");
	near(l->instructions[1], 55);
	near(l->calls[1], 1);
	assert_true(l->has_split);
	near(l->by_length, 5);
	assert_int_equal(l->namesakes, 1);
	l = costs_find(&f.c->cells[0], "h");
	assert_false(l->has_split);
	assert_non_null(strstr(l->no_split, "callers"));
	assert_true(costs_run(f.c, &f.c->cells[0], 1, &run));
	assert_int_equal(costs_pieces(f.c, run.cell, run.variant[1], 1, "g.part.0", &pieces), 3);
	assert_string_equal(pieces[1].function, "g.part.0");
	assert_int_equal(pieces[1].end, 0xffffffff82000a00);
	assert_true(pieces[2].end == UINT64_MAX);
	free(pieces);
	assert_false(costs_run(f.c, &f.c->cells[0], 2, &run));
	folder_release(&f);
}

static void a_module_may_be_built_in_elsewhere(void **state)
{
	struct folder f;
	const struct cost_line *l;
	unsigned seen = 0;

	(void)state;
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 400);
	put_row(&f, "b", 1, "null_blk", "null_queue_rq", "0xffffffffc0000010", 1000, 100);
	put_row(&f, "p", 1, "kernel", "null_queue_rq", "0xffffffff82000800", 1500, 100);
	/* Both in one cell run: not the same function, whatever the name. */
	put_row(&f, "b", 1, "ext4", "init_once", "0xffffffffc0001000", 100, 1);
	put_row(&f, "b", 1, "kernel", "init_once", "0xffffffff81000900", 200, 2);
	put_row(&f, "p", 1, "kernel", "init_once", "0xffffffff82000900", 300, 2);
	/* A function of user space is never the kernel's. */
	put_row(&f, "b", 1, PROFILE_GUEST, "memcpy", "0x401000", 100, 1);
	put_row(&f, "p", 1, "kernel", "memcpy", "0xffffffff82000a00", 100, 1);
	/* Two of one name and object are summed, and counted. */
	put_row(&f, "p", 1, "kernel", "memcpy", "0xffffffff82000b00", 100, 1);
	folder_cell(&f);
	l = costs_find(&f.c->cells[0], "null_queue_rq");
	near(l->change, 5);
	assert_string_equal(l->object[0], "null_blk");
	assert_string_equal(l->object[1], "kernel");
	for (size_t i = 0; i < f.c->cells[0].nr_lines; i++) {
		l = &f.c->cells[0].lines[i];
		if (!strcmp(l->name, "init_once"))
			seen += l->there[1] ? 1 : 10;
		if (!strcmp(l->name, "memcpy"))
			seen += l->there[1] && l->namesakes == 2 && !l->there[0] ? 100 : 1000;
	}
	assert_int_equal(seen, 1111);
	folder_release(&f);
}

static void what_has_no_name_keeps_none(void **state)
{
	struct folder f;
	const struct cost_line *l;

	(void)state;
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 400);
	put_row(&f, "b", 1, "kernel", "", "", 900, 0);
	put_row(&f, "p", 1, "kernel", "", "", 100, 0);
	put_row(&f, "p", 1, PROFILE_PROGRAM, "", "", 5000, 0);
	folder_cell(&f);
	l = costs_find(&f.c->cells[0], COSTS_UNKNOWN);
	assert_non_null(l);
	assert_false(l->has_split);
	assert_int_equal(f.c->notes.n, 1);
	assert_non_null(strstr(f.c->notes.v[0], "no symbol"));
	near(f.c->cells[0].subsystem[SUBSYSTEM_OTHER].change, -8);
	folder_release(&f);
}

static void what_cancels_has_no_shares(void **state)
{
	struct folder f;

	(void)state;
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 600);
	put_row(&f, "b", 1, "kernel", "other_way", "0xffffffff81000800", 20001, 100);
	put_row(&f, "p", 1, "kernel", "other_way", "0xffffffff82000800", 1, 1);
	assert_false(folder_cell(&f)->has_share);
	near(f.c->cells[0].lines[0].share, 0);
	folder_release(&f);
}

/* --- what is not there ----------------------------------------------------------------------- */

static void without_operations_there_is_nothing_for_each(void **state)
{
	struct folder f;
	const struct cost_cell *c;

	(void)state;
	folder_init(&f, 2);
	put_usual(&f, 1, 100, 600);
	put_run(&f, "b", 2, 0, 1000);
	put_run(&f, "p", 2, 10, 1000);
	put_row(&f, "b", 2, "kernel", "ext4_f", "0xffffffff81000010", 40, 1);
	put_row(&f, "p", 2, "kernel", "ext4_f", "0xffffffff82000010", 40, 1);
	c = folder_cell(&f);
	assert_int_equal(c->pairs, 1);
	assert_int_equal(c->planned, 2);
	assert_non_null(strstr(c->reason, "no operation"));
	assert_int_equal(f.c->notes.n, 1);
	folder_release(&f);
}

static void a_failed_pass_says_why(void **state)
{
	struct folder f;
	const struct cost_cell *c;
	struct buf out = BUF_INIT;

	(void)state;
	folder_init(&f, 1);
	put_sample(&f, "b", 1, "throughput", "ops_per_s", 10);
	put_sample(&f, "p", 1, "throughput", "ops_per_s", 10);
	for (int p = 0; p < 2; p++)
		made_add(&f.made, (struct made_row){ .variant = p ? "p" : "b",
						     .pass = "profile",
						     .role = "",
						     .metric = "",
						     .unit = "",
						     .status = "skipped",
						     .reason = "no plug-ins in this QEMU" });
	c = folder_cell(&f);
	assert_int_equal(c->pairs, 0);
	assert_non_null(strstr(c->reason, "no plug-ins in this QEMU"));
	table_costs(&out, &(struct findings){ .r = f.r, .costs = f.c });
	assert_non_null(strstr(out.data, "no plug-ins in this QEMU"));
	buf_release(&out);
	folder_release(&f);
}

static void blocks_that_were_not_watched_are_no_gaps(void **state)
{
	struct folder f;

	(void)state;
	folder_init(&f, 3);
	put_usual(&f, 1, 100, 600);
	for (unsigned b = 2; b <= 3; b++)
		for (int p = 0; p < 2; p++)
			put_sample(&f, p ? "p" : "b", b, "throughput", "ops_per_s", 10);
	assert_int_equal(folder_cell(&f)->planned, 1);
	assert_null(f.c->cells[0].reason);
	folder_release(&f);
}

static void without_the_pass_there_is_none(void **state)
{
	struct folder f;

	(void)state;
	folder_init(&f, 1);
	f.made.passes = NULL;
	put_sample(&f, "b", 1, "throughput", "ops_per_s", 10);
	assert_int_equal(folder_load(&f), 0);
	assert_null(f.c);
	folder_release(&f);
}

static void damage_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *object, *function, *address;
		unsigned instructions, calls;
		const char *why;
	} cases[] = {
		{ "", "f", "0x10", 5, 1, "object" },
		{ "kernel", "f", "0x", 5, 1, "no address" },
		{ "kernel", "f", "0x1g", 5, 1, "no address" },
		{ "kernel", "f", "0x11111111111111111", 5, 1, "no address" },
		{ "kernel", "f", "0x10", 0, 0, "instructions" },
		{ "kernel", "f", "0x10", 5, 6, "calls" },
		{ "kernel", "\xff\xfe", "0x10", 5, 1, "UTF-8" },
		{ "kernel", "ext4_f", "0xffffffff81000010", 5, 1, "twice" },
	};
	struct folder f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		folder_init(&f, 1);
		put_usual(&f, 1, 100, 400);
		put_row(&f, "b", 1, cases[i].object, cases[i].function, cases[i].address,
			cases[i].instructions, cases[i].calls);
		refused(&f, cases[i].why);
	}
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 400);
	put_row(&f, "q", 1, "kernel", "f", "0x10", 1, 1);
	refused(&f, "variant");
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 400);
	put_row(&f, "b", 2, "kernel", "f", "0x10", 1, 1);
	refused(&f, "block");
	folder_init(&f, 1);
	put_run(&f, "b", 1, 100, 1000);
	put_run(&f, "p", 1, 100, 1000);
	put_row(&f, "b", 1, "kernel", "f", "0x10", 1, 1);
	refused(&f, "no rows of block 1");
}

/* --- because ------------------------------------------------------------------------------- */

/* A comparison of the folder with what locks are to have said of its one row. */
static void compare(struct folder *f, struct comparison *c, enum lock_part part,
		    const char *because)
{
	folder_cell(f);
	assert_int_equal(compare_results(c, f->r, NULL, &f->e), 0);
	comparison_judge(c, f->r, &(struct judge_opts){ 0 });
	c->rows[0].l.part = part;
	c->rows[0].l.because = because;
	comparison_add_costs(c, f->c);
}

static void locks_and_instructions_are_one_sentence(void **state)
{
	static const struct {
		enum lock_part part, joined;
		const char *locks, *begin, *end;
	} cases[] = {
		{ LOCKS_NONE, LOCKS_EXPLAIN, NULL, "w t=1 -16.7 %: an operation executes 400",
		  "all of the change" },
		{ LOCKS_EXPLAIN, LOCKS_EXPLAIN, "w: i_rwsem waits",
		  "w: i_rwsem waits; an operation", "all of the change" },
		{ LOCKS_NOT, LOCKS_EXPLAIN, "no lock explains w", "w t=1 -16.7 %: an operation",
		  "; no lock explains it" },
	};
	struct comparison c = { 0 };
	struct folder f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *because;

		folder_init(&f, 1);
		put_usual(&f, 1, 100, 800);
		compare(&f, &c, cases[i].part, cases[i].locks);
		because = c.rows[0].because;
		assert_non_null(because);
		assert_memory_equal(because, cases[i].begin, strlen(cases[i].begin));
		assert_string_equal(because + strlen(because) - strlen(cases[i].end), cases[i].end);
		assert_non_null(strstr(because,
				       "ext4_f +400 (400 -> 800, called as often, each call "
				       "longer)"));
		assert_int_equal(c.rows[0].part, cases[i].joined);
		near(c.rows[0].p.share, 1);
		assert_string_equal(c.rows[0].p.function, "ext4_f");
		comparison_release(&c);
		folder_release(&f);
	}
}

/* Instructions of a function in 100 operations of each side; 0: not executed. */
static void put_pair(struct folder *f, const char *name, unsigned at, unsigned b, unsigned p)
{
	char address[32];

	snprintf(address, sizeof(address), "0xffffffff8100%04x", at);
	if (b)
		put_row(f, "b", 1, "kernel", name, address, b, 100);
	if (p)
		put_row(f, "p", 1, "kernel", name, address, p, 100);
}

static void a_cost_that_moved_has_not_grown(void **state)
{
	static const struct {
		const char *from, *to; /* of an operation, in hundreds */
		unsigned lost[2], gained[2];
		bool moved;
	} cases[] = {
		{ "memcpy_orig", "__memcpy", { 168000, 0 }, { 0, 168000 }, true },  /* renamed */
		{ "memcpy_orig", "__memcpy", { 900000, 0 }, { 0, 900000 }, true },  /* and large */
		{ "memcpy_orig", "__memcpy", { 168000, 0 }, { 0, 166321 }, true },  /* 1 % less */
		{ "memcpy_orig", "__memcpy", { 168000, 0 }, { 0, 166319 }, false }, /* and more */
		{ "memcpy_orig", "__memcpy", { 168000, 0 }, { 0, 58400 }, false },
		{ "ext4_g", "ext4_h", { 168000, 0 }, { 5000, 173000 }, true }, /* inlined */
		{ "ext4_g", "ext4_h", { 173000, 5000 }, { 0, 168000 }, true }, /* split */
		{ "ext4_g",
		  "ext4_h",
		  { 173000, 5000 },
		  { 100, 168100 },
		  false }, /* on both sides */
		{ "memcpy_orig", "ext4_h", { 168000, 0 }, { 0, 168000 }, false }, /* elsewhere */
		{ "ext4_g", "ext4_h", { 0, 168000 }, { 0, 168000 }, false },      /* both grew */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct cost_line *from, *to;
		struct comparison c = { 0 };
		struct folder f;
		bool said;

		folder_init(&f, 1);
		put_usual(&f, 1, 100, 800);
		put_pair(&f, cases[i].from, 0x1000, cases[i].lost[0], cases[i].lost[1]);
		put_pair(&f, cases[i].to, 0x2000, cases[i].gained[0], cases[i].gained[1]);
		compare(&f, &c, LOCKS_NONE, NULL);
		from = costs_find(&f.c->cells[0], cases[i].from);
		to = costs_find(&f.c->cells[0], cases[i].to);
		said = strstr(c.rows[0].because, "moved, not grown");
		if (said != cases[i].moved)
			fail_msg("row %zu: %s", i, c.rows[0].because);
		assert_ptr_equal(from->moved, said ? to : NULL);
		assert_ptr_equal(to->moved, said ? from : NULL);
		/* It hides no cause, although it is larger. */
		if (said)
			assert_non_null(strstr(c.rows[0].because, ": ext4_f +400 (400 -> 800,"));
		assert_true(!said || !strcmp(c.rows[0].p.function, "ext4_f"));
		assert_true(!said || c.rows[0].p.of_function[1] == 800);
		comparison_release(&c);
		folder_release(&f);
	}
}

static void what_moved_is_said_once_and_from_where(void **state)
{
	struct comparison c = { 0 };
	struct folder f;

	(void)state;
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 800);
	/* Of two that fit, the renamed one: it is on one side only as well. */
	put_pair(&f, "ext4_grown", 0x1000, 900000, 1068000);
	put_pair(&f, "ext4_old", 0x2000, 168000, 0);
	put_pair(&f, "ext4_new", 0x3000, 0, 167900);
	put_pair(&f, "__memcpy", 0x4000, 0, 5000);
	put_pair(&f, "memcpy_orig", 0x5000, 5000, 0);
	/* Less than a tenth of the change is not said. */
	put_pair(&f, "copy_page", 0x6000, 200, 0);
	put_pair(&f, "clear_page", 0x7000, 0, 200);
	/* What has no name is nowhere in particular. */
	put_row(&f, "p", 1, "kernel", "", "", 77700, 0);
	put_pair(&f, "no_one_knows", 0x9000, 77700, 0);
	compare(&f, &c, LOCKS_NONE, NULL);
	assert_non_null(strstr(c.rows[0].because, "; moved, not grown: ext4_old 1680 -> 0, "
						  "ext4_new 0 -> 1679"));
	assert_null(strstr(c.rows[0].because, "__memcpy"));
	assert_null(strstr(c.rows[0].because, "copy_page"));
	assert_null(costs_find(&f.c->cells[0], "no_one_knows")->moved);
	assert_null(costs_find(&f.c->cells[0], "ext4_grown")->moved);
	assert_non_null(strstr(c.rows[0].because, ": ext4_grown +1680"));
	comparison_release(&c);
	folder_release(&f);
}

static void idle_time_is_no_instruction(void **state)
{
	struct comparison c = { 0 };
	struct folder f;

	(void)state;
	folder_init(&f, 1);
	for (int p = 0; p < 2; p++) {
		put_run(&f, p ? "p" : "b", 1, 100, p ? 900000 : 200000);
		put_row(&f, p ? "p" : "b", 1, "kernel", "ext4_f", "0x10", p ? 41000 : 40000, 100);
	}
	compare(&f, &c, LOCKS_NONE, NULL);
	assert_int_equal(c.rows[0].part, LOCKS_NOT);
	assert_non_null(strstr(c.rows[0].because, "idle for 1.6 us -> 8.59 us"));
	comparison_release(&c);
	folder_release(&f);
}

static void an_unchanged_cell_needs_no_because(void **state)
{
	struct comparison c = { 0 };
	struct folder f;

	(void)state;
	folder_init(&f, 1);
	put_usual(&f, 1, 100, 400);
	compare(&f, &c, LOCKS_NONE, NULL);
	assert_null(c.rows[0].because);
	assert_true(c.rows[0].p.there);
	assert_null(c.rows[0].p.function);
	comparison_release(&c);
	folder_release(&f);
}

/* --- what is printed ------------------------------------------------------------------------ */

static void lines_fit_and_sums_agree(void **state)
{
	struct folder f;
	struct buf out = BUF_INIT;
	struct strv lines = STRV_INIT;
	double sum = 0;

	(void)state;
	folder_init(&f, 2);
	for (unsigned b = 1; b <= 2; b++) {
		put_usual(&f, b, 100 + b, 600);
		put_row(&f, "p", b, "kernel",
			"a_function_of_a_name_that_is_much_longer_than_others",
			"0xffffffff82000800", 7000000, 100);
	}
	folder_cell(&f);
	table_costs(&out, &(struct findings){ .r = f.r, .costs = f.c });
	strv_split(&lines, out.data, "\n");
	for (size_t i = 0; i < lines.n; i++)
		assert_true(text_width(lines.v[i]) <= TABLE_WIDTH);
	strv_release(&lines);
	buf_reset(&out);
	format_write(&out, &format_folded, SUBJECT_COSTS,
		     &(struct findings){ .costs = f.c, .view.side = 1 });
	strv_split(&lines, out.data, "\n");
	assert_int_equal(lines.n, 3);
	assert_string_equal(lines.v[1], "c;w t=1;ext4;ext4_f 121800");
	for (size_t i = 0; i < lines.n; i++)
		sum += strtod(strrchr(lines.v[i], ' '), NULL);
	near(sum, (double)f.c->cells[0].whole.total[1]);
	strv_release(&lines);
	buf_release(&out);
	folder_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(more_calls_and_longer_calls_are_told_apart),
		cmocka_unit_test(blocks_give_a_spread_and_a_missing_function_is_none),
		cmocka_unit_test(pieces_are_their_function),
		cmocka_unit_test(a_module_may_be_built_in_elsewhere),
		cmocka_unit_test(what_has_no_name_keeps_none),
		cmocka_unit_test(what_cancels_has_no_shares),
		cmocka_unit_test(without_operations_there_is_nothing_for_each),
		cmocka_unit_test(a_failed_pass_says_why),
		cmocka_unit_test(blocks_that_were_not_watched_are_no_gaps),
		cmocka_unit_test(without_the_pass_there_is_none),
		cmocka_unit_test(damage_is_refused_with_its_line),
		cmocka_unit_test(locks_and_instructions_are_one_sentence),
		cmocka_unit_test(a_cost_that_moved_has_not_grown),
		cmocka_unit_test(what_moved_is_said_once_and_from_where),
		cmocka_unit_test(idle_time_is_no_instruction),
		cmocka_unit_test(an_unchanged_cell_needs_no_because),
		cmocka_unit_test(lines_fit_and_sums_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
