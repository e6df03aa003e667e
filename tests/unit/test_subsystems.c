/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_subsystems.c: the part of the kernel that a function belongs to. The names of functions
 * are those of a real profile (tests/data/profile/stock-6.12.txt: one 4k DIO overwriter on ext4).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "lib/subsystems.h"

static void names_have_their_subsystem(void **state)
{
	static const struct {
		const char *object, *function, *subsystem;
	} cases[] = {
		{ "kernel", "ext4_file_write_iter", "ext4" },
		{ "kernel", "__ext4_mark_inode_dirty", "ext4" },
		{ "kernel", "jbd2__journal_start", "jbd2" },
		{ "kernel", "__iomap_dio_rw", "iomap" },
		{ "kernel", "bio_iov_iter_get_pages", "block" },
		{ "kernel", "io_schedule_timeout", "scheduler" },
		{ "kernel", "io_submit_one", "vfs" },
		{ "kernel", "__x64_sys_pwrite64", "vfs" },
		{ "kernel", "__x64_sys_getpid", "entry" },
		{ "kernel", "_raw_spin_lock_irqsave", "locking" },
		{ "kernel", "down_read", "locking" },
		{ "kernel", "hrtimer_interrupt", "time and interrupts" },
		{ "kernel", "asm_common_interrupt", "entry" },
		{ "kernel", "common_interrupt", "time and interrupts" },
		{ "kernel", "memcpy_orig", "copying" },
		{ "kernel", "rep_movs_alternative", "copying" },
		{ "kernel", "_copy_from_user", "copying" },
		{ "kernel", "copy_page", "copying" },
		{ "kernel", "copy_page_range", "mm" },
		{ "kernel", "clear_page_dirty_for_io", "mm" },
		{ "kernel", "crc32c_pcl_intel_update", "checksums" },
		{ "kernel", "crypto_shash_update", "checksums" },
		{ "crc32c_intel", "", "checksums" },
		{ "kernel", "xas_load", "library" },
		{ "kernel", "mem_cgroup_charge", "mm" },
		{ "kernel", "update_rq_clock.part.0", "scheduler" },
		{ "null_blk", "whatever", "driver" },
		{ "ext4", "whatever", "ext4" },
		{ "some_module", "ext4_like", "ext4" },
		{ "some_module", "whatever", "other" },
		{ "kernel", "", "other" },
		{ "kernel", "___", "other" },
		{ PROFILE_GUEST, "ext4_map_blocks", "user" },
		{ PROFILE_LIBRARY, "", "user" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			subsystems[subsystem_of(cases[i].object, cases[i].function)].name,
			cases[i].subsystem);
}

static void what_moves_clears_or_sums_bytes_is_bulk(void **state)
{
	static const char *const bulk[] = {
		"memcpy_orig",
		"__memcpy",
		"memset",
		"clear_page_rep",
		"copy_to_nullb.isra.0",
		"rep_movs_alternative",
		"crc_pcl",
		"crc32c_pcl_intel_update",
		"__null_lookup_page.isra.0",
		"copy_user_generic_string",
		"__memcpy_ssse3",
	};
	static const char *const path[] = {
		"ext4_inode_csum",
		"memcg_charge",
		"copy_page_from_iter_atomic",
		"null_queue_rq",
		"crypto_shash_update",
		"clear_buddies",
		"zero_user",
		"",
		"__",
		"mem_cgroup_charge",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bulk) / sizeof(bulk[0]); i++)
		assert_true(function_is_bulk(bulk[i]));
	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		assert_false(function_is_bulk(path[i]));
}

/* What a name can never match, or what matches in two rows, is a mistake in the table. */
static void the_table_is_sound(void **state)
{
	struct strv all = STRV_INIT;

	(void)state;
	assert_string_equal(subsystems[SUBSYSTEM_OTHER].name, "other");
	for (unsigned i = 0; i < nr_subsystems; i++) {
		struct strv own = STRV_INIT;

		strv_split(&own, subsystems[i].functions ? subsystems[i].functions : "", " ");
		for (size_t k = 0; k < own.n; k++) {
			const char *star = strchr(own.v[k], '*');

			assert_true(*own.v[k] != '_' && *own.v[k] != '*');
			assert_true(!star || !star[1]);
			if (strv_find(&all, own.v[k]) >= 0)
				fail_msg("%s stands twice", own.v[k]);
			strv_add(&all, own.v[k]);
		}
		strv_release(&own);
	}
	assert_true(all.n > 900);
	strv_release(&all);
}

static void a_real_profile_is_sorted_almost_whole(void **state)
{
	struct buf b = BUF_INIT;
	struct strv lines = STRV_INIT;
	double sum[SUBSYSTEMS_MAX] = { 0 }, all = 0;

	(void)state;
	assert_int_equal(fs_read("tests/data/profile/stock-6.12.txt", 0, &b, NULL), 0);
	strv_split(&lines, b.data, "\n");
	assert_true(lines.n > 500);
	for (size_t i = 0; i < lines.n; i++) {
		struct strv word = STRV_INIT;
		double instructions;

		strv_split(&word, lines.v[i], " ");
		assert_int_equal(word.n, 3);
		instructions = strtod(word.v[2], NULL);
		sum[subsystem_of(word.v[0], strcmp(word.v[1], "-") ? word.v[1] : "")] +=
			instructions;
		all += instructions;
		strv_release(&word);
	}
	assert_true(all > 9e8);
	assert_true(sum[SUBSYSTEM_OTHER] < 0.01 * all);
	for (unsigned i = 0; i < nr_subsystems; i++)
		if (!strcmp(subsystems[i].name, "ext4") || !strcmp(subsystems[i].name, "block") ||
		    !strcmp(subsystems[i].name, "driver") || !strcmp(subsystems[i].name, "iomap"))
			assert_true(sum[i] > 0.03 * all);
	strv_release(&lines);
	buf_release(&b);
}

static void suffixes_are_the_compilers(void **state)
{
	static const struct {
		const char *name;
		size_t len;
		enum piece piece;
	} cases[] = {
		{ "schedule", 8, PIECE_WHOLE },
		{ "f.constprop.0", 1, PIECE_WHOLE },
		{ "f.isra.0.cold", 1, PIECE_COLD },
		{ "f.part.0", 1, PIECE_PART },
		{ "f.part.0.isra.0", 1, PIECE_PART },
		{ "f.cold", 1, PIECE_COLD },
		{ "f.other", 7, PIECE_WHOLE },
		{ ".cold", 5, PIECE_WHOLE },
		{ "", 0, PIECE_WHOLE },
	};
	enum piece piece;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(function_stem(cases[i].name, &piece), cases[i].len);
		assert_int_equal(piece, cases[i].piece);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_their_subsystem),
		cmocka_unit_test(what_moves_clears_or_sums_bytes_is_bulk),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(a_real_profile_is_sorted_almost_whole),
		cmocka_unit_test(suffixes_are_the_compilers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
