/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_contention.c: runners/lock/contention.c on what four versions of perf printed
 * (tests/data/perf/README.md), whose totals must be those that lock_reduce makes of the
 * same recordings; on damaged output; and with the perf that is here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/lock/contention.h"
#include "runners/lock/lockstacks.h"
#include "tests/unit/skip.h"

#define DATA "tests/data/perf/"
#define NR(a) (sizeof(a) / sizeof((a)[0]))

static struct buf content(const char *name, const char *suffix)
{
	char *path = xasprintf(DATA "%s%s", name, suffix);
	struct buf raw = BUF_INIT, b = BUF_INIT;
	struct err e = ERR_INIT;

	if (fs_read(path, 0, &raw, &e) || fs_decompress(raw.data, raw.len, &b, &e))
		fail_msg("%s", e.text);
	buf_release(&raw);
	free(path);
	return b;
}

static struct lock_stacks reduced(const char *name)
{
	struct buf b = content(name, ".data.gz");
	struct lock_events ev;
	struct lock_stacks s;
	struct err e = ERR_INIT;

	if (perfdata_read(&ev, b.data, b.len, &e))
		fail_msg("%s: %s", name, e.text);
	lock_reduce(&s, &ev, NULL);
	lock_events_release(&ev);
	buf_release(&b);
	return s;
}

/* Both within 1 % of what lock_reduce finds in the same file. */
static void expect_same(const char *name, const struct contention *c)
{
	struct lock_stacks s = reduced(name);
	uint64_t total_ns = 0;

	for (size_t i = 0; i < s.n; i++)
		total_ns += s.v[i].total_ns;
	if (100 * llabs((long long)(c->total_ns - total_ns)) > (long long)total_ns ||
	    100 * llabs((long long)(c->count - s.waits)) > (long long)s.waits)
		fail_msg("%s: perf says %llu waits, %llu ns, we say %llu, %llu ns", name,
			 (unsigned long long)c->count, (unsigned long long)c->total_ns,
			 (unsigned long long)s.waits, (unsigned long long)total_ns);
	lock_stacks_release(&s);
}

/* clang-format off */
static const struct {
	const char *name, *suffix;
	size_t rows;
	struct { const char *type, *caller; uint64_t count, total_ns, max_ns; } first;
} outputs[] = {
	{ "mix-6.1", ".table", 3, { "rwsem:W", "vfs_write+0x22f", 76, 95210000, 15970000 } },
	{ "mix-6.12", ".table", 3,
	  { "rwsem:W", "__x64_sys_pwrite64+0xa3", 238, 102610000, 7920000 } },
	{ "mix-6.12", ".separated", 3,
	  { "rwsem:W", "__x64_sys_pwrite64+0xa3", 238, 102611638, 7921824 } },
	{ "mix-7.2", ".table", 3, { "rwsem:W", "__x64_sys_pwrite64+0xa3", 183, 69050000, 5920000 } },
	{ "mix-7.2", ".separated", 3,
	  { "rwsem:W", "__x64_sys_pwrite64+0xa3", 183, 69049727, 5919343 } },
	{ "mix-7.3", ".table", 11,
	  { "rwsem:W", "__x64_sys_pwrite64+0xa3", 67, 141430000, 11990000 } },
	{ "mix-7.3", ".separated", 11,
	  { "rwsem:W", "__x64_sys_pwrite64+0xa3", 67, 141428959, 11990122 } },
	{ "hold-6.12", ".separated", 9,
	  { "rwsem:R", "__x64_sys_pread64+0xa3", 12, 243828779, 20554828 } },
	{ "all-6.1", ".table", 61, { "rwsem:W", "vfs_write+0x22f", 22, 29680000, 6590000 } },
	{ "lost-7.2", ".separated", 20,
	  { "rwsem:W", "__x64_sys_pwrite64+0xa3", 62, 98555805, 6936648 } },
};
/* clang-format on */

static int parse(struct contention *c, const char *suffix, const struct buf *b, struct err *e)
{
	enum contention_form form =
		strcmp(suffix, ".table") ? CONTENTION_SEPARATED : CONTENTION_TABLE;

	return contention_parse(c, form, b->data, b->len, e);
}

static void outputs_of_four_perfs_agree_with_ours(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(outputs); i++) {
		struct buf b = content(outputs[i].name, outputs[i].suffix);
		struct contention c;
		struct err e = ERR_INIT;

		if (parse(&c, outputs[i].suffix, &b, &e))
			fail_msg("%s%s: %s", outputs[i].name, outputs[i].suffix, e.text);
		if (c.n != outputs[i].rows)
			fail_msg("%s%s: %zu rows", outputs[i].name, outputs[i].suffix, c.n);
		assert_string_equal(c.v[0].type, outputs[i].first.type);
		assert_string_equal(c.v[0].caller, outputs[i].first.caller);
		assert_int_equal(c.v[0].count, outputs[i].first.count);
		assert_int_equal(c.v[0].total_ns, outputs[i].first.total_ns);
		assert_int_equal(c.v[0].max_ns, outputs[i].first.max_ns);
		expect_same(outputs[i].name, &c);
		contention_release(&c);
		buf_release(&b);
	}
}

static void perf_says_itself_which_form_it_has(void **state)
{
	static const struct {
		const char *version;
		enum contention_form form;
	} rows[] = {
		{ "6.1", CONTENTION_TABLE },
		{ "6.12", CONTENTION_SEPARATED },
		{ "7.2", CONTENTION_SEPARATED },
		{ "7.3", CONTENTION_SEPARATED },
	};
	static const char old[] = "\n Usage: perf lock [<options>] {record|report|script|info}\n";
	enum contention_form form;
	struct err e = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < NR(rows); i++) {
		char *name = xasprintf("help-%s", rows[i].version);
		struct buf b = content(name, ".txt");

		assert_int_equal(contention_form_of(b.data, b.len, &form, &e), 0);
		assert_int_equal(form, rows[i].form);
		buf_release(&b);
		free(name);
	}
	assert_int_equal(contention_form_of(old, strlen(old), &form, &e), -ENOTSUP);
	assert_non_null(strstr(e.text, "has no 'lock contention'"));
	assert_int_equal(contention_form_of("", 0, &form, NULL), -ENOTSUP);
}

#define TABLE " contended   total wait     max wait     avg wait         type   caller\n\n"
#define SEPARATED "# output: contended, total wait, max wait, avg wait, type, caller\n"

/* clang-format off */
static const struct {
	enum contention_form form;
	const char *text;
	uint64_t count, total_ns;
} read_as[] = {
	{ CONTENTION_TABLE, TABLE, 0, 0 }, { CONTENTION_SEPARATED, SEPARATED, 0, 0 },
	{ CONTENTION_TABLE, "Warning:\nProcessed 7 events and lost 1 chunks!\n\n" TABLE
	  "   2   1.50 s   812 ns   31.40 us   rwsem:R   f+0x1\n"
	  "   3   1.25 m   1.00 h   2 ns   spinlock   g+0x2 (ext4)\n"
	  "\n=== output for debug===\n\nbad: 1, total: 2\n", 5, 76500000000 },
	/* Other fields (-F) in another order. */
	{ CONTENTION_TABLE, " contended   avg wait   min wait   total wait   type   caller\n\n"
	  "  2  1 ns  1 ns  3.00 us  mutex  f+0x1\n", 2, 3000 },
	{ CONTENTION_SEPARATED, SEPARATED "2, 1500, 7, 8, mutex, f+0x1\r\n"
	  "# debug: total=2, bad=1, bad_acquire=0\n", 2, 1500 },
};
/* clang-format on */

static void what_stands_around_a_table_is_no_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(read_as); i++) {
		struct contention c;
		struct err e = ERR_INIT;

		if (contention_parse(&c, read_as[i].form, read_as[i].text, strlen(read_as[i].text),
				     &e))
			fail_msg("row %zu: %s", i, e.text);
		assert_int_equal(c.count, read_as[i].count);
		assert_int_equal(c.total_ns, read_as[i].total_ns);
		contention_release(&c);
	}
}

/* clang-format off */
static const struct {
	enum contention_form form;
	const char *text, *says;
} refused[] = {
	{ CONTENTION_TABLE, "", "it said: nothing" },
	{ CONTENTION_TABLE, "lock contention evsel not found\n", "it said: lock contention evsel" },
	{ CONTENTION_TABLE, "incompatible file format (rerun with -v to learn more)\n"
	  "Initializing perf session failed\n", "it said: Initializing perf session failed" },
	{ CONTENTION_TABLE, SEPARATED, "there is no table" },
	{ CONTENTION_SEPARATED, TABLE, "there is no table" },
	{ CONTENTION_TABLE, " contended   total wait     max wait     avg wa", "there is no table" },
	{ CONTENTION_TABLE, TABLE "  532    825.76 ms   6.97 ms", "line 3 is no row" },
	{ CONTENTION_TABLE, TABLE "  532    825.76 ms   6.97 ms  1.55 ms  rwsem:W", "line 3" },
	{ CONTENTION_TABLE, TABLE "  532    825.76 xs   6.97 ms  1.55 ms  rwsem:W  f", "line 3" },
	{ CONTENTION_TABLE, TABLE "  -32    825.76 ms   6.97 ms  1.55 ms  rwsem:W  f", "line 3" },
	{ CONTENTION_SEPARATED, SEPARATED "532, 825, 6", "line 2 is no row" },
	{ CONTENTION_SEPARATED, SEPARATED "532, 825, 6, 7, rwsem:W,", "line 2 is no row" },
	{ CONTENTION_SEPARATED, SEPARATED "532, 8.2.5, 6, 7, rwsem:W, f", "line 2 is no row" },
	{ CONTENTION_SEPARATED, SEPARATED "18446744073709551615, 1, 1, 1, mutex, f\n"
	  "1, 1, 1, 1, mutex, f\n", "line 3 is no row" },
};
/* clang-format on */

static void damaged_output_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(refused); i++) {
		struct contention c;
		struct err e = ERR_INIT;
		int ret = contention_parse(&c, refused[i].form, refused[i].text,
					   strlen(refused[i].text), &e);

		if (ret != -EINVAL || !strstr(e.text, refused[i].says) || c.n)
			fail_msg("row %zu: %d, \"%s\"", i, ret, e.text);
	}
}

/* The perf that is here, on a file that an old one wrote, and on what is none. */
static void the_perf_here_is_read(void **state)
{
	struct buf b = content("mix-6.1", ".data.gz");
	char path[] = "/tmp/fsduel-contention-XXXXXX";
	char *perf = proc_which("perf");
	struct contention c;
	struct err e = ERR_INIT;
	int fd = mkstemp(path), ret;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	if (!perf) {
		unlink(path);
		buf_release(&b);
		skip_because("there is no perf (linux-perf)");
	}
	assert_int_equal(fs_write_atomic(path, b.data, b.len, &e), 0);
	ret = contention_run(&c, path, NULL, &e);
	if (ret)
		fail_msg("%s", e.text);
	assert_true(strlen(c.version) > 2 && strstr(c.text, "contended"));
	expect_same("mix-6.1", &c);
	contention_release(&c);

	assert_int_equal(fs_write_atomic(path, b.data, 1000, &e), 0);
	ret = contention_run(&c, path, NULL, &e);
	unlink(path);
	if ((ret != -EINVAL && ret != -EIO) || !e.text[0] || c.n || !c.version || !c.text)
		fail_msg("a file cut short: %d, \"%s\"", ret, e.text);
	contention_release(&c);
	buf_release(&b);
	free(perf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs_of_four_perfs_agree_with_ours),
		cmocka_unit_test(perf_says_itself_which_form_it_has),
		cmocka_unit_test(what_stands_around_a_table_is_no_row),
		cmocka_unit_test(damaged_output_is_refused),
		cmocka_unit_test(the_perf_here_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
