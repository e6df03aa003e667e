/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_progress.c: the line that shows how far a run is, and the estimate in it: of
 * the cell that has just ended, over the blocks that have both sides so far.
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

static void an_estimate_is_shown_once_there_is_a_pair(void **state)
{
	struct run r;

	(void)state;
	begin(&r, SUITE);
	r.progress.left_ns = 200000000000u;
	assert_string_equal(ended(&r, unit(&r, 1, 0, 1), "1000", 79),
			    "[1/12] 3 m 20 s left; w threads=8 on baseline/default, block 1");
	assert_string_equal(ended(&r, unit(&r, 1, 1, 1), "900", 79),
			    "[2/12] 3 m 20 s left; w threads=8 -10.0 % so far (1 block)");
	/* The other cell has one of its own. */
	ended(&r, unit(&r, 0, 1, 1), "550", 79);
	assert_string_equal(ended(&r, unit(&r, 0, 0, 1), "500", 79),
			    "[4/12] 3 m 20 s left; w threads=1 +10.0 % so far (1 block)");
	/* Hodges-Lehmann of ln .9 and ln .8: their mean. */
	ended(&r, unit(&r, 1, 0, 2), "1000", 79);
	assert_string_equal(ended(&r, unit(&r, 1, 1, 2), "800", 79),
			    "[6/12] 3 m 20 s left; w threads=8 -15.1 % so far (2 blocks)");
	/* It stays while others run. */
	r.progress.unit = NULL;
	buf_reset(&r.text);
	progress_text(&r.line, &r.progress, 79, &r.text);
	assert_string_equal(r.text.data,
			    "[6/12] 3 m 20 s left; w threads=8 -15.1 % so far (2 blocks)");
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

static void what_a_former_run_left_counts(void **state)
{
	struct sample sample = { .role = (char *)"all",
				 .metric = (char *)"ops_per_s",
				 .value = "1000" };
	const struct result result = { .samples = &sample, .nr_samples = 1 };
	struct run r;

	(void)state;
	begin(&r, SUITE);
	r.line.terminal = true;
	progress_before(&r.line, unit(&r, 0, 0, 2), &result);
	r.line.terminal = false;
	assert_non_null(
		strstr(ended(&r, unit(&r, 0, 1, 2), "1200", 79), "+20.0 % so far (1 block)"));
	end(&r);
}

static void several_contrasts_are_named(void **state)
{
	static const char suite[] = "[kernel k]\n[mount a]\n[mount b]\n[mount c]\n"
				    "[contrast ab]\nbaseline = k/a\npatched = k/b\n"
				    "[contrast ac]\nbaseline = k/a\npatched = k/c\n"
				    "[workload w]\nmix = dio_overwrite\n";
	struct run r;

	(void)state;
	begin(&r, suite);
	ended(&r, unit(&r, 0, 2, 1), "300", 79);
	/* k/a is a side of both: the one whose pair is there. */
	assert_non_null(strstr(ended(&r, unit(&r, 0, 0, 1), "200", 79), "; w (ac) +50.0 % so far"));
	assert_non_null(strstr(ended(&r, unit(&r, 0, 1, 1), "100", 79), "; w (ab) -50.0 % so far"));
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
		cmocka_unit_test(an_estimate_is_shown_once_there_is_a_pair),
		cmocka_unit_test(a_failed_run_is_no_value),
		cmocka_unit_test(what_a_former_run_left_counts),
		cmocka_unit_test(several_contrasts_are_named),
		cmocka_unit_test(time_left_never_grows_while_nothing_ends),
		cmocka_unit_test(a_narrow_terminal_cuts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
