/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_experiment.c: experiments found in the folder one works in, and chosen by
 * name; where their results go. Kernels and results folders are tests/cli/experiment.t's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "tracking/experiment.h"

struct place {
	char *old, dir[64];
};

static int enter(void **state)
{
	static const char *const names[] = { "E10", "E2", "E1", "E2-2cpus", "guard", ".E3" };
	struct place *p = xcalloc(1, sizeof(*p));
	char *path;

	strcpy(p->dir, "/tmp/fsduel-experiment-XXXXXX");
	p->old = getcwd(NULL, 0);
	if (!p->old || !mkdtemp(p->dir) || chdir(p->dir) || fs_mkdir_p("configs/experiments", NULL))
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path = xasprintf("configs/experiments/%s.ini", names[i]);
		if (fs_write_atomic(path, "", 0, NULL))
			return -1;
		free(path);
	}
	*state = p;
	return 0;
}

static int leave(void **state)
{
	struct place *p = *state;
	int ret = chdir(p->old) || fs_remove_tree(p->dir, NULL);

	free(p->old);
	free(p);
	return ret;
}

/* The names of x, each followed by a blank. */
static void expect_names(const struct experiments *x, const char *want)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < x->n; i++)
		buf_addf(&b, "%s ", x->v[i].name);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void they_are_found_in_natural_order(void **state)
{
	struct experiments all;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(experiments_choose(&all, NULL, 0, &e), 0);
	expect_names(&all, "E1 E2 E2-2cpus E10 guard ");
	assert_string_equal(all.v[2].id, "E2");
	assert_string_equal(all.v[2].path, "configs/experiments/E2-2cpus.ini");
	experiments_release(&all);
}

static void words_choose(void **state)
{
	static const struct {
		const char *words, *want;
	} cases[] = {
		{ "all", "E1 E2 E2-2cpus E10 guard " },
		{ "E2", "E2 E2-2cpus " },
		{ "E2-2cpus", "E2-2cpus " },
		{ "E10 E1", "E1 E10 " },
		{ "E2 all E2", "E1 E2 E2-2cpus E10 guard " },
		{ "./mine.ini", "mine " },
		{ "/a/b E1", "E1 b " },
	};
	struct experiments chosen;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strv words = STRV_INIT;

		strv_split(&words, cases[i].words, " ");
		if (experiments_choose(&chosen, words.v, (unsigned)words.n, &e))
			fail_msg("%s", e.text);
		expect_names(&chosen, cases[i].want);
		experiments_release(&chosen);
		strv_release(&words);
	}
}

static void a_word_that_names_none_is_told_with_the_nearest(void **state)
{
	char *words[] = { (char[]){ "E1" }, (char[]){ "E2-2cpu" } };
	struct experiments chosen;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(experiments_choose(&chosen, words, 2, &e), -EINVAL);
	assert_int_equal(chosen.n, 0);
	assert_string_equal(e.text, "unknown experiment \"E2-2cpu\"; did you mean E2-2cpus?");
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	experiments_release(&chosen);
}

static void each_way_to_run_one_has_a_folder_of_its_own(void **state)
{
	static const struct {
		const char *mode;
		bool unscaled;
		const char *want;
	} cases[] = {
		{ "exact", false, "d/E2-2cpus" },
		{ "exact", true, "d/E2-2cpus-unscaled" },
		{ "kvm", false, "d/E2-2cpus-kvm" },
		{ "kvm", true, "d/E2-2cpus-unscaled-kvm" },
	};
	char name[] = "E2-2cpus";
	const struct experiment x = { .name = name };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *dir = experiment_folder(&x, "d", cases[i].mode, cases[i].unscaled);

		assert_string_equal(dir, cases[i].want);
		free(dir);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(they_are_found_in_natural_order),
		T(words_choose),
		T(a_word_that_names_none_is_told_with_the_nearest),
		T(each_way_to_run_one_has_a_folder_of_its_own),
	};

	return cmocka_run_group_tests_name("experiment", tests, NULL, NULL);
}
