/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_raw.c: recordings on their way from a cell to the results folder: as text
 * out of a guest, compressed, and within a budget.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pack.h"
#include "lib/fs.h"
#include "lib/pack.h"
#include "lib/rng.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"

/* --- text and compression ----------------------------------------------------------- */

static void base64_is_rfc_4648s_and_goes_both_ways(void **state)
{
	static const char *const rfc[][2] = { { "", "" },
					      { "f", "Zg==" },
					      { "fo", "Zm8=" },
					      { "foo", "Zm9v" },
					      { "foob", "Zm9vYg==" },
					      { "fooba", "Zm9vYmE=" },
					      { "foobar", "Zm9vYmFy" } };
	struct buf text = BUF_INIT, back = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(rfc) / sizeof(rfc[0]); i++) {
		buf_reset(&text);
		buf_reset(&back);
		base64_add(&text, rfc[i][0], strlen(rfc[i][0]));
		assert_string_equal(buf_str(&text), rfc[i][1]);
		assert_int_equal(base64_decode(text.data, text.len, &back, NULL), 0);
		assert_string_equal(buf_str(&back), rfc[i][0]);
	}
	buf_release(&text);
	buf_release(&back);
}

static void what_is_no_base64_is_refused_and_adds_nothing(void **state)
{
	/* Cut, padding inside, one too much, other letters, bits that no byte has. */
	static const char *const wrong[] = { "Zg=",    "Z",    "Zg==Zg==", "====", "Z===",
					     "Zm9v\n", "Zm9-", "Zh==",     "Zm9=", "Zm8=Zm9v" };
	struct buf back = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct err e = ERR_INIT;

		if (base64_decode(wrong[i], strlen(wrong[i]), &back, &e) != -EINVAL || !e.text[0] ||
		    back.len)
			fail_msg("taken: %s", wrong[i]);
	}
	buf_release(&back);
}

static void fill_random(struct buf *b, size_t len, uint64_t seed)
{
	struct rng r = { seed };

	while (b->len < len)
		buf_addc(b, (char)rng_next(&r));
}

static void gzip_comes_back_as_it_was_and_is_the_same_each_time(void **state)
{
	static const size_t lengths[] = { 0, 1, 65536, 65537, 3000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct buf data = BUF_INIT, gz = BUF_INIT, again = BUF_INIT, back = BUF_INIT;

		fill_random(&data, lengths[i], i);
		buf_str(&data);
		assert_int_equal(gzip_add(&gz, data.data, data.len, NULL), 0);
		assert_int_equal(gzip_add(&again, data.data, data.len, NULL), 0);
		assert_int_equal(gz.len, again.len);
		assert_memory_equal(gz.data, again.data, gz.len);
		assert_int_equal(fs_decompress(gz.data, gz.len, &back, NULL), 0);
		assert_int_equal(back.len, data.len);
		if (data.len)
			assert_memory_equal(back.data, data.data, data.len);
		buf_release(&data);
		buf_release(&gz);
		buf_release(&again);
		buf_release(&back);
	}
}

/* --- the folder ------------------------------------------------------------------------ */

#define SUITE                                                                                      \
	"[suite]\npasses = throughput locks\nraw_budget = 100k\n[kernel k]\nimage = x\n"           \
	"[workload w]\nmix = null:{n}\nn = 1 2 3 4\n"

struct made {
	char dir[40];
	struct suite suite;
	struct plan plan;
	struct folder folder;
};

static int make_folder(void **state)
{
	struct made *m = calloc(1, sizeof(*m));
	struct err e = ERR_INIT;
	char *dir;

	strcpy(m->dir, "/tmp/fsduel-raw-XXXXXX");
	assert_non_null(mkdtemp(m->dir));
	dir = xasprintf("%s/d", m->dir);
	if (suite_load_mem(&m->suite, "s.ini", SUITE, strlen(SUITE), NULL, &e) ||
	    plan_make(&m->plan, &m->suite, &e) ||
	    folder_create(&m->folder, dir, &m->suite, &m->plan, &e))
		fail_msg("%s", e.text);
	free(dir);
	*state = m;
	return 0;
}

static int drop_folder(void **state)
{
	struct made *m = *state;

	folder_release(&m->folder);
	plan_release(&m->plan);
	suite_release(&m->suite);
	assert_int_equal(fs_remove_tree(m->dir, NULL), 0);
	free(m);
	return 0;
}

/* The locks unit of cell. */
static const struct plan_unit *unit(const struct made *m, size_t cell)
{
	const struct plan_unit *u = m->plan.units;

	while (u->cell != cell || u->pass != PASS_LOCKS)
		u++;
	return u;
}

static char *raw_path(const struct made *m, size_t cell)
{
	char key[64];

	plan_unit_key(unit(m, cell), key);
	return xasprintf("%s/" RAW_DIR "/%s.perf.data.gz", m->folder.dir, key);
}

static bool is_kept(const struct made *m, size_t cell)
{
	char *path = raw_path(m, cell);
	bool there = fs_exists(path);

	free(path);
	return there;
}

static void put(struct made *m, size_t cell, size_t len)
{
	struct err e = ERR_INIT;
	struct result r;

	result_init(&r);
	fill_random(&r.raw, len, cell);
	if (folder_put(&m->folder, unit(m, cell), &r, &e))
		fail_msg("%s", e.text);
	result_release(&r);
}

static const char *notes(struct made *m, char **text)
{
	struct err e = ERR_INIT;

	if (folder_join(&m->folder, &e))
		fail_msg("%s", e.text);
	free(*text);
	*text = json_dumps(json_object_get(m->folder.run, "notes"), JSON_COMPACT | JSON_ENCODE_ANY);
	return *text ? *text : "";
}

static void what_does_not_fit_is_not_kept_and_that_is_said_once(void **state)
{
	struct made *m = *state;
	char *text = NULL;

	put(m, 0, 40000);
	put(m, 1, 30000);
	put(m, 2, 30000);
	assert_true(is_kept(m, 0) && is_kept(m, 1) && is_kept(m, 2));
	assert_string_equal(notes(m, &text), "");
	put(m, 3, 30000);
	assert_true(is_kept(m, 0) && is_kept(m, 1) && is_kept(m, 2) && !is_kept(m, 3));
	assert_non_null(strstr(notes(m, &text), "[\"raw recordings not kept: 1 of 4 are beyond "
						"raw_budget = 100k,"));
	put(m, 1, 60000); /* made again, it does not fit where the former one did */
	assert_true(is_kept(m, 0) && !is_kept(m, 1) && is_kept(m, 2) && !is_kept(m, 3));
	assert_non_null(strstr(notes(m, &text), "[\"raw recordings not kept: 2 of 4 are"));
	assert_null(strstr(text, "1 of 4"));
	put(m, 3, 30000); /* now there is room */
	put(m, 1, 3000);
	assert_true(is_kept(m, 0) && !is_kept(m, 1) && is_kept(m, 2) && is_kept(m, 3));
	free(text);
}

static void one_beyond_the_budget_is_not_kept_at_all(void **state)
{
	struct made *m = *state;
	char *text = NULL;

	put(m, 0, 200000);
	assert_false(is_kept(m, 0));
	assert_non_null(strstr(notes(m, &text), "not kept: 1 of 1"));
	free(text);
}

static void a_cell_run_made_again_without_one_keeps_no_older(void **state)
{
	struct made *m = *state;

	put(m, 0, 1000);
	assert_true(is_kept(m, 0));
	put(m, 0, 0);
	assert_false(is_kept(m, 0));
}

/* Lost on its way out of the guest, or never made. */
static void of_an_invalid_cell_run_none_is_missed(void **state)
{
	struct made *m = *state;
	struct result r;
	char *text = NULL;

	result_init(&r);
	result_fail(&r, STATUS_INVALID, "the guest's results arrived damaged");
	assert_int_equal(folder_put(&m->folder, unit(m, 0), &r, NULL), 0);
	result_release(&r);
	assert_string_equal(notes(m, &text), "");
	free(text);
}

/* As a run that was killed and is resumed: nothing is known but what the folder says. */
static void what_was_not_kept_is_still_known_after_a_resume(void **state)
{
	struct made *m = *state;
	char *dir = xstrdup(m->folder.dir), *text = NULL;
	struct err e = ERR_INIT;

	assert_int_equal(folder_save_run(&m->folder, &e), 0);
	put(m, 0, 60000);
	put(m, 1, 60000);
	folder_release(&m->folder);
	if (folder_open(&m->folder, dir, &m->suite, &m->plan, &e))
		fail_msg("%s", e.text);
	assert_non_null(strstr(notes(m, &text), "not kept: 1 of 2"));
	put(m, 1, 1000); /* made again, it is there */
	assert_string_equal(notes(m, &text), "[]");
	free(text);
	free(dir);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_folder, drop_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_rfc_4648s_and_goes_both_ways),
		cmocka_unit_test(what_is_no_base64_is_refused_and_adds_nothing),
		cmocka_unit_test(gzip_comes_back_as_it_was_and_is_the_same_each_time),
		PLACED(what_does_not_fit_is_not_kept_and_that_is_said_once),
		PLACED(one_beyond_the_budget_is_not_kept_at_all),
		PLACED(a_cell_run_made_again_without_one_keeps_no_older),
		PLACED(of_an_invalid_cell_run_none_is_missed),
		PLACED(what_was_not_kept_is_still_known_after_a_resume),
	};

	return cmocka_run_group_tests_name("raw", tests, NULL, NULL);
}
