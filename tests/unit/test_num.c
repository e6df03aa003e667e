/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_num.c: the number parser and printer, and the buffers they print into.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/num.h"
#include "lib/rng.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

struct good {
	const char *text;
	enum num_kind kind;
	uint64_t value;
	const char *canonical;
};

static const struct good goods[] = {
	{ "0", NUM_COUNT, 0, "0" },
	{ "12", NUM_COUNT, 12, "12" },
	{ " 12\t", NUM_COUNT, 12, "12" },
	{ "4k", NUM_COUNT, 4000, "4000" },
	{ "1.5M", NUM_COUNT, 1500000, "1500000" },
	{ "007", NUM_COUNT, 7, "7" },
	{ "18446744073709551615", NUM_COUNT, UINT64_MAX, "18446744073709551615" },
	{ "4k", NUM_BYTES, 4096, "4k" },
	{ "4K", NUM_BYTES, 4096, "4k" },
	{ "64m", NUM_BYTES, 64ull << 20, "64M" },
	{ "1024M", NUM_BYTES, 1ull << 30, "1G" },
	{ "1GiB", NUM_BYTES, 1ull << 30, "1G" },
	{ "2T", NUM_BYTES, 2ull << 40, "2T" },
	{ "0.5k", NUM_BYTES, 512, "512" },
	{ "512B", NUM_BYTES, 512, "512" },
	{ "1000", NUM_BYTES, 1000, "1000" },
	{ "0k", NUM_BYTES, 0, "0" },
	{ "80us", NUM_NS, 80000, "80us" },
	{ "1000us", NUM_NS, 1000000, "1ms" },
	{ "1.5s", NUM_NS, 1500000000, "1500ms" },
	{ "0.1s", NUM_NS, 100000000, "100ms" },
	{ "5m", NUM_NS, 300000000000, "5m" },
	{ "90s", NUM_NS, 90000000000, "90s" },
	{ "2h", NUM_NS, 7200000000000, "120m" },
	{ "10ns", NUM_NS, 10, "10ns" },
	{ "0", NUM_NS, 0, "0" },
	{ "0.0", NUM_NS, 0, "0" },
	{ "0ms", NUM_NS, 0, "0" },
	{ "18446744073709551615ns", NUM_NS, UINT64_MAX, "18446744073709551615ns" },
	{ "2%", NUM_PCT, 2000, "2%" },
	{ "0", NUM_PCT, 0, "0%" },
	{ "0.1%", NUM_PCT, 100, "0.1%" },
	{ "0.100000%", NUM_PCT, 100, "0.1%" },
	{ "12.345%", NUM_PCT, 12345, "12.345%" },
	{ "0%", NUM_PCT, 0, "0%" },
};

static void every_kind_reads_its_units_exactly(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(goods); i++) {
		const struct good *g = &goods[i];
		uint64_t v = 99;
		char text[32];

		assert_int_equal(num_parse(g->text, g->kind, &v, NULL), 0);
		assert_true(v == g->value);
		assert_string_equal(num_format(text, v, g->kind), g->canonical);
	}
}

struct bad {
	const char *text;
	enum num_kind kind;
	int ret;
	const char *says;
};

static const struct bad bads[] = {
	{ "", NUM_COUNT, -EINVAL, "'' is not a count" },
	{ " ", NUM_COUNT, -EINVAL, "count" },
	{ "-1", NUM_COUNT, -EINVAL, "'-1' is not a count" },
	{ "+1", NUM_COUNT, -EINVAL, "count" },
	{ "1 2", NUM_COUNT, -EINVAL, "count" },
	{ "0x10", NUM_COUNT, -EINVAL, "count" },
	{ "1e3", NUM_COUNT, -EINVAL, "count" },
	{ "0.5", NUM_COUNT, -EINVAL, "'0.5' is not a whole number of units" },
	{ "1.", NUM_COUNT, -EINVAL, "count" },
	{ ".5k", NUM_COUNT, -EINVAL, "count" },
	{ "1kk", NUM_COUNT, -EINVAL, "count" },
	{ "18446744073709551616", NUM_COUNT, -ERANGE, "too large" },
	{ "99999999999999999999999999999999", NUM_COUNT, -ERANGE, "too large" },
	{ "18446744073709552k", NUM_COUNT, -ERANGE, "too large" },
	{ "99999999999999999999999999999999q", NUM_COUNT, -EINVAL, "count" },
	{ "4kB", NUM_BYTES, -EINVAL, "'4kB' is not a size" },
	{ "4 k", NUM_BYTES, -EINVAL, "size" },
	{ "0.3k", NUM_BYTES, -EINVAL, "'0.3k' is not a whole number of bytes" },
	{ "16777216T", NUM_BYTES, -ERANGE, "too large" },
	{ "5", NUM_NS, -EINVAL, "'5' is not a time with its unit" },
	{ "5M", NUM_NS, -EINVAL, "time" },
	{ "0.5ns", NUM_NS, -EINVAL, "nanoseconds" },
	{ "0.0000000000000000001s", NUM_NS, -EINVAL, "time" },
	{ "18446744073709551615.5s", NUM_NS, -ERANGE, "too large" },
	{ "2", NUM_PCT, -EINVAL, "'2' is not a percentage with its sign" },
	{ "0.02", NUM_PCT, -EINVAL, "such as 2%, which is 0.02 of a value" },
	{ "2%%", NUM_PCT, -EINVAL, "'2%%' is not a percentage" },
	{ "0.0001%", NUM_PCT, -EINVAL, "thousandths of a per cent" },
};

static void garbage_is_refused_with_its_text_and_leaves_the_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(bads); i++) {
		struct err e = ERR_INIT;
		uint64_t v = 99;

		assert_int_equal(num_parse(bads[i].text, bads[i].kind, &v, &e), bads[i].ret);
		assert_true(v == 99);
		if (!strstr(e.text, bads[i].says))
			fail_msg("%s: says '%s'", bads[i].text, e.text);
	}
}

static void printed_values_read_back_unchanged(void **state)
{
	struct rng r = { 1 };

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint64_t v = rng_next(&r) >> rng_below(&r, 64), back = v + 1;
		enum num_kind kind = (enum num_kind)(i % 4);
		char text[32];

		if (i % 3 == 0) /* round ones, which get units */
			v = (v >> 44) * (i % 2 ? 1000000u : 1u << 20);
		assert_int_equal(num_parse(num_format(text, v, kind), kind, &back, NULL), 0);
		assert_true(back == v);
	}
}

static void doubles_read_back_bit_for_bit(void **state)
{
	static const double hard[] = { 0,
				       -0.0,
				       0.1,
				       1.0 / 3,
				       5e-324,
				       1.7976931348623157e308,
				       -2.2250738585072014e-308,
				       1e22,
				       9007199254740993.0 };
	struct rng r = { 2 };
	char text[32];
	double back;

	(void)state;
	for (size_t i = 0; i < NR(hard); i++) {
		assert_int_equal(num_parse_double(num_format_double(text, hard[i]), &back, NULL),
				 0);
		assert_memory_equal(&back, &hard[i], sizeof(back));
	}
	for (int i = 0; i < 100000; i++) {
		uint64_t bits = rng_next(&r);
		double v;

		memcpy(&v, &bits, sizeof(v));
		if (!isfinite(v))
			continue;
		assert_int_equal(num_parse_double(num_format_double(text, v), &back, NULL), 0);
		assert_memory_equal(&back, &v, sizeof(back));
	}
	assert_string_equal(num_format_double(text, 0.1), "0.1");
	assert_string_equal(num_format_double(text, NAN), "");
	assert_string_equal(num_format_double(text, -INFINITY), "");
}

static void a_value_that_is_no_finite_number_is_refused(void **state)
{
	static const char *const texts[] = { "",     " 1",    "1 ",    "nan",     "inf",
					     "-inf", "0x1p3", "1e999", "1,5",     "--1",
					     "1e",   ".",     "1.2.3", "infinity" };

	(void)state;
	for (size_t i = 0; i < NR(texts); i++) {
		double v = 42;

		assert_int_equal(num_parse_double(texts[i], &v, NULL), -EINVAL);
		assert_true(v == 42);
	}
}

static void rounding_up_to_the_next_unit_takes_that_unit(void **state)
{
	static const struct {
		double v;
		const char *text;
	} si[] = {
		{ 10714, "10.71k" },
		{ 36.8e6, "36.8M" },
		{ 812, "812" },
		{ 999.96, "1k" },
		{ 999.94, "999.9" },
		{ 0, "0" },
		{ -5, "-5" },
		{ 0.95, "0.95" },
		{ 0.00012, "120u" },
		{ 9.9999e5, "1M" },
		{ -1234567, "-1.235M" },
		{ 2.5e18, "2.5E" },
		{ 1e22, "1.000e+22" },
		{ NAN, "-" },
	};
	static const struct {
		uint64_t ns;
		const char *text;
	} times[] = {
		{ 0, "0 ns" },
		{ 812, "812 ns" },
		{ 999, "999 ns" },
		{ 1250000, "1.25 ms" },
		{ 999600, "1 ms" },
		{ 200000000000, "3 m 20 s" },
		{ 59949999999, "59.9 s" },
		{ 59950000000, "1 m 0 s" },
		{ 3599600000000, "1 h 0 m" },
		{ 7500000000000, "2 h 5 m" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < NR(si); i++)
		assert_string_equal(num_format_si(text, si[i].v), si[i].text);
	for (size_t i = 0; i < NR(times); i++)
		assert_string_equal(num_format_ns_human(text, times[i].ns), times[i].text);
	num_format_ns_human(text, UINT64_MAX);
	assert_true(strlen(text) < 32);
}

static void a_buffer_is_always_terminated_and_keeps_nuls(void **state)
{
	struct buf b = BUF_INIT;
	size_t len;
	char *s;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	buf_adds(&b, "a");
	buf_add(&b, "b\0c", 3);
	buf_add(&b, NULL, 0);
	buf_addf(&b, "%0300d", 7);
	assert_int_equal(b.len, 304);
	assert_int_equal(b.data[b.len], 0);
	assert_memory_equal(b.data, "ab\0c000", 7);
	buf_reset(&b);
	assert_string_equal(b.data, "");
	buf_addc(&b, 'x');
	s = buf_detach(&b, &len);
	assert_string_equal(s, "x");
	assert_int_equal(len, 1);
	free(s);
	s = buf_detach(&b, NULL);
	assert_string_equal(s, "");
	free(s);
	buf_release(&b);
	buf_release(&b);
	buf_init(&b);
	assert_string_equal(b.data, "");
	buf_release(&b);
}

static void a_string_array_stays_an_argv_as_it_grows(void **state)
{
	struct strv s = STRV_INIT;

	(void)state;
	strv_split(&s, ",,a,b c,,d,", ",");
	assert_int_equal(s.n, 3);
	assert_string_equal(s.v[1], "b c");
	for (int i = 0; i < 100; i++) {
		strv_addf(&s, "n%d", i);
		assert_null(s.v[s.n]);
	}
	assert_int_equal(strv_find(&s, "n99"), 102);
	assert_int_equal(strv_find(&s, "n100"), -1);
	strv_release(&s);
	assert_int_equal(strv_find(&s, "a"), -1);
	strv_split(&s, "", ",");
	assert_int_equal(s.n, 0);
	strv_release(&s);
}

static void hex_digits_are_read_as_far_as_they_go(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		uint64_t value;
	} cases[] = {
		{ "ffffffff81000000 T _text", 16, 0xffffffff81000000 },
		{ "0", 1, 0 },
		{ "1g", 1, 1 },
		{ "", 0, 0 },
		{ "G", 0, 0 },
		{ "A", 0, 0 },
		{ "00000000000000001", 0, 0 },
		{ "deadbeef:", 8, 0xdeadbeef },
	};
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		value = 7;
		assert_int_equal(num_hex(cases[i].text, &value), cases[i].n);
		assert_int_equal(value, cases[i].value);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_reads_its_units_exactly),
		cmocka_unit_test(garbage_is_refused_with_its_text_and_leaves_the_value),
		cmocka_unit_test(printed_values_read_back_unchanged),
		cmocka_unit_test(doubles_read_back_bit_for_bit),
		cmocka_unit_test(a_value_that_is_no_finite_number_is_refused),
		cmocka_unit_test(hex_digits_are_read_as_far_as_they_go),
		cmocka_unit_test(rounding_up_to_the_next_unit_takes_that_unit),
		cmocka_unit_test(a_buffer_is_always_terminated_and_keeps_nuls),
		cmocka_unit_test(a_string_array_stays_an_argv_as_it_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
