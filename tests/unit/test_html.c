/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_html.c: text made safe for each place of a page; a property over all bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dashboards/report/html.h"
#include "lib/rng.h"

static void expect_text(const char *in, const char *want)
{
	struct buf b = BUF_INIT;

	html_add(&b, in);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void test_markup(void **state)
{
	(void)state;
	expect_text("\"><script>alert('1') && 0</script>",
		    "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;) &amp;&amp; 0&lt;/script&gt;");
	expect_text("&lt;", "&amp;lt;");
	expect_text("plain ext4, 10 %", "plain ext4, 10 %");
	expect_text("", "");
	expect_text(NULL, "");
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

/* Each byte that begins nothing is one ?, and what follows it is kept. */
static void test_not_utf8(void **state)
{
	(void)state;
	expect_text("a\xff<b", "a?&lt;b");
	expect_text("\xc0\xaf", "??"); /* overlong '/' */
	expect_text("\xe2\x82", "??"); /* cut short */
	expect_text("\xe2\x82<", "??&lt;");
	expect_text("\xed\xa0\x80", "???"); /* a surrogate */
	expect_text("\xf4\x90\x80\x80", "????");
}

static void test_path(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	html_add_path(&b, "../a b/c#d?e%f\"g'h<i>:\xc3\xa4.csv");
	assert_string_equal(buf_str(&b), "../a%20b/c%23d%3Fe%25f%22g%27h%3Ci%3E%3A%C3%A4.csv");
	buf_release(&b);
}

static void test_json(void **state)
{
	struct buf b = BUF_INIT;
	json_t *back;

	(void)state;
	html_add_json(&b, json_pack("[s, f]", "</script><!--&\u2028\u2029\n", 2.0 / 3), 7);
	assert_string_equal(buf_str(&b),
			    "[\"\\u003c/script\\u003e\\u003c!--\\u0026???\",0.6666667]");
	back = json_loads(buf_str(&b), 0, NULL);
	assert_string_equal(json_string_value(json_array_get(back, 0)), "</script><!--&???");
	json_decref(back);
	buf_release(&b);
}

/* Whatever the bytes are: no character that could end a text or an attribute is left. */
static void test_any_bytes(void **state)
{
	struct rng rng = { 8 };

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		size_t n = (size_t)rng_below(&rng, 24);
		struct buf b = BUF_INIT;
		char in[25] = "";
		json_t *utf8;

		for (size_t k = 0; k < n; k++)
			in[k] = (char)(1 + rng_below(&rng, 255));
		html_add(&b, in);
		assert_null(strpbrk(buf_str(&b), "<>\"'\n\r\x1b"));
		utf8 = json_string(buf_str(&b)); /* jansson takes UTF-8 only */
		assert_non_null(utf8);
		json_decref(utf8);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup),   cmocka_unit_test(test_control),
		cmocka_unit_test(test_not_utf8), cmocka_unit_test(test_path),
		cmocka_unit_test(test_json),     cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
