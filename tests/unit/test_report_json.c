/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_report_json.c: the report's JSON cannot end its element; a property over all texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dashboards/report/report.h"
#include "lib/rng.h"

/* What the page's script gets of this text. */
static void expect_text(const char *in, const char *want)
{
	struct buf b = BUF_INIT;
	json_t *back;

	report_add_json(&b, json_pack("[s]", in));
	assert_null(strpbrk(buf_str(&b), "<>&\n\r\x1b"));
	back = json_loads(buf_str(&b), 0, NULL);
	assert_string_equal(json_string_value(json_array_get(back, 0)), want);
	json_decref(back);
	buf_release(&b);
}

static void test_markup(void **state)
{
	static const char *const texts[] = {
		"\"><script>alert('1') && 0</script>", "&lt;", "plain ext4, 10 %", "", "</script>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect_text(texts[i], texts[i]);
}

static void test_control(void **state)
{
	(void)state;
	expect_text("a\nb\tc", "a?b?c");
	expect_text("\x1b[2J\x01\x7f", "?[2J??");
	expect_text("\xc2\x9b", "?"); /* C1 */
	expect_text("a\u202eb\u2066c\u200fd", "a?b?c?d");
	expect_text("\u00e4\u20ac\U0001f600", "\u00e4\u20ac\U0001f600");
}

static void test_json(void **state)
{
	struct buf b = BUF_INIT;
	json_t *back;

	(void)state;
	report_add_json(&b, json_pack("[s, f]", "</script><!--&\u2028\u2029\n", 2.0 / 3));
	assert_string_equal(buf_str(&b),
			    "[\"\\u003c/script\\u003e\\u003c!--\\u0026???\",0.6666667]");
	back = json_loads(buf_str(&b), 0, NULL);
	assert_string_equal(json_string_value(json_array_get(back, 0)), "</script><!--&???");
	json_decref(back);
	buf_release(&b);
}

/* Whatever the characters are: none that could end the element is left. */
static void test_any_text(void **state)
{
	struct rng rng = { 8 };

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t n = (size_t)rng_below(&rng, 24);
		struct buf b = BUF_INIT;
		char in[25] = "";
		json_t *back;

		for (size_t k = 0; k < n; k++)
			in[k] = (char)(1 + rng_below(&rng, 127));
		report_add_json(&b, json_pack("{s:s}", in, in));
		assert_null(strpbrk(buf_str(&b), "<>&\n\r\x1b"));
		back = json_loads(buf_str(&b), 0, NULL);
		assert_non_null(back);
		json_decref(back);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup),
		cmocka_unit_test(test_control),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_any_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
