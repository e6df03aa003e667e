/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_ini.c: INI files; values, lines, comments and refusals.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/ini.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

static int load(struct ini *ini, const char *text, unsigned flags, struct err *e)
{
	return ini_load_mem(ini, "s.ini", text, strlen(text), flags, e);
}

static void check_key(const struct ini_key *k, const char *name, const char *value, unsigned line)
{
	assert_non_null(k);
	assert_string_equal(k->name, name);
	assert_string_equal(k->value, value);
	assert_int_equal(k->line, line);
}

static void each_key_keeps_its_value_and_line(void **state)
{
	static const char text[] = "\xef\xbb\xbf; first\r\n"
				   "[kernel baseline]\r\n"
				   "image = /boot/vmlinuz ; the old one\r\n"
				   "# note\r\n"
				   "\r\n"
				   "append=a=b;c #d\n"
				   "\tindented = is no continuation\n"
				   "empty =\n"
				   "url = http://x:1/\n"
				   "[ cells ] ; more\n"
				   "bs = 4k";
	struct ini ini;
	const struct ini_section *s;

	(void)state;
	assert_int_equal(load(&ini, text, 0, NULL), 0);
	assert_int_equal(ini.nr_sections, 2);
	s = ini_find(&ini, "kernel baseline");
	assert_non_null(s);
	assert_int_equal(s->line, 2);
	assert_int_equal(s->nr_keys, 5);
	check_key(&s->keys[0], "image", "/boot/vmlinuz", 3);
	check_key(&s->keys[1], "append", "a=b;c #d", 6);
	check_key(&s->keys[2], "indented", "is no continuation", 7);
	check_key(&s->keys[3], "empty", "", 8);
	assert_false(s->keys[3].bare);
	check_key(&s->keys[4], "url", "http://x:1/", 9);
	s = ini_find(&ini, "cells");
	assert_non_null(s);
	check_key(ini_get(s, "bs"), "bs", "4k", 11);
	assert_null(ini_find(&ini, "none"));
	assert_null(ini_get(s, "none"));
	ini_release(&ini);
	ini_release(&ini);
}

static void the_last_of_two_keys_wins_and_sections_stay_apart(void **state)
{
	struct ini ini;

	(void)state;
	assert_int_equal(load(&ini, "[a]\nx=1\nx=2\n[b]\n[a]\nx=3\n", 0, NULL), 0);
	assert_int_equal(ini.nr_sections, 3);
	check_key(ini_get(ini_find(&ini, "a"), "x"), "x", "2", 3);
	assert_int_equal(ini.sections[1].nr_keys, 0);
	assert_null(ini_get(&ini.sections[1], "x"));
	check_key(ini_get(&ini.sections[2], "x"), "x", "3", 6);
	ini_release(&ini);
}

static void a_bare_key_is_a_key_only_where_allowed(void **state)
{
	struct err e = ERR_INIT;
	struct ini ini;

	(void)state;
	assert_int_equal(load(&ini, "[g]\nthread\n group ; why\nx=\n", INI_BARE_KEYS, NULL), 0);
	assert_int_equal(ini.sections[0].nr_keys, 3);
	check_key(&ini.sections[0].keys[0], "thread", "", 2);
	assert_true(ini.sections[0].keys[0].bare);
	check_key(&ini.sections[0].keys[1], "group", "", 3);
	assert_true(ini.sections[0].keys[1].bare);
	assert_false(ini.sections[0].keys[2].bare);
	ini_release(&ini);
	assert_int_equal(load(&ini, "[g]\nthread\n", 0, &e), -EINVAL);
	assert_non_null(strstr(e.text, "s.ini:2: neither"));
	ini_release(&ini);
}

static void a_file_with_one_bad_line_is_refused_whole(void **state)
{
	static const struct {
		const char *text, *says;
	} files[] = {
		{ "a=1\n", "s.ini:1: a key before any [section]: a=1" },
		{ "[s]\nx=1\n[t\ny=1\n", "s.ini:3: a section without its ']'" },
		{ "[]\n", "s.ini:1: a section without a name" },
		{ "[s] x=1\n", "s.ini:1: something after a section's ']'" },
		{ "[s]\n=1\n", "s.ini:2: no key before the '='" },
		{ "[s]\na:b=1\n", "s.ini:2: a key cannot hold a ':'" },
		{ "[s]\na: b\n", "s.ini:2: neither" },
		{ "[s]\nx ; = 1\n", "s.ini:2: neither" },
	};

	(void)state;
	for (size_t i = 0; i < NR(files); i++) {
		struct err e = ERR_INIT;
		struct ini ini;

		assert_int_equal(load(&ini, files[i].text, 0, &e), -EINVAL);
		if (strncmp(e.text, files[i].says, strlen(files[i].says)))
			fail_msg("file %zu says '%s'", i, e.text);
		assert_int_equal(ini.nr_sections, 0);
		assert_null(ini.path);
	}
}

static void long_lines_are_not_cut(void **state)
{
	static const size_t lens[] = { 190, 197, 198, 199, 200, 201, 1000, 3998, 3999, 9000 };

	(void)state;
	for (size_t i = 0; i < NR(lens); i++) {
		struct buf b = BUF_INIT;
		struct ini ini;

		buf_addf(&b, "[s]\nk=%0*d\nl=1\n", (int)lens[i], 7);
		assert_int_equal(ini_load_mem(&ini, "s.ini", b.data, b.len, 0, NULL), 0);
		assert_int_equal(strlen(ini_get(&ini.sections[0], "k")->value), lens[i]);
		check_key(ini_get(&ini.sections[0], "l"), "l", "1", 3);
		ini_release(&ini);
		buf_release(&b);
	}
}

static void long_names_of_sections_and_keys_are_not_cut(void **state)
{
	struct buf b = BUF_INIT;
	struct ini ini;

	(void)state;
	buf_addf(&b, "[s%0300d]\nk%0300d = 1\n", 1, 2);
	assert_int_equal(ini_load_mem(&ini, "s.ini", b.data, b.len, 0, NULL), 0);
	assert_int_equal(strlen(ini.sections[0].name), 301);
	assert_int_equal(strlen(ini.sections[0].keys[0].name), 301);
	ini_release(&ini);
	buf_release(&b);
}

static void a_nul_byte_does_not_hide_what_follows(void **state)
{
	struct err e = ERR_INIT;
	struct ini ini;

	(void)state;
	assert_int_equal(ini_load_mem(&ini, "s.ini", "[s]\na=1\0\nb=2\n", 14, 0, &e), -EINVAL);
	assert_non_null(strstr(e.text, "s.ini:2: a NUL byte"));
	ini_release(&ini);
	assert_int_equal(ini_load_mem(&ini, "s.ini", NULL, 0, 0, NULL), 0);
	assert_int_equal(ini.nr_sections, 0);
	ini_release(&ini);
}

static void files_are_read_and_a_missing_one_is_named(void **state)
{
	char path[] = "/tmp/fsduel-test-ini-XXXXXX";
	struct err e = ERR_INIT;
	struct ini ini;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "[s]\nk=v\n", 8), 8);
	close(fd);
	assert_int_equal(ini_load(&ini, path, 0, NULL), 0);
	assert_string_equal(ini.path, path);
	assert_string_equal(ini_get(&ini.sections[0], "k")->value, "v");
	ini_release(&ini);
	unlink(path);
	assert_int_equal(ini_load(&ini, path, 0, &e), -ENOENT);
	assert_non_null(strstr(e.text, path));
	ini_release(&ini);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_keeps_its_value_and_line),
		cmocka_unit_test(the_last_of_two_keys_wins_and_sections_stay_apart),
		cmocka_unit_test(a_bare_key_is_a_key_only_where_allowed),
		cmocka_unit_test(a_file_with_one_bad_line_is_refused_whole),
		cmocka_unit_test(long_lines_are_not_cut),
		cmocka_unit_test(long_names_of_sections_and_keys_are_not_cut),
		cmocka_unit_test(a_nul_byte_does_not_hide_what_follows),
		cmocka_unit_test(files_are_read_and_a_missing_one_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
