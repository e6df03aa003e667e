/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_source_list.c: trees as lists of hashes, manifests, and private copies
 * that follow them; runners/kernel/source_list.c and source_copy.c. The trees are small,
 * with only what a kernel tree is known by.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/proc.h"
#include "runners/kernel/source_list.h"
#include "tests/unit/skip.h"

static const struct source_list none = SOURCE_LIST_INIT;

static void put(const char *path, const char *text)
{
	assert_int_equal(fs_write_atomic(path, text, strlen(text), NULL), 0);
}

/* Each test runs in a new folder with a tree of its own in it. */
static int enter(void **state)
{
	char *dir = xstrdup("/tmp/fsduel-test-list-XXXXXX");

	*state = dir;
	if (!mkdtemp(dir) || chdir(dir) || fs_mkdir_p("tree/arch/x86", NULL) ||
	    fs_mkdir_p("tree/fs/ext4", NULL))
		return -1;
	put("tree/Kbuild", "k\n");
	put("tree/Kconfig", "k\n");
	put("tree/Makefile", "m\n");
	put("tree/arch/x86/Makefile", "x\n");
	put("tree/fs/ext4/file.c", "file\n");
	put("tree/script", "#!/bin/sh\n");
	return chmod("tree/script", 0755) || symlink("fs/ext4", "tree/link");
}

static int leave(void **state)
{
	int ret = chdir("/") || fs_remove_tree(*state, NULL);

	free(*state);
	return ret;
}

static char root[] = "tree", stage[] = "stage";

static void read_tree(struct source_list *l, const struct source_list *known)
{
	struct err e = ERR_INIT;

	if (source_list_read(l, root, known, &e))
		fail_msg("%s", e.text);
}

static void key_of_tree(char key[SHA256_HEX])
{
	struct source_list l;

	read_tree(&l, &none);
	source_list_key(&l, key);
	source_list_release(&l);
}

static void a_tree_is_listed_in_order(void **state)
{
	static const char *const paths[] = { "Kbuild",         "Kconfig",
					     "Makefile",       "arch/x86/Makefile",
					     "fs/ext4/file.c", "link",
					     "script" };
	struct source_list l;
	char hash[SHA256_HEX];

	(void)state;
	read_tree(&l, &none);
	assert_int_equal(l.n, 7);
	for (size_t i = 0; i < l.n; i++)
		assert_string_equal(l.v[i].path, paths[i]);
	sha256_hex("file\n", 5, hash);
	assert_string_equal(source_list_find(&l, "fs/ext4/file.c")->hash, hash);
	assert_int_equal(source_list_find(&l, "fs/ext4/file.c")->stamp[0], 'f');
	assert_int_equal(source_list_find(&l, "script")->stamp[0], 'x');
	assert_int_equal(source_list_find(&l, "link")->stamp[0], 'l');
	assert_null(source_list_find(&l, "fs"));
	source_list_release(&l);
}

static void the_key_is_of_contents(void **state)
{
	char first[SHA256_HEX], then[SHA256_HEX];

	(void)state;
	key_of_tree(first);
	/* Written again: another inode and another time, the same contents. */
	put("tree/fs/ext4/file.c", "file\n");
	key_of_tree(then);
	assert_string_equal(first, then);
	put("tree/fs/ext4/file.c", "File\n");
	key_of_tree(then);
	assert_string_not_equal(first, then);
	put("tree/fs/ext4/file.c", "file\n");
	assert_int_equal(chmod("tree/fs/ext4/file.c", 0755), 0);
	key_of_tree(then);
	assert_string_not_equal(first, then);
	assert_int_equal(chmod("tree/fs/ext4/file.c", 0644), 0);
	assert_int_equal(rename("tree/script", "tree/script2"), 0);
	key_of_tree(then);
	assert_string_not_equal(first, then);
}

static void what_is_known_is_not_hashed_again(void **state)
{
	struct source_list known, l;

	(void)state;
	read_tree(&known, &none);
	/* A hash that no file has shows where the old one was taken. */
	memset(source_list_find(&known, "Makefile")->hash, 'a', 64);
	memset(source_list_find(&known, "fs/ext4/file.c")->hash, 'a', 64);
	/* Of the same size, and with the old times put back: the change time gives it away. */
	struct stat st;
	assert_int_equal(stat("tree/fs/ext4/file.c", &st), 0);
	int fd = open("tree/fs/ext4/file.c", O_WRONLY);
	assert_int_equal(write(fd, "FILE\n", 5), 5);
	assert_int_equal(futimens(fd, (struct timespec[]){ st.st_atim, st.st_mtim }), 0);
	close(fd);
	read_tree(&l, &known);
	assert_int_equal(strspn(source_list_find(&l, "Makefile")->hash, "a"), 64);
	assert_int_not_equal(strspn(source_list_find(&l, "fs/ext4/file.c")->hash, "a"), 64);
	source_list_release(&known);
	source_list_release(&l);
}

static void assert_refused(const char *said)
{
	struct err e = ERR_INIT;
	struct source_list l;

	assert_int_equal(source_list_read(&l, root, &none, &e), -EINVAL);
	if (!strstr(e.text, said))
		fail_msg("\"%s\" does not say \"%s\"", e.text, said);
	assert_int_equal(l.n, 0);
}

static void what_is_no_kernel_tree_is_refused(void **state)
{
	(void)state;
	assert_int_equal(unlink("tree/arch/x86/Makefile"), 0);
	assert_refused("tree is no kernel tree: it has no arch/x86/Makefile");
}

static void a_tree_built_in_itself_is_refused(void **state)
{
	(void)state;
	put("tree/.config", "");
	assert_refused("has been built in itself (it has .config)");
	assert_int_equal(unlink("tree/.config"), 0);
	assert_int_equal(fs_mkdir_p("tree/include/config", NULL), 0);
	assert_refused("make mrproper");
}

static void git(const char *words)
{
	struct strv argv = STRV_INIT;
	struct err e = ERR_INIT;

	strv_split(&argv, "git -C tree -c user.name=t -c user.email=t@t", " ");
	strv_split(&argv, words, " ");
	if (proc_check((const char *const *)argv.v, NULL, NULL, &e))
		fail_msg("%s", e.text);
	strv_release(&argv);
}

static void a_git_tree_may_be_built_in_itself(void **state)
{
	char *program = proc_which("git");
	struct source_list l;

	(void)state;
	if (!program)
		skip_because("git is not here");
	free(program);
	put("tree/.gitignore", "*.o\n.config\ninclude/config/\n");
	git("init -q");
	git("add .");
	git("commit -q -m x");
	put("tree/.config", "");
	put("tree/fs/ext4/file.o", "");
	put("tree/fs/ext4/new.c", ""); /* not added yet, and source all the same */
	assert_int_equal(unlink("tree/script"), 0);
	read_tree(&l, &none);
	assert_non_null(source_list_find(&l, "fs/ext4/new.c"));
	assert_non_null(source_list_find(&l, "link"));
	assert_null(source_list_find(&l, "fs/ext4/file.o"));
	assert_null(source_list_find(&l, ".config"));
	assert_null(source_list_find(&l, "script"));
	assert_null(source_list_find(&l, ".git/HEAD"));
	source_list_release(&l);
}

static void a_manifest_comes_back_as_it_was(void **state)
{
	struct source_list l, back;
	char a[SHA256_HEX], b[SHA256_HEX];

	(void)state;
	read_tree(&l, &none);
	assert_int_equal(source_list_save(&l, "manifest", NULL), 0);
	source_list_load(&back, "manifest");
	assert_int_equal(back.n, l.n);
	source_list_key(&l, a);
	source_list_key(&back, b);
	assert_string_equal(a, b);
	assert_string_equal(source_list_find(&back, "script")->stamp,
			    source_list_find(&l, "script")->stamp);
	source_list_release(&back);
	source_list_release(&l);
}

static void a_damaged_manifest_is_none(void **state)
{
	static const char *const damaged[] = {
		"a\tf 1\tx",
		"a\tf 1\n",
		"\n",
		"a\tf 1\t\n",
		"a\tf 1\ty\na\tf 1\tx\n",
		"0123456789012345678901234567890123456789012345678901234567890123456789\tf\tx\n",
		"a\tf 1\tx\na\tf 1\tx\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct source_list l;

		put("manifest", damaged[i]);
		source_list_load(&l, "manifest");
		assert_int_equal(l.n, 0);
	}
	struct source_list l;
	source_list_load(&l, "gone");
	assert_int_equal(l.n, 0);
}

static void copy(const struct source_list *l)
{
	struct err e = ERR_INIT;

	if (source_list_copy(l, "copy", "copy.manifest", &e))
		fail_msg("%s", e.text);
}

static void copy_tree(void)
{
	struct source_list l;

	read_tree(&l, &none);
	copy(&l);
	source_list_release(&l);
	/* diff(1) has the last word. */
	struct err e = ERR_INIT;
	if (proc_check(
		    (const char *const[]){ "diff", "-r", "--no-dereference", "tree", "copy", NULL },
		    NULL, NULL, &e))
		fail_msg("%s", e.text);
}

static int64_t mtime_ns(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mtim.tv_sec * 1000000000ll + st.st_mtim.tv_nsec;
}

static void a_copy_follows_its_tree(void **state)
{
	int64_t made_ns, before_ns;

	(void)state;
	copy_tree();
	assert_int_equal(access("copy/script", X_OK), 0);
	made_ns = mtime_ns("copy/fs/ext4/file.c");
	usleep(20000);
	put("tree/fs/ext4/file.c", "file\n"); /* as it was */
	put("tree/Makefile", "changed\n");
	assert_int_equal(fs_mkdir_p("tree/new/folder", NULL), 0);
	put("tree/new/folder/x", "x\n");
	assert_int_equal(unlink("tree/link"), 0);
	put("tree/link", "now a file\n");
	before_ns = mtime_ns("tree/Makefile");
	copy_tree();
	/* What make has to see, and what it must not. */
	assert_true(mtime_ns("copy/fs/ext4/file.c") == made_ns);
	assert_true(mtime_ns("copy/Makefile") >= before_ns);
	/* An old time in the tree is a new one in the copy. */
	put("tree/Makefile", "older\n");
	assert_int_equal(
		utimensat(AT_FDCWD, "tree/Makefile", (struct timespec[]){ { 1, 0 }, { 1, 0 } }, 0),
		0);
	assert_int_equal(fs_remove_tree("tree/new", NULL), 0);
	put("tree/new", "a file where a folder was\n");
	copy_tree();
	assert_true(mtime_ns("copy/Makefile") >= before_ns);
}

static void a_killed_copy_is_made_good(void **state)
{
	struct source_list l;

	(void)state;
	copy_tree();
	/* As a kill leaves it: named as unknown, and half written or not meant to be there. */
	put("copy/Makefile", "hal");
	put("copy/left", "over");
	source_list_load(&l, "copy.manifest");
	memcpy(source_list_find(&l, "Makefile")->hash, "-", 2);
	struct source_file *f = source_list_find(&l, "link");
	char *kept = f->path;
	f->path = xstrdup("left");
	memcpy(f->hash, "-", 2);
	assert_int_equal(source_list_save(&l, "copy.manifest", NULL), 0);
	free(kept);
	source_list_release(&l);
	assert_int_equal(unlink("copy/link"), 0);
	copy_tree();
	/* Without a manifest nothing of it is trusted. */
	put("copy/stranger", "x");
	assert_int_equal(unlink("copy.manifest"), 0);
	copy_tree();
}

static void a_file_that_changes_while_it_is_read(void **state)
{
	struct err e = ERR_INIT;
	struct source_list l;

	(void)state;
	read_tree(&l, &none);
	put("tree/Makefile", "another\n");
	assert_int_equal(source_list_copy(&l, "copy", "copy.manifest", &e), -EBUSY);
	assert_non_null(strstr(e.text, "tree/Makefile was changed"));
	source_list_release(&l);
	copy_tree();
}

static void patched_files_come_from_the_stage(void **state)
{
	struct err e = ERR_INIT;
	struct source_list l;
	char a[SHA256_HEX], b[SHA256_HEX];

	(void)state;
	key_of_tree(a);
	assert_int_equal(fs_mkdir_p("stage/fs/ext4", NULL), 0);
	put("stage/fs/ext4/file.c", "patched\n");
	put("stage/fs/ext4/added.c", "added\n");
	read_tree(&l, &none);
	assert_int_equal(source_list_update(&l, stage, "fs/ext4/file.c", &e), 0);
	assert_int_equal(source_list_update(&l, stage, "fs/ext4/added.c", &e), 0);
	assert_int_equal(source_list_update(&l, stage, "script", &e), 0); /* removed by it */
	assert_int_equal(source_list_update(&l, stage, "nowhere", &e), 0);
	assert_int_equal(l.n, 7);
	copy(&l);
	source_list_key(&l, b);
	assert_string_not_equal(a, b);
	source_list_release(&l);
	char *line = fs_read_line("copy/fs/ext4/file.c");
	assert_string_equal(line, "patched");
	free(line);
	assert_true(fs_exists("copy/fs/ext4/added.c"));
	assert_false(fs_exists("copy/script"));
	/* Back to the tree: the patch leaves nothing behind. */
	copy_tree();
	/* A tree that has the patch is that tree, however it got there. */
	put("tree/fs/ext4/file.c", "patched\n");
	put("tree/fs/ext4/added.c", "added\n");
	assert_int_equal(unlink("tree/script"), 0);
	key_of_tree(a);
	assert_string_equal(a, b);
}

#define T(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_tree_is_listed_in_order),
		T(the_key_is_of_contents),
		T(what_is_known_is_not_hashed_again),
		T(what_is_no_kernel_tree_is_refused),
		T(a_tree_built_in_itself_is_refused),
		T(a_git_tree_may_be_built_in_itself),
		T(a_manifest_comes_back_as_it_was),
		T(a_damaged_manifest_is_none),
		T(a_copy_follows_its_tree),
		T(a_killed_copy_is_made_good),
		T(a_file_that_changes_while_it_is_read),
		T(patched_files_come_from_the_stage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
