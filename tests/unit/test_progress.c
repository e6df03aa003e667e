/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_progress.c: the line that shows how far a run is, and the cell run that ended last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/progress.h"

#define PATH "tests/data/suites/bad/s.ini"
#define SUITE "[suite]\nblocks = 3\n[workload w]\nmix = dio_overwrite:{threads}\nthreads = 1 8\n"

struct run {
	struct suite s;
	struct plan p;
	struct progress_line line;
	struct progress progress;
	struct buf text;
};

static void begin(struct run *r, const char *suite)
{
	const struct suite_overrides o = { 0 };
	struct err e = ERR_INIT;

	*r = (struct run){ 0 };
	if (suite_load_mem(&r->s, PATH, suite, strlen(suite), &o, &e) ||
	    plan_make(&r->p, &r->s, &e))
		fail_msg("%s", e.text);
	r->line = progress_line("duel", &r->p, false);
	r->progress.total = (unsigned)r->p.nr_units;
}

static void end(struct run *r)
{
	progress_end(&r->line);
	plan_release(&r->p);
	suite_release(&r->s);
	buf_release(&r->text);
}

static const struct plan_unit *unit(const struct run *r, size_t cell, size_t variant,
				    unsigned block)
{
	for (size_t i = 0; i < r->p.nr_units; i++) {
		const struct plan_unit *u = &r->p.units[i];

		if (u->cell == cell && u->variant == variant && u->block == block)
			return u;
	}
	fail_msg("no such cell run");
	return NULL;
}

/* The line after that cell run has ended with a value; "": it has failed. */
static const char *ended(struct run *r, const struct plan_unit *u, const char *value, size_t width)
{
	struct sample sample = { .role = (char *)"all", .metric = (char *)"ops_per_s" };
	struct result result = { .status = *value ? STATUS_OK : STATUS_FAILED,
				 .samples = &sample,
				 .nr_samples = 1 };

	strcpy(sample.value, value);
	r->progress.done++;
	r->progress.failed += !*value;
	r->progress.unit = u;
	r->progress.result = &result;
	buf_reset(&r->text);
	progress_text(&r->line, &r->progress, width, &r->text);
	return buf_str(&r->text);
}

static void the_run_that_ended_last_is_shown(void **state)
{
	struct run r;

	(void)state;
	begin(&r, SUITE);
	r.progress.left_ns = 200000000000u;
	assert_string_equal(ended(&r, unit(&r, 1, 0, 1), "1000", 79),
			    "[1/12] 3 m 20 s left; w threads=8 on baseline/default, block 1");
	/* It stays while others run. */
	r.progress.unit = NULL;
	buf_reset(&r.text);
	progress_text(&r.line, &r.progress, 79, &r.text);
	assert_string_equal(r.text.data,
			    "[1/12] 3 m 20 s left; w threads=8 on baseline/default, block 1");
	end(&r);
}

static void a_failed_run_is_no_value(void **state)
{
	struct run r;

	(void)state;
	begin(&r, SUITE);
	r.progress.running = 2;
	ended(&r, unit(&r, 0, 0, 1), "1000", 79);
	assert_string_equal(ended(&r, unit(&r, 0, 1, 1), "", 79),
			    "[2/12] 2 running, 1 failed; w threads=1 on patched/default, block 1");
	end(&r);
}

static void kernels_that_boot_first_are_said(void **state)
{
	struct run r;
	struct buf b = BUF_INIT;

	(void)state;
	begin(&r, SUITE);
	r.progress.booting = true;
	progress_text(&r.line, &r.progress, 79, &b);
	assert_string_equal(b.data, "[0/12] each kernel boots once");
	buf_release(&b);
	end(&r);
}

static void a_narrow_terminal_cuts_it(void **state)
{
	struct run r;

	(void)state;
	begin(&r, SUITE);
	assert_string_equal(ended(&r, unit(&r, 0, 0, 1), "1000", 24), "[1/12] 0 running; w thre");
	end(&r);
}

static void time_left_never_grows_while_nothing_ends(void **state)
{
	struct progress p = { .total = 8 };
	uint64_t before;

	(void)state;
	progress_time(&p, 0, 1000000000u, false);
	assert_int_equal(p.left_ns, 0);
	/* Resumed with four done: one of 5 s says 15 s for three. */
	p.done = 5;
	progress_time(&p, 1, 5000000000u, true);
	assert_int_equal(p.left_ns, 15000000000u);
	for (unsigned s = 6; s < 60; s++) {
		before = p.left_ns;
		progress_time(&p, 1, s * 1000000000ull, false);
		assert_true(p.left_ns <= before && p.left_ns >= 1000000000u);
	}
	p.done = 8;
	progress_time(&p, 4, 60000000000u, true);
	assert_int_equal(p.left_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_run_that_ended_last_is_shown),
		cmocka_unit_test(a_failed_run_is_no_value),
		cmocka_unit_test(time_left_never_grows_while_nothing_ends),
		cmocka_unit_test(kernels_that_boot_first_are_said),
		cmocka_unit_test(a_narrow_terminal_cuts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
