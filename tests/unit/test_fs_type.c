/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fs_type.c: the mkfs command: ours, with the user's put over it. What
 * mke2fs really makes of it is asked of mke2fs and dumpe2fs themselves, on a
 * file; where they are not installed those tests are skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/proc.h"
#include "runners/suite/suite.h"
#include "tests/unit/skip.h"

#define UUID "11111111-2222-3333-4444-555555555555"
#define HASH "aaaaaaaa-2222-3333-4444-555555555555"
#define LAZY "lazy_itable_init=0,lazy_journal_init=0"

static int make_fs(const char *fs, const char *user, struct strv *argv, struct err *e)
{
	struct strv words = STRV_INIT;
	int ret;

	strv_split(&words, user, " ");
	ret = fs_type_mkfs(fs_type_find(fs), &words, UUID, HASH, argv, e);
	strv_release(&words);
	return ret;
}

static int make(const char *user, struct strv *argv, struct err *e)
{
	return make_fs("ext4", user, argv, e);
}

static void check_fs(const char *fs, const char *user, const char *want)
{
	struct strv argv = STRV_INIT;
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	if (make_fs(fs, user, &argv, &e))
		fail_msg("%s", e.text);
	for (size_t i = 0; i < argv.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", argv.v[i]);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
	strv_release(&argv);
}

static void check(const char *user, const char *want)
{
	check_fs("ext4", user, want);
}

static void our_arguments_are_always_there(void **state)
{
	(void)state;
	check("", "mke2fs -q -F -t ext4 -b 4096 -I 256 -U " UUID " -J size=64 -E hash_seed=" HASH
		  "," LAZY);
}

static void the_users_option_replaces_ours(void **state)
{
	(void)state;
	check("-b 1024 -Jsize=16 -m0", "mke2fs -q -F -t ext4 -I 256 -U " UUID " -E hash_seed=" HASH
				       "," LAZY " -b 1024 -J size=16 -m 0");
}

static void extended_options_are_joined(void **state)
{
	(void)state;
	check("-E stride=16 -E nodiscard",
	      "mke2fs -q -F -t ext4 -b 4096 -I 256 -U " UUID " -J size=64 -E hash_seed=" HASH
	      "," LAZY ",stride=16,nodiscard");
}

static void no_journal_means_no_journal_size(void **state)
{
	(void)state;
	check("-DO ^metadata_csum,^has_journal",
	      "mke2fs -q -F -t ext4 -b 4096 -I 256 -U " UUID " -E hash_seed=" HASH "," LAZY
	      " -D -O ^metadata_csum,^has_journal");
}

/* -m of mkfs.xfs is one list, in which each key may stand once; its other letters are whole. */
static void each_file_system_has_its_own_rules(void **state)
{
	(void)state;
	check_fs("xfs", "", "mkfs.xfs -q -f -b size=4096 -i size=512 -l size=64m -m uuid=" UUID);
	check_fs("xfs", "-m crc=1,reflink=0 -l size=32m -K",
		 "mkfs.xfs -q -f -b size=4096 -i size=512 -m uuid=" UUID
		 ",crc=1,reflink=0 -l size=32m -K");
	check_fs("btrfs", "", "mkfs.btrfs -q -f -U " UUID " -d single -m dup -s 4096 -n 16384");
	check_fs("btrfs", "-n 4096 -M -m single -d single",
		 "mkfs.btrfs -q -f -U " UUID " -s 4096 -n 4096 -M -m single -d single");
}

static void keys_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const given[][2] = {
		{ "ext4", "-J size=64,device=/dev/sda" },
		{ "xfs", "-d name=/dev/sda" },
		{ "xfs", "-d agcount=4,file" },
		{ "xfs", "-l logdev=/dev/sda,size=64m" },
		{ "xfs", "-m uuid=" HASH },
		{ "xfs", "-r rtdev=/dev/sda" },
		{ "xfs", "-p proto" },
		{ "xfs", "-c options=x" },
		{ "xfs", "-N" },
		{ "btrfs", "-r dir" },
		{ "btrfs", "-U " HASH },
		{ "btrfs", "/dev/sda" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		struct strv argv = STRV_INIT;
		struct err e = ERR_INIT;

		if (make_fs(given[i][0], given[i][1], &argv, &e) != -EINVAL || !e.text[0])
			fail_msg("%s takes %s", given[i][0], given[i][1]);
		strv_release(&argv);
	}
}

static void what_could_hit_another_device_is_refused(void **state)
{
	static const char *const words[] = {
		"/dev/sda", "-m 0 /dev/sda", "-",      "--", "-n", "-S", "-z x",
		"-d dir",   "-U x",          "-t xfs", "-O", "-:", "-F", NULL
	};

	(void)state;
	for (const char *const *w = words; *w; w++) {
		struct strv argv = STRV_INIT;
		struct err e = ERR_INIT;

		if (make(*w, &argv, &e) != -EINVAL || !e.text[0])
			fail_msg("%s is taken", *w);
		strv_release(&argv);
	}
}

static void only_known_file_systems_are_found(void **state)
{
	(void)state;
	assert_null(fs_type_find("ext5"));
	assert_null(fs_type_find(""));
	for (const struct fs_type *t = fs_types; t->name; t++)
		assert_ptr_equal(fs_type_find(t->name), t);
}

/* --- the real one ------------------------------------------------------------- */
static int installed(const char *program)
{
	char *path = proc_which(program);

	free(path);
	return path != NULL;
}

/* What dumpe2fs -h says of a file of 256M made with the user's arguments; to be freed. */
static char *dump(const char *user)
{
	char path[] = "/tmp/fsduel-mkfs-XXXXXX";
	struct strv argv = STRV_INIT;
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 256 << 20), 0);
	close(fd);
	assert_int_equal(make(user, &argv, &e), 0);
	strv_add(&argv, path);
	if (proc_check((const char *const *)argv.v, &(struct proc_opts){ 0 }, NULL, &e) ||
	    proc_check((const char *const[]){ "dumpe2fs", "-h", path, NULL },
		       &(struct proc_opts){ .out = &out }, NULL, &e))
		fail_msg("%s", e.text);
	unlink(path);
	strv_release(&argv);
	return buf_detach(&out, NULL);
}

static void has(const char *text, const char *key, const char *value)
{
	const char *at = strstr(text, key);

	if (!value) {
		assert_null(at);
		return;
	}
	assert_non_null(at);
	at += strlen(key);
	at += strspn(at, " \t");
	assert_memory_equal(at, value, strlen(value));
}

static void mke2fs_makes_what_we_asked_for(void **state)
{
	char *text;

	(void)state;
	if (!installed("mke2fs") || !installed("dumpe2fs"))
		skip_because("mke2fs and dumpe2fs are not installed");
	text = dump("-E stride=16");
	has(text, "Filesystem UUID:", UUID);
	has(text, "Directory Hash Seed:", HASH);
	has(text, "Block size:", "4096");
	has(text, "Inode size:", "256");
	has(text, "Total journal size:", "64M");
	has(text, "RAID stride:", "16");
	free(text);
}

static void mke2fs_heeds_the_users_journal(void **state)
{
	char *text;

	(void)state;
	if (!installed("mke2fs") || !installed("dumpe2fs"))
		skip_because("mke2fs and dumpe2fs are not installed");
	text = dump("-J size=16");
	has(text, "Total journal size:", "16M");
	free(text);
	text = dump("-O ^has_journal");
	has(text, "Total journal size:", NULL);
	free(text);
}

/* Each row's command works on a file of the least size that the row says. */
static void every_row_makes_a_file_system(void **state)
{
	unsigned made = 0;

	(void)state;
	for (const struct fs_type *t = fs_types; t->name; t++) {
		char path[] = "/tmp/fsduel-mkfs-XXXXXX";
		struct strv argv = STRV_INIT;
		struct err e = ERR_INIT;
		int fd;

		if (!installed(t->mkfs))
			continue;
		fd = mkstemp(path);
		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, (off_t)t->min_bytes), 0);
		close(fd);
		assert_int_equal(make_fs(t->name, "", &argv, &e), 0);
		strv_add(&argv, path);
		if (proc_check((const char *const *)argv.v, NULL, NULL, &e))
			fail_msg("%s", e.text);
		unlink(path);
		strv_release(&argv);
		made++;
	}
	if (!made)
		skip_because("no mkfs program of any row is installed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_arguments_are_always_there),
		cmocka_unit_test(the_users_option_replaces_ours),
		cmocka_unit_test(extended_options_are_joined),
		cmocka_unit_test(no_journal_means_no_journal_size),
		cmocka_unit_test(each_file_system_has_its_own_rules),
		cmocka_unit_test(keys_that_lead_elsewhere_are_refused),
		cmocka_unit_test(every_row_makes_a_file_system),
		cmocka_unit_test(what_could_hit_another_device_is_refused),
		cmocka_unit_test(only_known_file_systems_are_found),
		cmocka_unit_test(mke2fs_makes_what_we_asked_for),
		cmocka_unit_test(mke2fs_heeds_the_users_journal),
	};

	return cmocka_run_group_tests_name("fs_type", tests, NULL, NULL);
}
