/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_looks.c: the looks at a results folder are kept, and adding blocks makes one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/looks.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"

#define SUITE "[suite]\nmode = kvm\n[workload w]\nmix = dio_overwrite:1\n"

static char dir[] = "/tmp/fsduel-looks-XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return fs_remove_tree(dir, NULL);
}

static void assert_looks(const char *want)
{
	json_t *looks;
	char *text;

	assert_int_equal(looks_read(dir, &looks, NULL), 0);
	text = json_dumps(looks, JSON_COMPACT);
	assert_string_equal(text, want);
	free(text);
	json_decref(looks);
}

static void looks_grow_and_are_there_once(void **state)
{
	static const unsigned added[] = { 9, 6, 12, 9, 6, 0 };
	struct err e = ERR_INIT;
	json_t *looks;
	char *path = xasprintf("%s/" LOOKS_JSON, dir);

	(void)state;
	assert_false(looks_exist(dir));
	assert_looks("[]");
	for (size_t i = 0; i < sizeof(added) / sizeof(added[0]); i++)
		assert_int_equal(looks_add(dir, added[i], NULL), 0);
	assert_looks("[6,9,12]");
	for (const char *const *bad =
		     (const char *const[]){ "[6,6]", "[0]", "[\"6\"]", "{}", "[9,6]", "[6", NULL };
	     *bad; bad++) {
		assert_int_equal(fs_write_atomic(path, *bad, strlen(*bad), NULL), 0);
		assert_int_equal(looks_read(dir, &looks, &e), -EINVAL);
		assert_null(looks);
		assert_int_equal(looks_add(dir, 20, &e), -EINVAL);
	}
	assert_int_equal(remove(path), 0);
	free(path);
}

/* Begin (resume false) or go on with the folder, with so many blocks, and planned looks or none. */
static void with_blocks(unsigned blocks, size_t nr_looks, bool resume)
{
	const struct suite_overrides o = { .blocks = blocks };
	char *folder = xasprintf("%s/d", dir);
	struct suite s = { 0 };
	struct plan p = { 0 };
	struct folder f;
	struct err e = ERR_INIT;

	if (suite_load_mem(&s, "tests/data/suites/s.ini", SUITE, strlen(SUITE), &o, &e))
		fail_msg("%s", e.text);
	s.looks[0] = (struct suite_look){ blocks, 0.01 };
	s.nr_looks = nr_looks;
	if (plan_make(&p, &s, &e) ||
	    (resume ? folder_open(&f, folder, &s, &p, &e) : folder_create(&f, folder, &s, &p, &e)))
		fail_msg("%s", e.text);
	assert_int_equal(folder_save_run(&f, &e), 0);
	folder_release(&f);
	plan_release(&p);
	suite_release(&s);
	free(folder);
}

static void assert_record(const char *want)
{
	char *folder = xasprintf("%s/d", dir), *text;
	json_t *looks;

	assert_int_equal(looks_read(folder, &looks, NULL), 0);
	text = json_dumps(looks, JSON_COMPACT);
	assert_string_equal(text, want);
	free(text);
	json_decref(looks);
	free(folder);
}

/* A verdict was shown at the end of the old plan. */
static void adding_blocks_is_a_look(void **state)
{
	(void)state;
	with_blocks(6, 0, false);
	with_blocks(6, 0, true);
	assert_record("[]");
	with_blocks(9, 0, true);
	assert_record("[6]");
	/* Until sure after all: the look there was before it counts. */
	with_blocks(12, 1, true);
	with_blocks(16, 1, true);
	assert_record("[6,9,12]");
}

static void planned_looks_need_no_record(void **state)
{
	char *folder = xasprintf("%s/d", dir);

	(void)state;
	assert_int_equal(fs_remove_tree(folder, NULL), 0);
	with_blocks(8, 1, false);
	with_blocks(12, 1, true);
	with_blocks(16, 1, true);
	assert_record("[]");
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_grow_and_are_there_once),
		cmocka_unit_test(adding_blocks_is_a_look),
		cmocka_unit_test(planned_looks_need_no_record),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
