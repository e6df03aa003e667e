/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_clean.c: a character that is not seen, or would act, is a question mark; all else stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/clean.h"
#include "lib/rng.h"

static void expect(const char *in, const char *want)
{
	struct buf b = BUF_INIT;

	clean_add(&b, in);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void test_marks(void **state)
{
	/* Direction, no width, separators, annotation, tags, no character, control. */
	static const char *const hidden[] = {
		"\u202a",   "\u202e",     "\u2066",     "\u2069", "\u061c", "\u200e", "\u200b",
		"\u200d",   "\u2060",     "\ufeff",     "\u00ad", "\u034f", "\u115f", "\u3164",
		"\ufe0f",   "\U000e0041", "\U000e01ef", "\u2028", "\u2029", "\ufff9", "\ufffd",
		"\uffff",   "\n",         "\t",         "\r",     "\x1b",   "\x7f",   "\xc2\x80",
		"\xc2\x9b", "\xff",       "\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		char text[16];
		uint32_t c;

		snprintf(text, sizeof(text), "a%sb", hidden[i]);
		expect(text, "a?b");
		if (strcmp(hidden[i], "\t"))
			assert_ptr_equal(clean_find(text, &c), text + 1);
		else
			assert_null(clean_find(text, &c));
	}
	expect("\u00e4 \u20ac \u05d0 \u2212 \u2192 \u6f22 \U0001f600 =+-@'\"`\\",
	       "\u00e4 \u20ac \u05d0 \u2212 \u2192 \u6f22 \U0001f600 =+-@'\"`\\");
	expect("", "");
}

/* Of any bytes comes UTF-8 in which nothing is hidden, and again the same. */
static void test_any_bytes(void **state)
{
	struct rng r = { 1 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct buf b = BUF_INIT;
		char text[9] = "";
		uint32_t c;
		json_t *j;

		for (int k = 0; k < 8; k++)
			text[k] = (char)(1 + rng_below(&r, 255));
		clean_add(&b, text);
		assert_null(clean_find(buf_str(&b), &c));
		j = json_string(buf_str(&b));
		assert_non_null(j);
		json_decref(j);
		expect(buf_str(&b), buf_str(&b));
		buf_release(&b);
	}
}

static void test_json(void **state)
{
	json_t *given = json_pack("{s:s, s:[s, i, n, f], s:{s:b}}", "a\u202e", "x\u200by", "list",
				  "t\tn\n", 1, 0.5, "k", "in\x1b", 1);
	json_t *want = json_pack("{s:s, s:[s, i, n, f], s:{s:b}}", "a?", "x?y", "list", "t?n?", 1,
				 0.5, "k", "in?", 1);
	json_t *got;

	(void)state;
	json_incref(given);
	got = clean_json(given);
	assert_true(json_equal(got, want));
	assert_string_equal(json_string_value(json_object_get(given, "a\u202e")), "x\u200by");
	json_decref(given);
	json_decref(got);
	json_decref(want);
	assert_null(clean_json(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
