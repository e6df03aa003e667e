/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_profile.c: instruction counts of the plug-in summed by function, and what
 * is refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/labels.h"
#include "lib/schema.h"
#include "lib/symbols.h"
#include "runners/preload/preload.h"
#include "runners/profile/profile.h"
#include "runners/profile/symbol_cache.h"

static const char kallsyms[] = "ffffffff81000000 T _stext\n"
			       "ffffffff81000100 T ext4_file_write_iter\n"
			       "ffffffff81000200 t iomap_iter\n"
			       "ffffffff81000300 D jiffies\n"
			       "ffffffffc0000000 t xfs_file_write_iter\t[xfs]\n";
static const char of_guest[] = "0000000000401000 t worker\n0000000000401080 t sync_loop\n"
			       "0000000000402000 d data\n";

/* clang-format off */
static const struct profile_record records[] = {
	{ 0x401000, 3 }, { 0x401004, 3 }, { 0x401080, 7 }, { 0x402000, 1 },
	{ 0x555555555000, 5 }, { 0x7ffff7000000, 6 },
	{ 0xffffffff81000100, 10 }, { 0xffffffff81000104, 9 }, { 0xffffffff810001ff, 2 },
	{ 0xffffffff81000204, 4 }, { 0xffffffff81000300, 8 },
	{ 0xffffffffc0000000, 11 },
};
/* clang-format on */
#define NR (sizeof(records) / sizeof(records[0]))

struct names {
	struct symbols kernel, guest;
};

static void counts(struct buf *b, const struct profile_record *v, size_t n, uint32_t begins)
{
	struct profile_header h = { .begins = begins, .ends = 1, .records = n };

	memcpy(h.magic, PROFILE_MAGIC, sizeof(h.magic));
	for (size_t i = 0; i < n; i++)
		h.instructions += v[i].count;
	buf_reset(b);
	buf_add(b, &h, sizeof(h));
	buf_add(b, v, n * sizeof(*v));
}

static int set_up(void **state)
{
	static struct names n;
	struct err e = ERR_INIT;

	if (symbols_parse(&n.kernel, kallsyms, strlen(kallsyms), &e) ||
	    symbols_parse(&n.guest, of_guest, strlen(of_guest), &e))
		fail_msg("%s", e.text);
	*state = &n;
	return 0;
}

static int take_down(void **state)
{
	struct names *n = *state;

	symbols_release(&n->kernel);
	symbols_release(&n->guest);
	return 0;
}

static const struct profile_row *row_of(const struct profile *p, const char *object,
					const char *function)
{
	const struct profile_row *found = NULL;

	for (size_t i = 0; i < p->n; i++)
		if (!strcmp(p->v[i].object, object) && !strcmp(p->v[i].function, function)) {
			assert_null(found);
			found = &p->v[i];
		}
	assert_non_null(found);
	return found;
}

static void check_rows(const struct profile *p)
{
	static const struct {
		const char *object, *function;
		uint64_t instructions, calls;
	} want[] = {
		{ PROFILE_KERNEL, "ext4_file_write_iter", 21, 10 },
		{ PROFILE_KERNEL, "iomap_iter", 4, 0 }, /* entered before, left after the mark */
		{ PROFILE_KERNEL, "", 8, 0 },           /* behind the code: nobody's */
		{ "xfs", "xfs_file_write_iter", 11, 11 },
		{ PROFILE_GUEST, "worker", 6, 3 },
		{ PROFILE_GUEST, "sync_loop", 7, 7 },
		{ PROFILE_GUEST, "", 1, 0 },
		{ PROFILE_PROGRAM, "", 5, 0 },
		{ PROFILE_LIBRARY, "", 6, 0 },
	};

	assert_int_equal(p->n, sizeof(want) / sizeof(want[0]));
	assert_int_equal(p->instructions, 69);
	for (size_t i = 0; i < p->n; i++) {
		const struct profile_row *r = row_of(p, want[i].object, want[i].function);

		assert_int_equal(r->instructions, want[i].instructions);
		assert_int_equal(r->calls, want[i].calls);
		assert_true(!i || p->v[i - 1].instructions >= p->v[i].instructions);
	}
}

static void instructions_are_summed_by_function_and_nobody_gets_a_neighbours(void **state)
{
	struct names *n = *state;
	struct buf b = BUF_INIT;
	struct profile p, again;
	struct err e = ERR_INIT;
	json_t *j;

	counts(&b, records, NR, 1);
	assert_int_equal(profile_reduce(&p, b.data, b.len, &n->kernel, &n->guest, &e), 0);
	check_rows(&p);
	assert_int_equal(row_of(&p, "xfs", "xfs_file_write_iter")->address, 0xffffffffc0000000);
	j = profile_to_json(&p);
	assert_int_equal(profile_from_json(&again, j, &e), 0);
	check_rows(&again);
	json_decref(j);
	profile_release(&p);
	profile_release(&again);
	buf_release(&b);
}

static void path_and_bulk_add_up_to_all_instructions(void **state)
{
	struct profile_row rows[] = {
		{ (char *)PROFILE_KERNEL, (char *)"ext4_map_blocks", 1, 700, 7 },
		{ (char *)PROFILE_KERNEL, (char *)"__memcpy", 2, 200, 2 },
		{ (char *)"null_blk", (char *)"null_transfer", 3, 60, 1 },
		{ (char *)"null_blk", (char *)"null_queue_rq", 4, 30, 1 },
		{ (char *)PROFILE_GUEST, (char *)"", 0, 10, 0 },
	};
	struct profile p = { rows, sizeof(rows) / sizeof(rows[0]), 1000 };
	double path = 0, bulk = 0;
	struct paths paths;
	unsigned driver = subsystem_of("null_blk", "");

	(void)state;
	profile_paths(&paths, &p, 10);
	for (unsigned i = 0; i < nr_subsystems; i++) {
		path += paths.path[i];
		bulk += paths.bulk[i];
	}
	assert_float_equal((float)path, 74.0f, 1e-4f);
	assert_float_equal((float)bulk, 26.0f, 1e-4f);
	assert_float_equal((float)paths.path[driver], 3.0f, 1e-4f);
	assert_float_equal((float)paths.bulk[driver], 6.0f, 1e-4f);
}

static void without_symbols_there_are_no_names(void **state)
{
	const struct symbols no_symbols = { 0 };
	struct buf b = BUF_INIT;
	struct profile p;
	struct err e = ERR_INIT;

	(void)state;
	counts(&b, records, NR, 1);
	assert_int_equal(profile_reduce(&p, b.data, b.len, &no_symbols, &no_symbols, &e), 0);
	assert_int_equal(p.n, 4);
	for (size_t i = 0; i < p.n; i++)
		assert_string_equal(p.v[i].function, "");
	assert_int_equal(p.instructions, 69);
	profile_release(&p);
	buf_release(&b);
}

static void refused(struct names *n, const struct buf *b, size_t len, const char *why)
{
	struct profile p;
	struct err e = ERR_INIT;

	assert_int_equal(profile_reduce(&p, b->data, len, &n->kernel, &n->guest, &e), -EINVAL);
	if (!strstr(e.text, why))
		fail_msg("'%s' instead of '%s'", e.text, why);
	profile_release(&p);
}

static void damaged_counts_are_refused_with_a_reason(void **state)
{
	const struct profile_record backwards[] = { { 5, 1 }, { 4, 1 } };
	struct names *n = *state;
	struct buf b = BUF_INIT;

	counts(&b, records, NR, 1);
	refused(n, &b, 0, "left no instruction counts");
	refused(n, &b, 7, "cut short: 7 bytes");
	refused(n, &b, b.len - 16, "cut short");
	refused(n, &b, b.len - 1, "cut short");
	b.data[b.len - 8]++;
	refused(n, &b, b.len, "add up to 70, not to the 69");
	b.data[0]++;
	refused(n, &b, b.len, "not what the plug-in writes");
	counts(&b, records, NR, 0);
	refused(n, &b, b.len, "marked 0 beginnings and 1 ends");
	counts(&b, backwards, 2, 1);
	refused(n, &b, b.len, "not in order");
	buf_release(&b);
}

static void json_that_is_no_profile_is_refused(void **state)
{
	static const char *const bad[] = {
		"{}",
		"[1]",
		"[[\"kernel\",\"f\",16,1]]",
		"[[\"kernel\",\"f\",16,-1,0]]",
		"[[\"kernel\",\"f\",\"16\",1,0]]",
		"[[\"kernel\",\"f\",1,1,0,0]]",
		"[[\"kernel\",1,1,1,0]]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *j = json_loads(bad[i], 0, NULL);
		struct profile p;
		struct err e = ERR_INIT;

		assert_int_equal(profile_from_json(&p, j, &e), -EINVAL);
		assert_non_null(e.text[0] ? e.text : NULL);
		profile_release(&p);
		json_decref(j);
	}
}

/* This program's own: it knows where its functions are. */
static void symbols_of_a_program_are_read_from_its_file(void **state)
{
	struct buf file = BUF_INIT, text = BUF_INIT;
	struct err e = ERR_INIT;
	struct symbols s;
	bool found = false;

	(void)state;
	assert_int_equal(fs_read("/proc/self/exe", 0, &file, &e), 0);
	assert_int_equal(elf_symbols(file.data, file.len, &text, &e), 0);
	assert_int_equal(symbols_parse(&s, text.data, text.len, &e), 0);
	for (size_t i = 0; i < s.n; i++)
		found = found || !strcmp(s.v[i].name, "profile_reduce");
	assert_true(found);
	symbols_release(&s);
	for (size_t cut = file.len; cut; cut /= 2) {
		buf_reset(&text);
		elf_symbols(file.data, cut, &text, &e);
	}
	assert_int_equal(elf_symbols("text", 4, &text, &e), -EINVAL);
	buf_release(&file);
	buf_release(&text);
}

/* crc_pcl of Linux 6.1: entered 40 times, at a label inside it 3757. */
static void labels_are_no_calls_and_no_functions(void **state)
{
	static const struct profile_record of_crc[] = {
		{ 0xffffffffc022d400, 40 },
		{ 0xffffffffc022d438, 57 },
		{ 0xffffffffc022e250, 3700 },
		{ 0xffffffffc022e4d5, 2 },
	};
	struct labels l = { 0 };
	struct buf text = BUF_INIT, ko = BUF_INIT, file = BUF_INIT, b = BUF_INIT;
	const struct profile_row *r;
	struct profile p;
	struct symbols s;

	(void)state;
	assert_int_equal(fs_read("tests/data/modules/crc32c-intel-6.1.kallsyms", 0, &text, NULL),
			 0);
	assert_int_equal(fs_read("tests/data/modules/crc32c-intel-6.1.ko.gz", 0, &ko, NULL), 0);
	assert_int_equal(fs_decompress(ko.data, ko.len, &file, NULL), 0);
	assert_int_equal(symbols_parse(&s, text.data, text.len, NULL), 0);
	labels_add(&l, "crc32c_intel", file.data, file.len);
	labels_join(&l, &s);
	counts(&b, of_crc, 4, 1);
	assert_int_equal(profile_reduce(&p, b.data, b.len, &s, &s, NULL), 0);
	assert_int_equal(p.n, 2);
	r = row_of(&p, "crc32c_intel", "crc_pcl");
	assert_int_equal(r->instructions, 3797);
	assert_int_equal(r->calls, 40);
	profile_release(&p);
	symbols_release(&s);
	labels_release(&l);
	buf_release(&text);
	buf_release(&ko);
	buf_release(&file);
	buf_release(&b);
}

static void symbols_of_a_kernel_are_kept_by_image_and_modules(void **state)
{
	char dir[] = "/tmp/test_profile.XXXXXX", a[SHA256_HEX], b[SHA256_HEX];
	struct buf modules = BUF_INIT;
	struct err e = ERR_INIT;
	struct symbols s;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("FSDUEL_CACHE", dir, 1);
	symbol_cache_key(a, "0123", &modules, "cpu");
	buf_adds(&modules, "a module");
	symbol_cache_key(b, "0123", &modules, "cpu");
	assert_string_not_equal(a, b);
	assert_int_equal(symbol_cache_load(&s, a, &e), -ENOENT);
	assert_int_equal(symbol_cache_keep(&s, a, kallsyms, strlen(kallsyms), &e), 0);
	symbols_release(&s);
	assert_int_equal(symbol_cache_load(&s, a, &e), 0);
	assert_string_equal(symbols_find(&s, 0xffffffff81000123)->name, "ext4_file_write_iter");
	symbols_release(&s);
	assert_int_equal(symbol_cache_load(&s, b, &e), -ENOENT);
	assert_int_equal(symbol_cache_keep(&s, b, "0000000000000000 T hidden\n", 26, &e), -EPERM);
	symbols_release(&s);
	assert_int_equal(symbol_cache_load(&s, b, &e), -ENOENT);
	symbols_release(&s);

	/* Where it cannot be kept, the names are still there for this duel. */
	setenv("FSDUEL_CACHE", "/dev/null", 1);
	assert_int_equal(symbol_cache_keep(&s, a, kallsyms, strlen(kallsyms), &e), 0);
	assert_string_equal(symbols_find(&s, 0xffffffff81000123)->name, "ext4_file_write_iter");
	symbols_release(&s);
	buf_release(&modules);
	fs_remove_tree(dir, &e);
}

static int keep_often(const char *key)
{
	int failed = 0;

	for (int i = 0; i < 50; i++) {
		struct err e = ERR_INIT;
		struct symbols s;

		failed += !!symbol_cache_keep(&s, key, kallsyms, strlen(kallsyms), &e);
		symbols_release(&s);
		failed += !!symbol_cache_load(&s, key, &e);
		symbols_release(&s);
	}
	return failed;
}

static void two_programs_that_meet_the_same_new_kernel_keep_it_whole(void **state)
{
	char dir[] = "/tmp/test_profile.XXXXXX", key[SHA256_HEX];
	struct buf none = BUF_INIT;
	int status;
	pid_t other;

	(void)state;
	assert_non_null(mkdtemp(dir));
	setenv("FSDUEL_CACHE", dir, 1);
	symbol_cache_key(key, "0123", &none, "cpu");
	other = fork();
	if (!other)
		_exit(!!keep_often(key));
	assert_int_equal(keep_often(key), 0);
	assert_int_equal(waitpid(other, &status, 0), other);
	assert_int_equal(status, 0);
	fs_remove_tree(dir, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions_are_summed_by_function_and_nobody_gets_a_neighbours),
		cmocka_unit_test(path_and_bulk_add_up_to_all_instructions),
		cmocka_unit_test(without_symbols_there_are_no_names),
		cmocka_unit_test(damaged_counts_are_refused_with_a_reason),
		cmocka_unit_test(json_that_is_no_profile_is_refused),
		cmocka_unit_test(symbols_of_a_program_are_read_from_its_file),
		cmocka_unit_test(labels_are_no_calls_and_no_functions),
		cmocka_unit_test(symbols_of_a_kernel_are_kept_by_image_and_modules),
		cmocka_unit_test(two_programs_that_meet_the_same_new_kernel_keep_it_whole),
	};

	return cmocka_run_group_tests(tests, set_up, take_down);
}
