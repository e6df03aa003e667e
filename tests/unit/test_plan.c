/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_plan.c: cells, order, seeds and keys of a plan. The golden values are
 * part of the format: a folder that is resumed, or compared with one measured
 * last year, must find the same plan.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "runners/suite/plan.h"

#define PATH "tests/data/suites/bad/s.ini"
#define TWO_CELLS "[workload w]\nmix = dio_overwrite:{threads}\nthreads = 1 8\n"
#define MOUNTS "[mount a]\n[mount b]\n[mount c]\n"

struct made {
	struct suite s;
	struct plan p;
};

static struct made *make(const char *text, unsigned blocks)
{
	const struct suite_overrides o = { .blocks = blocks };
	struct made *m = calloc(1, sizeof(*m));
	struct err e = ERR_INIT;

	assert_non_null(m);
	if (suite_load_mem(&m->s, PATH, text, strlen(text), &o, &e) || plan_make(&m->p, &m->s, &e))
		fail_msg("%s", e.text);
	return m;
}

static void drop(struct made *m)
{
	plan_release(&m->p);
	suite_release(&m->s);
	free(m);
}

static bool same_unit(const struct plan_unit *a, const struct plan_unit *b)
{
	return a->cell == b->cell && a->variant == b->variant && a->block == b->block &&
	       a->position == b->position && a->pass == b->pass && a->seed == b->seed;
}

/* --- the order of a run -------------------------------------------------------------- */

#define ORDERED(mode) "[suite]\nmode = " mode "\nseed = 1\n" TWO_CELLS "[mount a]\n[mount b]\n"
#define WALL ORDERED("host")
#define BLOCKS 32

/* Bit b: the first of the variants comes first in block b + 1. dir NULL: nothing is drawn. */
static uint64_t order_in(const char *dir, const char *text)
{
	struct made *m = make(text, BLOCKS);
	uint64_t order = 0;
	struct err e = ERR_INIT;

	if (dir && suite_draw_order(&m->s, dir, &e))
		fail_msg("%s", e.text);
	plan_order(&m->p);
	for (unsigned b = 0; b < BLOCKS; b++)
		order |= (uint64_t)(plan_block_units(&m->p, b + 1)->variant == 0) << b;
	drop(m);
	return order;
}

static void write_run(const char *dir, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/run.json", dir);
	assert_int_equal(fs_write_atomic(path, text, strlen(text), NULL), 0);
}

/* Two runs have different orders (but for once in 2^32), and the coin is fair. */
static void on_a_wall_clock_each_run_draws_its_order_and_keeps_it(void **state)
{
	char dir[] = "/tmp/fsduel-order-XXXXXX";
	uint64_t first, of_suite = order_in(NULL, WALL);
	unsigned heads = 0;

	(void)state;
	assert_non_null(mkdtemp(dir));
	first = order_in(dir, WALL);
	for (int i = 0; i < 64; i++) {
		uint64_t order = order_in(dir, WALL);

		assert_true(order != first);
		heads += (unsigned)__builtin_popcountll(order);
	}
	/* 2048 throws: more than five deviations of 22.6 away once in 1.7 million tests. */
	assert_in_range(heads, 1024 - 113, 1024 + 113);
	write_run(dir, "{\"suite\": {\"order_seed\": 77}}");
	first = order_in(dir, WALL);
	assert_true(order_in(dir, WALL) == first);
	assert_true(first != of_suite);
	/* A folder of an older fsduel. */
	write_run(dir, "{\"suite\": {\"seed\": 1}}");
	assert_true(order_in(dir, WALL) == of_suite);
	/* In exact mode it is the suite's, whatever is there. */
	assert_true(order_in("/nonexistent", ORDERED("exact")) == order_in(NULL, ORDERED("exact")));
	assert_int_equal(fs_remove_tree(dir, NULL), 0);
}

/* --- cells ------------------------------------------------------------------------ */
static void every_combination_is_a_cell_in_the_order_written(void **state)
{
	static const char *const want[] = { "bs=4k;threads=1", "bs=16k;threads=1",
					    "bs=4k;threads=8", "bs=16k;threads=8" };
	struct made *m = make("[workload w]\nmix = dio_overwrite:{threads}\nthreads = 1 8\n"
			      "bs = 4k 16k\nruntime = 2s\n",
			      1);

	(void)state;
	assert_int_equal(m->p.nr_cells, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct plan_cell *c = &m->p.cells[i];

		assert_string_equal(c->varying, want[i]);
		assert_int_equal(c->mix.entry[0].threads, i < 2 ? 1 : 8);
		assert_int_equal(c->mix.entry[0].param[ROLE_BS], i % 2 ? 16384 : 4096);
		assert_int_equal(c->role_threads, i < 2 ? 1 : 8);
		assert_int_equal(c->timed_ns, 2000000000);
	}
	assert_string_equal(m->p.cells[2].params, "bs=4k;runtime=2s;threads=8");
	drop(m);
}

static void a_workload_without_parameters_is_one_cell(void **state)
{
	struct made *m = make("[workload w]\nmix = dio_read dio_overwrite:3\n", 1);

	(void)state;
	assert_int_equal(m->p.nr_cells, 1);
	assert_string_equal(m->p.cells[0].params, "");
	assert_string_equal(m->p.cells[0].varying, "");
	assert_int_equal(m->p.cells[0].role_threads, 4);
	drop(m);
}

static void a_roles_own_value_beats_the_common_one(void **state)
{
	struct made *m = make("[workload w]\nmix = dio_overwrite buffered_write\n"
			      "buffered_write.bs = 16k\nbs = 8k\n",
			      1);

	(void)state;
	assert_int_equal(m->p.cells[0].mix.entry[0].param[ROLE_BS], 8192);
	assert_int_equal(m->p.cells[0].mix.entry[1].param[ROLE_BS], 16384);
	drop(m);
}

static void no_threads_leaves_the_role_out(void **state)
{
	struct made *m = make("[workload w]\nmix = dio_read:{readers} dio_overwrite:2\n"
			      "readers = 0 4\ndio_read.bs = 8k\n",
			      1);

	(void)state;
	assert_int_equal(m->p.nr_cells, 2);
	assert_int_equal(m->p.cells[0].mix.nr, 1);
	assert_string_equal(m->p.cells[0].mix.entry[0].role->name, "dio_overwrite");
	assert_int_equal(m->p.cells[1].mix.nr, 2);
	assert_int_equal(m->p.cells[1].role_threads, 6);
	drop(m);
}

static void a_cell_bound_by_operations_has_no_known_length(void **state)
{
	struct made *m = make("[workload all]\nmix = dio_overwrite\nops = 1000\n[workload one]\n"
			      "mix = dio_overwrite dio_read\ndio_read.ops = 10\n",
			      1);

	(void)state;
	assert_int_equal(m->p.cells[0].timed_ns, 0);
	assert_int_equal(m->p.cells[1].timed_ns, 0);
	drop(m);
}

static void a_fio_cell_carries_its_job(void **state)
{
	struct made *m = make("[workload w]\nfio = plain.fio\nthreads = 1 4\nruntime = 3s\n", 1);

	(void)state;
	assert_int_equal(m->p.nr_cells, 2);
	assert_non_null(m->p.cells[1].fio_text);
	assert_non_null(strstr(m->p.cells[1].fio_text, "numjobs=4"));
	assert_int_equal(m->p.cells[1].role_threads, 4);
	assert_int_equal(m->p.cells[1].timed_ns, 3000000000);
	assert_string_equal(m->p.cells[1].params, "runtime=3s;threads=4");
	drop(m);
}

static void a_guard_without_a_reader_is_refused_before_anything_runs(void **state)
{
	struct made *m = make(TWO_CELLS, 1);
	struct err e = ERR_INIT;
	struct plan p;

	(void)state;
	m->s.guard.there = true;
	assert_int_equal(plan_make(&p, &m->s, &e), -EINVAL);
	assert_non_null(strstr(e.text, "none of its workloads looks for stale data"));
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	drop(m);
	m = make("[guard]\n[workload w]\nmix = hole_fill stale_read\nfile_size = 1M\n", 1);
	drop(m);
}

/* --- order ------------------------------------------------------------------------- */
static void every_variant_runs_every_cell_once_a_block(void **state)
{
	struct made *m = make(MOUNTS TWO_CELLS, 5);
	unsigned seen[6][2][6] = { 0 };

	(void)state;
	assert_int_equal(m->p.nr_units, 5 * 2 * 6);
	for (size_t i = 0; i < m->p.nr_units; i++) {
		const struct plan_unit *u = &m->p.units[i];

		seen[u->block][u->cell][u->variant]++;
		assert_int_equal(u->block, i / 12 + 1);
		assert_int_equal(u->cell, i / 6 % 2);
		assert_int_equal(u->position, i % 6 + 1);
		assert_int_equal(u->seed, plan_block_seed(1, u->block));
	}
	for (unsigned b = 1; b <= 5; b++)
		for (unsigned c = 0; c < 2; c++)
			for (unsigned v = 0; v < 6; v++)
				assert_int_equal(seen[b][c][v], 1);
	drop(m);
}

static void all_cells_of_a_block_share_its_order(void **state)
{
	struct made *m = make(MOUNTS TWO_CELLS, 50);

	(void)state;
	for (size_t i = 0; i < m->p.nr_units; i += 12)
		for (size_t k = 0; k < 6; k++)
			assert_int_equal(m->p.units[i + k].variant, m->p.units[i + 6 + k].variant);
	drop(m);
}

static void the_same_suite_gives_the_same_plan(void **state)
{
	struct made *a = make(MOUNTS TWO_CELLS, 20), *b = make(MOUNTS TWO_CELLS, 20);

	(void)state;
	assert_int_equal(a->p.nr_units, b->p.nr_units);
	for (size_t i = 0; i < a->p.nr_units; i++)
		assert_true(same_unit(&a->p.units[i], &b->p.units[i]));
	drop(a);
	drop(b);
}

static void one_more_block_leaves_the_earlier_ones(void **state)
{
	struct made *few = make(MOUNTS TWO_CELLS, 7), *more = make(MOUNTS TWO_CELLS, 8);

	(void)state;
	for (size_t i = 0; i < few->p.nr_units; i++)
		assert_true(same_unit(&few->p.units[i], &more->p.units[i]));
	drop(few);
	drop(more);
}

static void one_more_cell_leaves_the_order(void **state)
{
	struct made *few = make(TWO_CELLS, 30);
	struct made *more = make(TWO_CELLS "[workload x]\nmix = null\n", 30);

	(void)state;
	for (unsigned b = 0; b < 30; b++)
		assert_int_equal(few->p.units[b * 4].variant, more->p.units[b * 6].variant);
	drop(few);
	drop(more);
}

/* Over 1000 blocks a fair coin is off by more than 60 once in 6800 seeds (normal, 3.8 sigma). */
static void the_coin_is_fair_and_has_no_memory(void **state)
{
	static const char *const seeds[] = { "1", "2", "3", "1234567" };

	(void)state;
	for (size_t s = 0; s < 4; s++) {
		char *text = xasprintf("[suite]\nseed = %s\n[workload w]\nmix = null\n", seeds[s]);
		struct made *m = make(text, 1000);
		int first = 0, changes = 0;

		for (size_t b = 0; b < 1000; b++) {
			first += m->p.units[2 * b].variant == 0;
			changes += b && m->p.units[2 * b].variant != m->p.units[2 * b - 2].variant;
		}
		assert_in_range(first, 440, 560);
		assert_in_range(changes, 440, 560);
		drop(m);
		free(text);
	}
}

static void three_variants_come_in_all_six_orders_alike(void **state)
{
	struct made *m = make("[kernel k]\n" MOUNTS "[workload w]\nmix = null\n", 1000);
	unsigned count[3][3] = { 0 };

	(void)state;
	for (size_t b = 0; b < 1000; b++)
		count[m->p.units[3 * b].variant][m->p.units[3 * b + 1].variant]++;
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++) /* 1000 / 6, 4 sigma: 12 each */
			assert_in_range(count[i][j], i == j ? 0 : 119, i == j ? 0 : 214);
	drop(m);
}

static void another_seed_is_another_order(void **state)
{
	struct made *a = make("[suite]\nseed = 1\n[workload w]\nmix = null\n", 100);
	struct made *b = make("[suite]\nseed = 2\n[workload w]\nmix = null\n", 100);
	int differ = 0;

	(void)state;
	for (size_t i = 0; i < 200; i += 2)
		differ += a->p.units[i].variant != b->p.units[i].variant;
	assert_in_range(differ, 30, 70);
	drop(a);
	drop(b);
}

/* --- passes -------------------------------------------------------------------------- */
#define WATCHED(blocks) "[suite]\npasses = throughput locks\nwatch_blocks = " blocks "\n"

static void watching_leaves_the_throughput_units_as_they_are(void **state)
{
	struct made *bare = make(MOUNTS TWO_CELLS, 4);
	struct made *watched = make(WATCHED("2") MOUNTS TWO_CELLS, 4);
	size_t k = 0;

	(void)state;
	for (size_t i = 0; i < watched->p.nr_units; i++)
		if (watched->p.units[i].pass == PASS_THROUGHPUT)
			assert_true(same_unit(&watched->p.units[i], &bare->p.units[k++]));
	assert_int_equal(k, bare->p.nr_units);
	drop(bare);
	drop(watched);
}

static void a_watched_block_has_every_cell_run_once_more_in_the_same_order(void **state)
{
	struct made *m = make(WATCHED("2") MOUNTS TWO_CELLS, 4);
	const struct plan_unit *u = m->p.units;

	(void)state;
	assert_int_equal(m->p.nr_units, (2 * 2 + 2) * 2 * 6);
	for (size_t i = 0; i < 2 * 2 * 12; i += 12)
		for (size_t k = 0; k < 6; k++) {
			struct plan_unit as_bare = u[i + 6 + k];

			assert_int_equal(u[i + k].pass, PASS_THROUGHPUT);
			assert_int_equal(as_bare.pass, PASS_LOCKS);
			as_bare.pass = PASS_THROUGHPUT;
			assert_true(same_unit(&u[i + k], &as_bare));
		}
	for (size_t i = 2 * 2 * 12; i < m->p.nr_units; i++) {
		assert_int_equal(u[i].pass, PASS_THROUGHPUT);
		assert_in_range(u[i].block, 3, 4);
	}
	for (unsigned b = 1; b <= 4; b++) {
		const struct plan_unit *first = plan_block_units(&m->p, b);

		assert_int_equal(first->block, b);
		assert_true(first == u || first[-1].block == b - 1);
	}
	drop(m);
}

static void more_watched_blocks_than_blocks_are_all_of_them(void **state)
{
	struct made *m = make(WATCHED("7") TWO_CELLS, 3);

	(void)state;
	assert_int_equal(m->p.nr_units, 3 * 2 * 2 * 2);
	drop(m);
}

static void a_watched_cell_run_has_a_key_of_its_own_and_takes_its_time(void **state)
{
	struct made *bare = make(TWO_CELLS, 1), *m = make(WATCHED("1") TWO_CELLS, 1);
	char key[64];

	(void)state;
	plan_unit_key(&m->p.units[2], key);
	assert_string_equal(key + strlen(key) - 6, "-locks");
	assert_true(plan_expected_wall_s(&m->p, 1) > 2 * plan_expected_wall_s(&bare->p, 1));
	assert_true(plan_expected_wall_s(&m->p, 1) < 3 * plan_expected_wall_s(&bare->p, 1));
	drop(bare);
	drop(m);
}

/* --- golden ------------------------------------------------------------------------- */
static void the_order_of_seed_1_is_what_it_always_was(void **state)
{
	struct made *m = make("[workload w]\nmix = null\n", 16);
	char order[17] = "";

	(void)state;
	for (size_t b = 0; b < 16; b++)
		order[b] = m->p.units[2 * b].variant ? 'P' : 'B';
	assert_string_equal(order, "PBPBBPBBPPBBPPBP");
	drop(m);
}

static void block_seeds_are_what_they_always_were(void **state)
{
	(void)state;
	assert_true(plan_block_seed(1, 1) == 6217368388045197u);
	assert_true(plan_block_seed(1, 2) == 7568673791321507u);
	assert_true(plan_block_seed(42, 1) == 8809012860085998u);
}

static void block_seeds_survive_json_and_r(void **state)
{
	(void)state;
	for (unsigned b = 1; b <= 1000; b++) {
		uint64_t seed = plan_block_seed(b, b);

		assert_true((uint64_t)(double)seed == seed);
		for (unsigned other = 1; other < b; other++)
			assert_true(plan_block_seed(7, b) != plan_block_seed(7, other));
	}
}

static void keys_sort_block_by_block_cell_by_cell(void **state)
{
	struct plan_unit u = { .cell = 2, .variant = 0, .block = 1 };
	char key[64], next[64];

	(void)state;
	plan_unit_key(&u, key);
	assert_string_equal(key, "b0001-c0003-v01-throughput");
	u = (struct plan_unit){ .cell = 99, .variant = 9, .block = 99 };
	plan_unit_key(&u, key);
	u = (struct plan_unit){ .cell = 0, .variant = 0, .block = 100 };
	plan_unit_key(&u, next);
	assert_true(strcmp(key, next) < 0);
	u = (struct plan_unit){ .cell = 9998, .variant = 98, .block = 1000 };
	plan_unit_key(&u, key);
	assert_string_equal(key, "b1000-c9999-v99-throughput");
}

/* --- time ---------------------------------------------------------------------------- */
static void only_exact_runs_share_the_machine(void **state)
{
	struct made *exact = make(TWO_CELLS, 10);
	struct made *host = make("[suite]\nmode = host\n" TWO_CELLS, 10);
	double one = plan_expected_wall_s(&exact->p, 1);

	(void)state;
	assert_true(one > 0);
	assert_true(plan_expected_wall_s(&exact->p, 2) == one / 2);
	assert_true(plan_expected_wall_s(&exact->p, 0) == one);
	assert_true(plan_expected_wall_s(&host->p, 2) == plan_expected_wall_s(&host->p, 1));
	drop(exact);
	drop(host);
}

static void many_guests_take_no_less_than_one_cell_run(void **state)
{
	struct made *m = make("[workload w]\nmix = null\n", 1);

	(void)state;
	assert_true(plan_expected_wall_s(&m->p, 256) == plan_expected_wall_s(&m->p, 1) / 2);
	drop(m);
}

static void the_quick_suite_takes_about_a_minute(void **state)
{
	struct err e = ERR_INIT;
	struct suite s;
	struct plan p;

	(void)state;
	if (suite_load(&s, "configs/quick.ini", NULL, &e) || plan_make(&p, &s, &e))
		fail_msg("%s", e.text);
	assert_int_equal(p.nr_units, 36 + 6); /* the locks of each cell and variant once */
	assert_true(plan_expected_wall_s(&p, 2) < 90);
	plan_release(&p);
	suite_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_is_a_cell_in_the_order_written),
		cmocka_unit_test(a_workload_without_parameters_is_one_cell),
		cmocka_unit_test(a_roles_own_value_beats_the_common_one),
		cmocka_unit_test(no_threads_leaves_the_role_out),
		cmocka_unit_test(a_cell_bound_by_operations_has_no_known_length),
		cmocka_unit_test(a_fio_cell_carries_its_job),
		cmocka_unit_test(a_guard_without_a_reader_is_refused_before_anything_runs),
		cmocka_unit_test(every_variant_runs_every_cell_once_a_block),
		cmocka_unit_test(all_cells_of_a_block_share_its_order),
		cmocka_unit_test(the_same_suite_gives_the_same_plan),
		cmocka_unit_test(one_more_block_leaves_the_earlier_ones),
		cmocka_unit_test(one_more_cell_leaves_the_order),
		cmocka_unit_test(the_coin_is_fair_and_has_no_memory),
		cmocka_unit_test(three_variants_come_in_all_six_orders_alike),
		cmocka_unit_test(another_seed_is_another_order),
		cmocka_unit_test(the_order_of_seed_1_is_what_it_always_was),
		cmocka_unit_test(block_seeds_are_what_they_always_were),
		cmocka_unit_test(block_seeds_survive_json_and_r),
		cmocka_unit_test(watching_leaves_the_throughput_units_as_they_are),
		cmocka_unit_test(a_watched_block_has_every_cell_run_once_more_in_the_same_order),
		cmocka_unit_test(more_watched_blocks_than_blocks_are_all_of_them),
		cmocka_unit_test(a_watched_cell_run_has_a_key_of_its_own_and_takes_its_time),
		cmocka_unit_test(keys_sort_block_by_block_cell_by_cell),
		cmocka_unit_test(on_a_wall_clock_each_run_draws_its_order_and_keeps_it),
		cmocka_unit_test(only_exact_runs_share_the_machine),
		cmocka_unit_test(many_guests_take_no_less_than_one_cell_run),
		cmocka_unit_test(the_quick_suite_takes_about_a_minute),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
