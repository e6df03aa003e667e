/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_kernel_build.c: what `fsduel kernel build` decides before and after make:
 * patches by name, templates, the files they name, options that took effect,
 * the end of a log. Whole builds of real kernels are tests/slow/kernels.t's.
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

#include "runners/kernel/kernel_build_impl.h"

static char source_dir[4096]; /* where kernels/ is: the tests run there */

/* Each test runs in a new empty folder, with a link to kernels/. */
static int enter(void **state)
{
	char *dir = xstrdup("/tmp/fsduel-test-build-XXXXXX");
	char *kernels = xasprintf("%s/kernels", source_dir);
	int ret;

	*state = dir;
	ret = !mkdtemp(dir) || chdir(dir) || symlink(kernels, "kernels");
	free(kernels);
	return ret;
}

static int leave(void **state)
{
	int ret = chdir(source_dir) || fs_remove_tree(*state, NULL);

	free(*state);
	return ret;
}

static void put(const char *path, const char *text)
{
	assert_int_equal(fs_write_atomic(path, text, strlen(text), NULL), 0);
}

static void get(const char *path, struct buf *b)
{
	buf_reset(b);
	assert_int_equal(fs_read(path, 0, b, NULL), 0);
}

static void assert_patches_refused(const char *name, const char *said)
{
	struct err e = ERR_INIT;
	struct patchset s;

	assert_int_not_equal(patchset_load(&s, (const char *const[]){ name }, 1, &e), 0);
	if (!strstr(e.text, said))
		fail_msg("\"%s\" does not say \"%s\"", e.text, said);
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	patchset_release(&s);
}

static void a_patch_is_found_by_its_name(void **state)
{
	struct err e = ERR_INIT;
	struct patchset s;

	(void)state;
	if (patchset_load(&s, (const char *const[]){ "excl-dio", "slow-600" }, 2, &e))
		fail_msg("%s", e.text);
	assert_int_equal(s.n, 2);
	assert_non_null(strstr(s.v[0].path, "/kernels/excl-dio.patch"));
	assert_non_null(strstr(s.v[1].path, "/kernels/slow-N.patch.in"));
	/* Both change the same file. */
	assert_int_equal(s.files.n, 1);
	assert_string_equal(s.files.v[0], "fs/ext4/file.c");
	patchset_release(&s);
}

static void a_template_is_filled_in_everywhere(void **state)
{
	struct patchset s;

	(void)state;
	assert_int_equal(patchset_load(&s, (const char *const[]){ "slow-1234" }, 1, NULL), 0);
	assert_null(strstr(s.v[0].text.data, "@N@"));
	assert_non_null(strstr(s.v[0].text.data, ".rept 1234 - 3; nop; .endr"));
	assert_non_null(strstr(s.v[0].text.data, "slow-N: 1234 instructions more"));
	patchset_release(&s);
}

static void bad_names_are_refused(void **state)
{
	(void)state;
	assert_patches_refused("no-such", "there is no patch \"no-such\"");
	assert_patches_refused("no-600", "there is no patch \"no-600\"");
	assert_patches_refused("slow-", "there is no patch \"slow-\"");
	assert_patches_refused("slow-x", "there is no patch \"slow-x\"");
	assert_patches_refused("slow-N", "there is no patch \"slow-N\"");
	assert_patches_refused("slow-0", "from 1 to 100000");
	assert_patches_refused("slow-0600", "from 1 to 100000");
	assert_patches_refused("slow-100001", "from 1 to 100000");
	assert_patches_refused("slow-99999999999999999999999", "from 1 to 100000");
	assert_patches_refused("./excl-dio", "cannot open ./excl-dio");
	assert_patches_refused("gone.patch", "cannot open gone.patch");
}

static void a_patch_may_be_any_file(void **state)
{
	struct patchset s;

	(void)state;
	put("my.patch", "--- a/new\t2020-01-01\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
			"rename from old/x\nrename to new/x\n"
			"--- /dev/null\n+++ b/lib/made.c\n@@ -0,0 +1 @@\n+++ x\n"
			"--- a/lib/made.c\n");
	assert_int_equal(patchset_load(&s, (const char *const[]){ "my.patch" }, 1, NULL), 0);
	assert_int_equal(s.files.n, 4);
	assert_string_equal(s.files.v[0], "new");
	assert_string_equal(s.files.v[1], "old/x");
	assert_string_equal(s.files.v[2], "new/x");
	assert_string_equal(s.files.v[3], "lib/made.c");
	patchset_release(&s);
}

static void a_patch_stays_in_its_tree(void **state)
{
	(void)state;
	put("p1.patch", "--- a/x\n+++ b/../../etc/passwd\n");
	assert_patches_refused("p1.patch", "outside of the tree: ../../etc/passwd");
	put("p2.patch", "--- a/x\n+++ b//etc/passwd\n");
	assert_patches_refused("p2.patch", "outside of the tree");
	put("p3.patch", "rename from x/..\n");
	assert_patches_refused("p3.patch", "outside of the tree: x/..");
	put("p4.patch", "not a patch\n");
	assert_patches_refused("p4.patch", "is no patch");
	put("p5.patch", "");
	assert_patches_refused("p5.patch", "is no patch");
	/* Two dots in a name are a name. */
	put("p6.patch", "--- a/x..y\n+++ b/..x\n");
	struct patchset s;
	assert_int_equal(patchset_load(&s, (const char *const[]){ "p6.patch" }, 1, NULL), 0);
	patchset_release(&s);
}

static void patches_are_applied_in_order(void **state)
{
	const char *const names[] = { "one.patch", "two.patch" };
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT;
	struct patchset s;

	put("one.patch", "--- a/d/f\n+++ b/d/f\n@@ -1 +1 @@\n-one\n+two\n");
	put("two.patch", "--- a/d/f\n+++ b/d/f\n@@ -1 +1 @@\n-two\n+three\n");
	assert_int_equal(fs_mkdir_p("tree/d", NULL), 0);
	put("tree/d/f", "one\n");
	assert_int_equal(patchset_load(&s, names, 2, &e), 0);
	if (patchset_apply(&s, "tree", *state, &e))
		fail_msg("%s", e.text);
	get("tree/d/f", &b);
	assert_string_equal(b.data, "three\n");
	/* A second time the first one finds nothing to change: the file and the hunk are named. */
	assert_int_equal(patchset_apply(&s, "tree", *state, &e), -EINVAL);
	assert_non_null(strstr(e.text, "patch one.patch does not apply"));
	assert_non_null(strstr(e.text, "d/f: Hunk #1 FAILED at 1"));
	assert_non_null(strstr(e.text, "the rejected hunks are in "));
	get("rejects", &b);
	assert_non_null(strstr(b.data, "+two"));
	patchset_release(&s);
	buf_release(&b);
}

static void a_patch_for_a_file_that_is_not_there(void **state)
{
	struct err e = ERR_INIT;
	struct patchset s;

	put("p.patch", "--- a/gone\n+++ b/gone\n@@ -1 +1 @@\n-one\n+two\n");
	assert_int_equal(fs_mkdir_p("tree", NULL), 0);
	assert_int_equal(patchset_load(&s, (const char *const[]){ "p.patch" }, 1, &e), 0);
	assert_int_equal(patchset_apply(&s, "tree", *state, &e), -EINVAL);
	assert_non_null(strstr(e.text, "patch p.patch does not apply"));
	assert_non_null(strstr(e.text, "can't find file to patch"));
	assert_non_null(strstr(e.text, "b/gone"));
	patchset_release(&s);
}

/* --- configuration ---------------------------------------------------------- */

static int check(const char *extra, const char *more, struct err *e)
{
	struct config_text c;
	struct buf config = BUF_INIT;
	int ret;

	put("extra.config", extra);
	if (config_text_load(&c, "extra.config", e))
		fail_msg("%s", e->text);
	/* A .config in which all of kernels/small.config came true. */
	get("kernels/small.config", &config);
	buf_adds(&config, more);
	ret = config_text_check(&c, config.data, e);
	buf_release(&config);
	config_text_release(&c);
	return ret;
}

static void options_in_effect_are_fine(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	if (check("# a comment\n\nCONFIG_HZ=1000\n# CONFIG_QUOTA is not set\nCONFIG_NET=n\n"
		  "CONFIG_NAME=\"a = b\"\n",
		  "CONFIG_HZ=1000\n# CONFIG_NET is not set\nCONFIG_NAME=\"a = b\"\n", &e))
		fail_msg("%s", e.text);
}

static void an_option_without_effect_is_named(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(check("CONFIG_HZ=1000\nCONFIG_NO_SUCH=y\nCONFIG_QUOTA=n\n",
			       "CONFIG_HZ=250\nCONFIG_QUOTA=y\n", &e),
			 -EINVAL);
	assert_string_equal(e.text,
			    "extra.config:1: CONFIG_HZ=1000 does not take effect: it is 250\n"
			    "extra.config:2: CONFIG_NO_SUCH=y does not take effect: this kernel "
			    "does not have it "
			    "or something it needs is off\n"
			    "extra.config:3: CONFIG_QUOTA=n does not take effect: it is y");
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
}

static void many_options_without_effect_are_counted(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(check("CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\nCONFIG_D=y\nCONFIG_E=y\n"
			       "CONFIG_F=y\nCONFIG_G=y\n",
			       "", &e),
			 -EINVAL);
	assert_non_null(strstr(e.text, "CONFIG_E=y"));
	assert_null(strstr(e.text, "CONFIG_F=y"));
	assert_non_null(strstr(e.text, "and 2 more options"));
}

static void a_later_line_wins(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	/* small.config asks for both; the .config says what this one asks for. */
	if (check("CONFIG_XFS_FS=n\n# CONFIG_AIO is not set\n",
		  "# CONFIG_XFS_FS is not set\nCONFIG_AIO=n\n", &e))
		fail_msg("%s", e.text);
	assert_int_equal(check("CONFIG_XFS_FS=n\n", "", &e), -EINVAL);
}

static void a_line_that_is_no_option(void **state)
{
	struct err e = ERR_INIT;
	struct config_text c;

	(void)state;
	put("extra.config", "CONFIG_HZ=1000\nHZ=1000\n");
	assert_int_equal(config_text_load(&c, "extra.config", &e), -EINVAL);
	assert_non_null(strstr(e.text, "extra.config:2: neither CONFIG_NAME=VALUE nor a comment"));
	config_text_release(&c);
	err_clear(&e);
	assert_int_equal(config_text_load(&c, "gone.config", &e), -ENOENT);
	assert_non_null(strstr(e.text, "gone.config"));
	config_text_release(&c);
}

static void the_small_config_has_what_guests_need(void **state)
{
	static const char *const needed[] = {
		"BLK_DEV_NULL_BLK",
		"CONFIGFS_FS",
		"EXT4_FS",
		"XFS_FS",
		"PERF_EVENTS",
		"KALLSYMS_ALL",
		"X86_IOPL_IOPERM",
		"USERFAULTFD",
		"IO_URING",
		"AIO",
		"PVH",
		"IKCONFIG",
		"SOFTLOCKUP_DETECTOR",
		"DETECT_HUNG_TASK",
		"MAGIC_SYSRQ",
		"ENABLE_DEFAULT_TRACERS",
	};
	struct config_text c;

	(void)state;
	assert_int_equal(config_text_load(&c, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		char *line = xasprintf("\nCONFIG_%s=y\n", needed[i]);

		if (!strstr(c.text.data, line))
			fail_msg("kernels/small.config lacks %s", needed[i]);
		free(line);
	}
	config_text_release(&c);
}

/* --- keys and command lines -------------------------------------------------- */

static void keys_are_of_what_is_compiled(void **state)
{
	struct source_file files[] = {
		{ .path = (char *)"fs/a.c", .stamp = "f 1 1.0", .hash = "aa" },
		{ .path = (char *)"fs/b.c", .stamp = "f 1 1.0", .hash = "bb" },
	};
	struct source_list l = { files, 2, 2 };
	struct build_keys k, other;

	(void)state;
	build_keys("gcc 12\nld 2", "CONFIG_A=y\n", &l, &k);
	assert_int_equal(strlen(k.image), 64);
	/* Another time of a file is the same source. */
	strcpy(files[0].stamp, "f 1 2.0");
	build_keys("gcc 12\nld 2", "CONFIG_A=y\n", &l, &other);
	assert_memory_equal(&k, &other, sizeof(k));
	/* Other contents share objects and make another image. */
	strcpy(files[0].hash, "ac");
	build_keys("gcc 12\nld 2", "CONFIG_A=y\n", &l, &other);
	assert_string_equal(k.objects, other.objects);
	assert_string_not_equal(k.image, other.image);
	/* Another compiler, linker or configuration shares nothing. */
	strcpy(files[0].hash, "aa");
	static const char *const others[][2] = {
		{ "gcc 13\nld 2", "CONFIG_A=y\n" },
		{ "gcc 12\nld 3", "CONFIG_A=y\n" },
		{ "gcc 12\nld 2", "CONFIG_A=n\n" },
	};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		build_keys(others[i][0], others[i][1], &l, &other);
		assert_string_not_equal(k.objects, other.objects);
		assert_string_not_equal(k.image, other.image);
	}
}

static void make_is_run_alike_everywhere(void **state)
{
	struct make_job j = { .src = "/c/src", .obj = "/c/obj", .version = "0123abcd" };
	struct strv argv = STRV_INIT;

	(void)state;
	setenv("KCFLAGS", "-O3", 1);
	setenv("MAKEFLAGS", "-k", 1);
	make_argv(&j, &argv);
	unsetenv("KCFLAGS");
	unsetenv("MAKEFLAGS");
	assert_string_equal(argv.v[0], "env");
	assert_string_equal(argv.v[1], "-i");
	assert_true(strv_find(&argv, "KBUILD_BUILD_VERSION=0123abcd") > 0);
	assert_true(strv_find(&argv, "KBUILD_BUILD_USER=fsduel") > 0);
	assert_true(strv_find(&argv, "KBUILD_BUILD_TIMESTAMP=Wed Jan  1 00:00:00 UTC 2020") > 0);
	assert_true(strv_find(&argv, "LOCALVERSION=") > strv_find(&argv, "make"));
	assert_true(strv_find(&argv, "O=/c/obj") > strv_find(&argv, "/c/src"));
	for (size_t i = 0; i < argv.n; i++) {
		assert_null(strstr(argv.v[i], "KCFLAGS"));
		assert_null(strstr(argv.v[i], "MAKEFLAGS"));
	}
	strv_release(&argv);
}

/* --- make's log ------------------------------------------------------------- */

static void a_log_is_cut_to_what_went_wrong(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	make_log_tail("make: Entering directory '/x'\n  CC      fs/ext4/inode.o\n"
		      "fs/ext4/file.c:7:2: error: unknown type name 'boool'\n"
		      "    7 |  boool x;\n      |  ^~~~~\n  HOSTCC  scripts/x\n"
		      "make[4]: *** [scripts/Makefile.build:229: fs/ext4/file.o] Error 1\n"
		      "make[4]: *** Waiting for unfinished jobs....\n",
		      1000, &b);
	assert_string_equal(b.data, "fs/ext4/file.c:7:2: error: unknown type name 'boool'\n"
				    "    7 |  boool x;\n      |  ^~~~~");
	buf_reset(&b);
	/* A message of make's own is one. */
	make_log_tail("make[1]: *** No rule to make target 'fs/x.o', needed by 'y'.  Stop.\n", 1000,
		      &b);
	assert_non_null(strstr(b.data, "No rule to make target"));
	buf_reset(&b);
	make_log_tail("1\n2\n3\n4\n5\n6\n7\n8\n9\n", 1000, &b);
	assert_string_equal(b.data, "2\n3\n4\n5\n6\n7\n8\n9");
	buf_reset(&b);
	make_log_tail("11111\n22222\n33333", 12, &b);
	assert_string_equal(b.data, "22222\n33333");
	buf_reset(&b);
	make_log_tail("", 12, &b);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void missing_programs_are_named_with_their_packages(void **state)
{
	struct err e = ERR_INIT;
	char *path = xstrdup(getenv("PATH"));

	(void)state;
	assert_int_equal(symlink("/bin/true", "make"), 0);
	assert_int_equal(symlink("/bin/true", "gcc"), 0);
	assert_int_equal(symlink("/bin/true", "ld"), 0);
	assert_int_equal(symlink("/bin/true", "bison"), 0);
	assert_int_equal(symlink("/bin/true", "env"), 0);
	assert_int_equal(symlink("/bin/true", "bc"), 0);
	char *here = getcwd(NULL, 0);
	setenv("PATH", here, 1);
	assert_int_equal(make_check_tools(false, &e), -ENOENT);
	assert_string_equal(e.text, "building a kernel takes flex, which this machine lacks: "
				    "apt-get install flex");
	assert_int_equal(e.exit_code, FSDUEL_MACHINE);
	err_clear(&e);
	assert_int_equal(make_check_tools(true, &e), -ENOENT);
	assert_non_null(strstr(e.text, "flex, patch, which"));
	setenv("PATH", path, 1);
	free(here);
	free(path);
}

static void names_that_a_kernel_cannot_have(void **state)
{
	static const char *const names[] = { "",     ".x",  "a/b", "-x",  "a b",
					     "6.12", "6.1", "..",  "mine" };
	char *cache = xasprintf("%s/cache", (const char *)*state);
	const char *old = getenv("FSDUEL_CACHE");
	char *saved = old ? xstrdup(old) : NULL;

	setenv("FSDUEL_CACHE", cache, 1);
	/* A kernel put there by hand. */
	assert_int_equal(fs_mkdir_p("cache/kernels/mine", NULL), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct kernel_build b = { .name = names[i],
					  .tree = "/nonexistent",
					  .series = "6.12" };
		struct err e = ERR_INIT;
		char *path;

		assert_int_equal(kernel_build(&b, &path, &e), -EINVAL);
		assert_int_equal(e.exit_code, FSDUEL_USAGE);
		if (strstr(e.text, "nonexistent"))
			fail_msg("\"%s\" was taken", names[i]);
		assert_null(path);
	}
	if (saved)
		setenv("FSDUEL_CACHE", saved, 1);
	else
		unsetenv("FSDUEL_CACHE");
	free(saved);
	free(cache);
}

#define T(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_patch_is_found_by_its_name),
		T(a_template_is_filled_in_everywhere),
		T(bad_names_are_refused),
		T(a_patch_may_be_any_file),
		T(a_patch_stays_in_its_tree),
		T(patches_are_applied_in_order),
		T(a_patch_for_a_file_that_is_not_there),
		T(options_in_effect_are_fine),
		T(an_option_without_effect_is_named),
		T(many_options_without_effect_are_counted),
		T(a_later_line_wins),
		T(a_line_that_is_no_option),
		T(the_small_config_has_what_guests_need),
		T(keys_are_of_what_is_compiled),
		T(make_is_run_alike_everywhere),
		T(a_log_is_cut_to_what_went_wrong),
		T(missing_programs_are_named_with_their_packages),
		T(names_that_a_kernel_cannot_have),
	};

	if (!getcwd(source_dir, sizeof(source_dir)))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
