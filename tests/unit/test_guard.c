/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_guard.c: the guard's verdicts: what makes a variant stale, clean or unsure,
 * from folders made up in memory. Clean must never come from too few reads, a silent
 * control or a cell run that went wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/guard/guard.h"
#include "dashboards/export/formats.h"
#include "tests/made.h"
#include "workloads/role.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

static const char stale[] = "stale data in 2 of 100 direct reads";

/* One cell run's row of samples: what the reader counted. */
struct run {
	const char *variant;
	unsigned block;
	unsigned zero, mark, first_ns, address; /* first_ns 0: none */
	const char *status, *reason;            /* NULL: ok */
	unsigned attempt;
	unsigned eio, failed; /* reads that failed; operations of other roles */
	bool unfilled;        /* no read met a stamp */
};

#define FINE(variant, block)                                                                       \
	{                                                                                          \
		variant, block, 90, 0, 0, 0, NULL, NULL, 0, 0, 0, false                            \
	}
#define HIT(variant, block)                                                                        \
	{                                                                                          \
		variant, block, 88, 2, 700, 8192, "invalid", stale, 0, 0, 0, false                 \
	}

static void put(struct made *m, const struct run *x, const char *role, const char *metric,
		const char *unit, const char *better, unsigned v, bool there)
{
	struct made_row row = { .variant = x->variant,
				.block = x->block,
				.attempt = x->attempt + 1,
				.role = role,
				.metric = metric,
				.unit = unit,
				.better = better,
				.status = x->status,
				.reason = x->reason };

	if (there)
		made_add_number(m, row, v);
	else
		made_add(m, row);
}

static void put_run(struct made *m, const struct run *x)
{
	put(m, x, "stale_read", "reads_zero", "count", "", x->zero, true);
	put(m, x, "stale_read", "reads_current", "count", "", x->unfilled ? 0 : 10, true);
	put(m, x, "stale_read", "stale_poison", "count", "lower", x->mark, true);
	put(m, x, "stale_read", "stale_stamp", "count", "lower", 0, true);
	put(m, x, "stale_read", "stale_other", "count", "lower", 0, true);
	put(m, x, "stale_read", "reads_eio", "count", "", x->eio, true);
	put(m, x, "all", "errors", "count", "lower", x->eio + x->failed, true);
	put(m, x, "stale_read", "stale_first", "ns", "", x->first_ns, x->first_ns);
	put(m, x, "stale_read", "stale_offset", "B", "", 4096, x->first_ns);
	put(m, x, "stale_read", "stale_address", "B", "", x->address, x->first_ns);
}

/* Variants b and p, p held against b; guard: the member of run.json or "". */
static struct results *load(const struct run *runs, size_t nr, const char *guard)
{
	struct made m = { .blocks = 2, .more = guard };
	struct err e = ERR_INIT;
	struct results *r;

	for (size_t i = 0; i < nr; i++)
		put_run(&m, &runs[i]);
	if (made_load(&m, &r, &e))
		fail_msg("%s", e.text);
	buf_release(&m.samples);
	return r;
}

#define CONTROL_B ",\"guard\":{\"control\":[\"b\"],\"least\":50}"
#define CONTROL_NONE ",\"guard\":{\"control\":[],\"least\":50}"

static void expect(const struct run *runs, size_t nr, const char *guard, enum guard_verdict verdict,
		   const char *why, unsigned alarms)
{
	struct results *r = load(runs, nr, guard);
	const struct guard_variant *p;
	struct err e = ERR_INIT;
	struct guard g;

	assert_int_equal(guard_make(&g, r, &e), 0);
	assert_int_equal(g.nr_variants, 2);
	p = &g.variants[1];
	assert_int_equal(p->verdict, verdict);
	assert_int_equal(!p->why, !why);
	if (why && !strstr(p->why, why))
		fail_msg("\"%s\" does not say \"%s\"", p->why, why);
	assert_int_equal(guard_alarms(&g), alarms);
	guard_release(&g);
	results_free(r);
}

static void clean_needs_reads_and_a_control_that_was_hit(void **state)
{
	const struct run good[] = {
		HIT("b", 1),
		FINE("b", 2),
		FINE("p", 1),
		FINE("p", 2),
	};
	const struct run silent[] = {
		FINE("b", 1),
		FINE("b", 2),
		FINE("p", 1),
		FINE("p", 2),
	};
	const struct run few[] = {
		HIT("b", 1),
		FINE("b", 2),
		{ "p", 1, 1, 0, 0, 0, NULL, NULL, 0, 50, 0, false },
		{ "p", 2, 2, 0, 0, 0, NULL, NULL, 0, 0, 0, false },
	};

	(void)state;
	expect(good, NR(good), CONTROL_B, GUARD_CLEAN, NULL, 0);
	expect(good, NR(good), "", GUARD_UNSURE, "fewer than 100000", 1); /* b is then stale */
	expect(good, NR(good), CONTROL_NONE, GUARD_UNSURE, "no variant is named", 1);
	expect(silent, NR(silent), CONTROL_B, GUARD_UNSURE, "no control was hit", 0);
	expect(few, NR(few), CONTROL_B, GUARD_UNSURE, "23 reads that returned data are fewer", 0);
}

static void a_run_gone_wrong_is_not_clean(void **state)
{
	const struct run warned[] = {
		HIT("b", 1),
		FINE("b", 2),
		{ "p", 1, 90, 0, 0, 0, "invalid", "the kernel warned", 0, 0, 0, false },
		FINE("p", 2),
	};
	const struct run again[] = {
		HIT("b", 1),
		FINE("b", 2),
		{ "p", 1, 90, 0, 0, 0, "failed", "check: e2fsck does not find it clean", 0, 0, 0,
		  false },
		{ "p", 1, 90, 0, 0, 0, NULL, NULL, 1, 0, 0, false },
		FINE("p", 2),
	};

	(void)state;
	expect(warned, NR(warned), CONTROL_B, GUARD_UNSURE, "1 of 2 cell runs", 0);
	expect(warned, NR(warned) - 1, CONTROL_B, GUARD_UNSURE, "2 of 2 cell runs", 0);
	/* The later attempt is the one that counts. */
	expect(again, NR(again), CONTROL_B, GUARD_CLEAN, NULL, 0);
}

static void what_was_not_filled_or_not_measured_is_not_clean(void **state)
{
	const struct run hit = HIT("b", 1);
	const struct run fine[] = {
		{ "b", 2, 90, 0, 0, 0, NULL, NULL, 0, 7, 0, false },
		{ "p", 1, 90, 0, 0, 0, NULL, NULL, 0, 7, 0, false },
	};
	const struct run unfilled[] = {
		hit,
		fine[0],
		fine[1],
		{ "p", 2, 90, 0, 0, 0, NULL, NULL, 0, 0, 0, true },
	};
	const struct run failing[] = {
		hit,
		fine[0],
		fine[1],
		{ "p", 2, 90, 0, 0, 0, NULL, NULL, 0, 7, 1, false },
	};
	struct results *r = load(NULL, 0, CONTROL_B);
	struct err e = ERR_INIT;
	struct guard g;

	(void)state;
	expect(unfilled, NR(unfilled), CONTROL_B, GUARD_UNSURE, "1 of 2 cell runs", 0);
	expect(failing, NR(failing), CONTROL_B, GUARD_UNSURE, "1 of 2 cell runs", 0);
	/* A cell of which nothing was measured is one that might have found something. */
	assert_int_equal(guard_make(&g, r, &e), 0);
	assert_int_equal(g.nr_cells, 1);
	assert_int_equal(g.variants[1].verdict, GUARD_UNSURE);
	assert_int_equal(g.variants[1].troubled, 2);
	assert_string_equal(g.variants[1].trouble, "it was not run");
	guard_release(&g);
	results_free(r);
}

static void stale_is_an_alarm_unless_a_control_is_so_too(void **state)
{
	const struct run runs[] = {
		FINE("b", 1),
		FINE("b", 2),
		HIT("p", 1),
		{ "p", 2, 89, 1, 300, 12288, "invalid", stale, 0, 5, 0, false },
	};
	const struct run both[] = {
		{ "b", 1, 88, 2, 900, 8192, "invalid", stale, 0, 0, 0, false },
		FINE("b", 2),
		runs[2],
		runs[3],
	};
	struct results *r = load(runs, NR(runs), CONTROL_B);
	struct buf text = BUF_INIT;
	struct guard g;

	(void)state;
	expect(runs, NR(runs), CONTROL_B, GUARD_STALE, NULL, 1);
	expect(both, NR(both), CONTROL_B, GUARD_STALE, NULL, 0);
	assert_int_equal(guard_make(&g, r, NULL), 0);
	assert_int_equal(guard_hits(&g.variants[1].counts), 3);
	assert_int_equal(guard_reads(&g.variants[1].counts), 88 + 89 + 3 + 2 * 10 + 5);
	/* The first is the quickest, with the block and seed it was in. */
	assert_int_equal(g.variants[1].first.after_ns, 300);
	assert_int_equal(g.variants[1].first.block, 2);
	assert_string_equal(g.variants[1].first.seed, "102");
	table_guard(&text, &(struct findings){ .r = r, .guard = &g });
	assert_non_null(strstr(text.data, "guard: 1 stale, 0 clean, 0 unsure; 0 of 1 control hit"));
	assert_non_null(strstr(text.data, "12288"));
	buf_reset(&text);
	format_write(&text, &format_csv, SUBJECT_GUARD, &(struct findings){ .guard = &g });
	assert_non_null(strstr(text.data,
			       "\np,false,,,2,205,177,20,3,3,0,0,5,w,t=1,2,102,300,4096,12288,"));
	buf_release(&text);
	guard_release(&g);
	results_free(r);
}

static void a_folder_without_such_readers_has_no_report(void **state)
{
	struct made m = { 0 };
	struct err e = ERR_INIT;
	struct results *r;
	struct guard g;

	(void)state;
	made_add(&m, (struct made_row){ .value = "5" });
	assert_int_equal(made_load(&m, &r, &e), 0);
	assert_int_equal(guard_make(&g, r, &e), -ENOENT);
	assert_non_null(strstr(e.text, "stale_read"));
	buf_release(&m.samples);
	results_free(r);
}

/* The rows that are read are those that the role writes: every counter, by its name. */
static void the_names_are_the_roles(void **state)
{
	const struct role *role = role_find("stale_read");
	const uint64_t count[ROLE_COUNTERS_MAX] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	const struct run runs[] = { { "b", 1, 1, 1, 1, 1, "invalid", stale, 0, 0, 0, false } };
	struct results *r = load(runs, 1, "");
	struct err e = ERR_INIT;

	(void)state;
	for (uint32_t m = 1; m < r->metric_index.nr; m++) {
		bool found = !strcmp(r->metrics[m].name, "errors"); /* every role's */

		for (const struct counter *c = role->counters; c->name; c++)
			found |= !strcmp(c->name, r->metrics[m].name);
		assert_true(found);
	}
	/* And a reason that is the hit itself begins as analysis expects it. */
	assert_int_equal(role->judge(count, &e), -EUCLEAN);
	assert_memory_equal(e.text, "stale data in ", 14);
	results_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_needs_reads_and_a_control_that_was_hit),
		cmocka_unit_test(a_run_gone_wrong_is_not_clean),
		cmocka_unit_test(what_was_not_filled_or_not_measured_is_not_clean),
		cmocka_unit_test(stale_is_an_alarm_unless_a_control_is_so_too),
		cmocka_unit_test(a_folder_without_such_readers_has_no_report),
		cmocka_unit_test(the_names_are_the_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
