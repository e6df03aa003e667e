/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_result.c: what a cell run hands back survives its JSON, and JSON that
 * no fsduel wrote is refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "runners/result/result.h"
#include "runners/vm/channel.h"
#include "runners/lock/lockstacks.h"

static void fill(struct result *r)
{
	uint64_t ops[] = { 1, 0, 2 };
	struct series over_time = {
		.interval_ns = 3000000, .end_ns = 7000000, .nr = 3, .room = 3, .ops = ops
	};
	struct hist h;
	struct measured m = {
		.ops = 3, .bytes = 12288, .elapsed_ns = 7000000, .lat = &h, .series = &over_time
	};
	struct measured idle = { .ops = 0 };

	hist_init(&h);
	hist_add(&h, 100);
	hist_add(&h, 90210);
	hist_add(&h, UINT64_C(1) << 50);
	result_init(r);
	result_add_measured(r, "all", &m);
	result_add_measured(r, "idle", &idle);
	json_object_set_new(r->facts, "journal_bytes", json_integer(67108864));
}

/* What fill has, and what a locks pass adds. */
static void fill_watched(struct result *r)
{
	struct lock_stacks s = { .v = calloc(2, sizeof(*s.v)),
				 .n = 2,
				 .waits = 5,
				 .wait_ns = 340,
				 .cut = 1,
				 .lost = 7 };

	fill(r);
	s.v[0] = (struct lock_stack){ .lock = 0xffff888002489248,
				      .mode = strdup("write"),
				      .role = strdup("dio_overwrite"),
				      .chain = strdup("down_write;ext4_dio_write_iter"),
				      .count = 3,
				      .total_ns = 300,
				      .max_ns = 110,
				      .waits = calloc(1, sizeof(struct hist)),
				      .holder_role = strdup("dio_read"),
				      .holder_mode = strdup("read"),
				      .holder_chain = strdup("down_read;ext4_file_read_iter"),
				      .held_ns = 250 };
	s.v[1] = (struct lock_stack){ .mode = strdup("spin"),
				      .role = strdup("kworker/0:1"),
				      .chain = strdup("[unknown]"),
				      .count = 2,
				      .total_ns = 40,
				      .max_ns = 20,
				      .waits = calloc(1, sizeof(struct hist)) };
	for (int i = 0; i < 3; i++)
		hist_add(s.v[0].waits, 90 + 10u * (unsigned)i);
	for (int i = 0; i < 2; i++)
		hist_add(s.v[1].waits, 20);
	result_take_locks(r, &s);
}

static const struct sample *find(const struct result *r, const char *role, const char *metric)
{
	for (size_t i = 0; i < r->nr_samples; i++)
		if (!strcmp(r->samples[i].role, role) && !strcmp(r->samples[i].metric, metric))
			return &r->samples[i];
	fail_msg("no sample %s %s", role, metric);
	return NULL;
}

static void a_value_not_measured_is_empty_not_zero(void **state)
{
	struct result r;
	double v;

	(void)state;
	fill(&r);
	assert_string_equal(find(&r, "idle", "ops_per_s")->value, "");
	assert_string_equal(find(&r, "idle", "lat_p99")->value, "");
	assert_int_equal(num_parse_double(find(&r, "all", "ops_per_s")->value, &v, NULL), 0);
	assert_true(v == 3e9 / 7e6);
	assert_int_equal(r.nr_hists, 1);
	assert_int_equal(r.nr_series, 1);
	result_release(&r);
}

static void the_first_failure_wins_and_is_one_line(void **state)
{
	struct result r;

	(void)state;
	result_init(&r);
	result_fail(&r, STATUS_INVALID, "first\nof %d", 2);
	result_fail(&r, STATUS_FAILED, "second");
	assert_int_equal(r.status, STATUS_INVALID);
	assert_string_equal(r.reason, "first of 2");
	result_release(&r);
}

static char *dump(const struct result *r)
{
	json_t *j = result_to_json(r);
	char *text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	json_decref(j);
	return text;
}

static void json_gives_the_same_result_back(void **state)
{
	struct result r, back;
	struct err e = ERR_INIT;
	char *first, *second;
	json_t *j;

	(void)state;
	fill(&r);
	r.marks = strdup("steal");
	r.console = strdup("line 1\nline 2 \xff\n"); /* not UTF-8: kept as '?' */
	result_fail(&r, STATUS_INVALID, "because");
	first = dump(&r);
	j = result_to_json(&r);
	assert_int_equal(result_from_json(&back, j, &e), 0);
	assert_string_equal(e.text, "");
	second = dump(&back);
	assert_string_equal(first, second);
	assert_string_equal(back.console, "line 1\nline 2 ?\n");
	assert_int_equal(back.nr_series, 1);
	assert_int_equal(back.series[0].series.nr, 3);
	assert_int_equal(back.series[0].series.end_ns, 7000000);
	assert_memory_equal(back.series[0].series.ops, r.series[0].series.ops,
			    3 * sizeof(uint64_t));
	assert_memory_equal(&back.hists[0].hist, &r.hists[0].hist, sizeof(struct hist));
	free(first);
	free(second);
	json_decref(j);
	result_release(&r);
	result_release(&back);
}

static void waits_survive_json_and_are_not_there_without_a_locks_pass(void **state)
{
	struct result r, back;
	struct err e = ERR_INIT;
	char *first, *second;
	json_t *j;

	(void)state;
	fill(&r);
	j = result_to_json(&r);
	assert_null(json_object_get(j, "locks"));
	json_decref(j);
	result_release(&r);
	fill_watched(&r);
	buf_adds(&r.raw, "a recording");
	first = dump(&r);
	assert_null(strstr(first, "a recording"));
	j = result_to_json(&r);
	if (result_from_json(&back, j, &e))
		fail_msg("%s", e.text);
	second = dump(&back);
	assert_string_equal(first, second);
	assert_non_null(back.locks);
	assert_int_equal(back.locks->n, 2);
	assert_true(back.locks->v[0].lock == 0xffff888002489248);
	assert_string_equal(back.locks->v[0].holder_role, "dio_read");
	assert_null(back.locks->v[1].holder_role);
	assert_string_equal(find(&back, "all", "lock_waits")->value, "5");
	assert_string_equal(find(&back, "all", "lock_wait")->value, "340");
	assert_string_equal(find(&back, "all", "lock_cut")->value, "1");
	assert_string_equal(find(&back, "all", "lock_lost")->value, "7");
	free(first);
	free(second);
	result_release(&back);
	json_object_set_new(j, "locks", json_null());
	assert_int_equal(result_from_json(&back, j, NULL), -EINVAL);
	result_release(&back);
	json_object_set_new(j, "locks", json_object());
	assert_int_equal(result_from_json(&back, j, NULL), -EINVAL);
	assert_int_equal(back.nr_samples, 0);
	assert_null(back.locks);
	json_decref(j);
	result_release(&back);
	result_release(&r);
}

/* Each replaces one member at a path of a good result by something that is not written. */
static const struct {
	const char *what, *list, *key, *value;
} broken[] = {
	{ "unknown status", NULL, "status", "\"fine\"" },
	{ "ok with a reason", NULL, "reason", "\"why\"" },
	{ "status a number", NULL, "status", "0" },
	{ "facts a list", NULL, "facts", "[]" },
	{ "samples missing", NULL, "samples", "null" },
	{ "hists an object", NULL, "hists", "{}" },
	{ "marks with a newline", NULL, "marks", "\"a\\nb\"" },
	{ "an unknown member", NULL, "more", "1" },
	{ "role empty", "samples", "role", "\"\"" },
	{ "metric null", "samples", "metric", "null" },
	{ "better unknown", "samples", "better", "\"up\"" },
	{ "value nan", "samples", "value", "\"nan\"" },
	{ "value in another notation", "samples", "value", "\"1.50\"" },
	{ "value a number", "samples", "value", "1.5" },
	{ "value very long", "samples", "value", "\"1000000000000000000000000000000000000000\"" },
	{ "sum negative", "hists", "sum", "-1" },
	{ "min above max", "hists", "min", "9223372036854775807" },
	{ "bins empty", "hists", "bins", "[]" },
	{ "bins odd", "hists", "bins", "[1,1,2]" },
	{ "bins out of order", "hists", "bins", "[2,1,1,1]" },
	{ "bins twice the same", "hists", "bins", "[1,1,1,1]" },
	{ "bins out of range", "hists", "bins", "[2304,1]" },
	{ "bins with an empty bucket", "hists", "bins", "[1,0]" },
	{ "bins overflow", "hists", "bins", "[1,9223372036854775807,2,9223372036854775807,3,2]" },
	{ "bins negative", "hists", "bins", "[-1,1]" },
	{ "bins fractional", "hists", "bins", "[1,1.5]" },
	{ "series missing", NULL, "series", "null" },
	{ "series role null", "series", "role", "null" },
	{ "intervals of 0", "series", "interval", "0" },
	{ "intervals that overflow", "series", "interval", "9223372036854775807" },
	{ "end in an earlier interval", "series", "end", "6000000" },
	{ "end negative", "series", "end", "-1" },
	{ "ops empty", "series", "ops", "[]" },
	{ "ops negative", "series", "ops", "[1,-1,1]" },
	{ "ops an object", "series", "ops", "{}" },
};

static void what_to_json_does_not_write_is_refused(void **state)
{
	struct result r, back;

	(void)state;
	fill(&r);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		json_t *j = result_to_json(&r), *at = j;
		struct err e = ERR_INIT;

		if (broken[i].list)
			at = json_array_get(json_object_get(j, broken[i].list), 0);
		json_object_set_new(at, broken[i].key,
				    json_loads(broken[i].value, JSON_DECODE_ANY, NULL));
		if (result_from_json(&back, j, &e) != -EINVAL || !e.text[0])
			fail_msg("taken or without a sentence: %s", broken[i].what);
		assert_int_equal(back.nr_samples, 0);
		result_release(&back);
		json_decref(j);
	}
	assert_int_equal(result_from_json(&back, NULL, NULL), -EINVAL);
	result_release(&back);
	result_release(&r);
}

/* Or the next --resume would measure it again until the hit is gone. */
static void what_was_seen_stands_even_where_the_check_failed(void **state)
{
	static const enum status bad[] = { STATUS_INVALID, STATUS_FAILED };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct result r;

		result_init(&r);
		json_object_set_new(r.facts, "stands", json_true());
		assert_false(result_stands(&r));
		result_fail(&r, bad[i], "seen");
		assert_true(result_stands(&r));
		json_object_del(r.facts, "stands");
		assert_false(result_stands(&r));
		result_release(&r);
	}
}

/* Its text is kept in a part file as it came, and reading that refuses a member twice. */
static void a_guest_that_names_a_member_twice_is_refused(void **state)
{
	static const char *const texts[] = { "{\"a\":1}", "{\"a\":1,\"a\":1}" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct err e = ERR_INIT;
		struct buf b = BUF_INIT;
		char *text = NULL;
		json_t *all;

		channel_begin(&b);
		channel_add_text(&b, CHANNEL_RESULT, texts[i]);
		channel_end(&b);
		assert_int_equal(channel_read(b.data, b.len, &all, &text, &e), i ? -EINVAL : 0);
		assert_int_equal(!e.text[0], !i);
		json_decref(all);
		free(text);
		buf_release(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_that_names_a_member_twice_is_refused),
		cmocka_unit_test(a_value_not_measured_is_empty_not_zero),
		cmocka_unit_test(the_first_failure_wins_and_is_one_line),
		cmocka_unit_test(json_gives_the_same_result_back),
		cmocka_unit_test(waits_survive_json_and_are_not_there_without_a_locks_pass),
		cmocka_unit_test(what_was_seen_stands_even_where_the_check_failed),
		cmocka_unit_test(what_to_json_does_not_write_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
