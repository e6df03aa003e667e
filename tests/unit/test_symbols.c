/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_symbols.c: lib/symbols.c on part of a real /proc/kallsyms, on the running
 * kernel's, and on tables that are damaged or hidden.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/symbols.h"
#include "tests/unit/skip.h"

static const char table[] = "0000000000000000 A fixed_percpu_data\n"
			    "ffffffff81001000 T _stext\n"
			    "ffffffff81001000 T first\n"
			    "ffffffff81001100 t second.isra.0\n"
			    "ffffffff81001100 T alias_of_second\n"
			    "ffffffff81001200 D some_data\n"
			    "ffffffff81001300 W weak\n"
			    "ffffffff81001400 T _etext\n"
			    "ffffffff81002000 R rodata\n"
			    /* Out of order, as modules are. */
			    "ffffffffc0a03000 t ext4_last\t[ext4]\n"
			    "ffffffffc0a01000 t ext4_first\t[ext4]\n"
			    "ffffffffc0a01800 b ext4_bss\t[ext4]\n"
			    "ffffffffc0b00000 t jbd2_first\t[jbd2]\n";

/* clang-format off */
static const struct { uint64_t address; const char *name; } expected[] = {
	{ 0, NULL }, { 0xffffffff81000fff, NULL },
	{ 0xffffffff81001000, "_stext" }, { 0xffffffff810010ff, "_stext" },
	{ 0xffffffff81001100, "second.isra.0" }, { 0xffffffff810011ff, "second.isra.0" },
	{ 0xffffffff81001200, NULL },                /* data */
	{ 0xffffffff81001300, "weak" }, { 0xffffffff810013ff, "weak" },
	{ 0xffffffff81001400, NULL }, { 0xffffffff81001fff, NULL }, /* behind the code */
	{ 0xffffffff81002000, NULL },
	{ 0xffffffffc0a01000, "ext4_first" }, { 0xffffffffc0a017ff, "ext4_first" },
	{ 0xffffffffc0a01800, NULL }, { 0xffffffffc0a02fff, NULL },
	{ 0xffffffffc0a03000, "ext4_last" },
	{ 0xffffffffc0a04fff, "ext4_last" }, { 0xffffffffc0a05000, NULL }, /* of no module */
	{ 0xffffffffc0b00000, "jbd2_first" }, { 0xffffffffc0b01fff, "jbd2_first" },
	{ 0xffffffffc0b02000, NULL }, { UINT64_MAX, NULL },
};
/* clang-format on */

static void names_end_where_the_next_symbol_begins(void **state)
{
	struct symbols s;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(symbols_parse(&s, table, sizeof(table) - 1, &e), 0);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const struct symbol *f = symbols_find(&s, expected[i].address);

		if (!f != !expected[i].name || (f && strcmp(f->name, expected[i].name)))
			fail_msg("%llx is in %s, not %s", (unsigned long long)expected[i].address,
				 f ? f->name : "nothing",
				 expected[i].name ? expected[i].name : "nothing");
	}
	assert_string_equal(symbols_find(&s, 0xffffffffc0a01000)->module, "ext4");
	assert_null(symbols_find(&s, 0xffffffff81001000)->module);
	symbols_release(&s);
	assert_null(symbols_find(&s, 0xffffffff81001000));
}

static void a_real_table_is_read(void **state)
{
	const struct symbol *f;
	struct symbols s;
	struct buf b = BUF_INIT;

	(void)state;
	assert_int_equal(fs_read("tests/data/perf/kallsyms", 0, &b, NULL), 0);
	assert_int_equal(symbols_parse(&s, b.data, b.len, NULL), 0);
	f = symbols_find(&s, 0xffffffff810000ba);
	assert_non_null(f);
	assert_string_equal(f->name, "entry_SYSCALL_64_after_hwframe");
	for (size_t i = 0; i < s.n; i++) {
		assert_true(s.v[i].start < s.v[i].end);
		assert_true(!i || s.v[i - 1].end <= s.v[i].start);
	}
	symbols_release(&s);
	buf_release(&b);
}

/* clang-format off */
static const struct { const char *text; int ret; const char *says; } refused[] = {
	{ "", -EINVAL, "symbol table is empty" },
	{ "0000000000000000 T _text\n0000000000000000 t vfs_read\n0000000000000000 t x\t[ext4]\n",
	  -EPERM, "kptr_restrict" },
	{ "ffffffff81000000 T\n", -EINVAL, "kallsyms:1:" },
	{ "ffffffff81000000 T _text\nffffffff810000", -EINVAL, "kallsyms:2:" },
	{ "ffffffff81000000 T _text\n\n", -EINVAL, "kallsyms:2:" },
	{ "ffffffff81000000 T _text trailing\n", -EINVAL, "kallsyms:1:" },
	{ "ffffffff81000000 t a\t[ext4\n", -EINVAL, "kallsyms:1:" },
	{ "ffffffff81000000 t a\t[]\n", -EINVAL, "kallsyms:1:" },
	{ "fffffffff81000000 T _text\n", -EINVAL, "kallsyms:1:" }, /* 17 digits */
	{ "zzffffff81000000 T _text\n", -EINVAL, "kallsyms:1:" },
	{ "ffffffff81000000 T na\xffme\n", -EINVAL, "kallsyms:1:" },
};
/* clang-format on */

static void damaged_and_hidden_tables_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct err e = ERR_INIT;
		struct symbols s;
		int ret = symbols_parse(&s, refused[i].text, strlen(refused[i].text), &e);

		if (ret != refused[i].ret || !strstr(e.text, refused[i].says))
			fail_msg("row %zu: %d, \"%s\"", i, ret, e.text);
		assert_null(s.v);
		assert_null(symbols_find(&s, 0xffffffff81000000));
	}
}

/* An address of the running kernel that is told elsewhere too. */
static void the_running_kernel_has_names(void **state)
{
	const struct symbol *f;
	struct symbols s;
	struct err e = ERR_INIT;
	int ret = symbols_load(&s, &e);
	uint64_t address = 0;

	(void)state;
	if (ret == -EPERM && geteuid() != 0) {
		assert_non_null(strstr(e.text, "kptr_restrict"));
		skip_because("only root sees the kernel's addresses");
	}
	if (ret)
		fail_msg("%s", e.text);
	for (size_t i = 0; i < s.n; i++)
		address = strcmp(s.v[i].name, "vfs_read") ? address : s.v[i].start;
	assert_int_not_equal(address, 0);
	f = symbols_find(&s, address + 1);
	assert_string_equal(f->name, "vfs_read");
	assert_true(f->end - f->start < 65536);
	symbols_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_end_where_the_next_symbol_begins),
		cmocka_unit_test(a_real_table_is_read),
		cmocka_unit_test(damaged_and_hidden_tables_are_refused),
		cmocka_unit_test(the_running_kernel_has_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
