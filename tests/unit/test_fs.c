/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fs.c: files as whole values, trees, hashes and decompression. The mount
 * test needs the right to make a mount namespace and is skipped without.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "tests/unit/skip.h"

#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* Each test runs in a new empty directory. */
static int enter(void **state)
{
	char *dir = xstrdup("/tmp/fsduel-test-fs-XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? chdir(dir) : -1;
}

static int leave(void **state)
{
	int ret = chdir("/") || fs_remove_tree(*state, NULL) || fs_exists(*state);

	free(*state);
	return ret;
}

static void put(const char *path, const char *text)
{
	assert_int_equal(fs_write_atomic(path, text, strlen(text), NULL), 0);
}

static void expect_text(const char *path, const char *text)
{
	struct buf b = BUF_INIT;

	assert_int_equal(fs_read(path, 0, &b, NULL), 0);
	assert_string_equal(b.data, text);
	buf_release(&b);
}

static void a_file_is_replaced_whole_and_no_tmp_is_left(void **state)
{
	struct stat st;

	(void)state;
	umask(022);
	put("f", "old, and longer");
	put("f", "new");
	expect_text("f", "new");
	assert_false(fs_exists("f.tmp"));
	assert_int_equal(stat("f", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	put("empty", "");
	expect_text("empty", "");
}

static void a_failed_write_leaves_the_old_file_and_says_why(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(fs_write_atomic("no/f", "x", 1, &e), -ENOENT);
	assert_non_null(strstr(e.text, "no/f.tmp"));
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(fs_write_atomic("d", "x", 1, NULL), -EISDIR);
	assert_false(fs_exists("d.tmp"));
	put("f", "old");
	assert_int_equal(mkdir("f.tmp", 0777), 0);
	assert_int_equal(fs_write_atomic("f", "x", 1, NULL), -EISDIR);
	expect_text("f", "old");
}

static void a_device_is_not_replaced_by_a_file(void **state)
{
	struct err e = ERR_INIT;
	struct stat st;

	(void)state;
	assert_int_equal(symlink("/dev/full", "full"), 0);
	assert_int_equal(fs_write_atomic("full", "x", 1, &e), -ENOSPC);
	assert_int_equal(fs_write_atomic("/dev/null", "x", 1, NULL), 0);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(lstat("full", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void a_write_that_fails_half_way_leaves_the_old_file(void **state)
{
	struct rlimit full = { 4096, RLIM_INFINITY }, old;
	char *data = xcalloc(8192, 1);
	int ret;

	(void)state;
	put("f", "old");
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	full.rlim_max = old.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	ret = fs_write_atomic("f", data, 8192, NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(ret, -EFBIG);
	expect_text("f", "old");
	assert_false(fs_exists("f.tmp"));
	free(data);
}

static void a_tmp_that_is_a_link_is_not_written_through(void **state)
{
	(void)state;
	put("victim", "precious");
	assert_int_equal(symlink("victim", "f.tmp"), 0);
	put("f", "new");
	expect_text("victim", "precious");
	expect_text("f", "new");
}

static void files_without_a_size_are_read_whole(void **state)
{
	struct buf b = BUF_INIT;
	char *line;

	(void)state;
	buf_adds(&b, "kept,");
	assert_int_equal(fs_read("/proc/self/status", 0, &b, NULL), 0);
	assert_memory_equal(b.data, "kept,Name:", 10);
	assert_int_equal(b.data[b.len], 0);
	line = fs_read_line("/proc/sys/kernel/ostype");
	assert_string_equal(line, "Linux");
	free(line);
	assert_null(fs_read_line("absent"));
	assert_null(fs_read_line("/"));
	put("empty", "");
	line = fs_read_line("empty");
	assert_string_equal(line, "");
	free(line);
	buf_release(&b);
}

static void a_file_past_the_limit_is_refused_and_adds_nothing(void **state)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	(void)state;
	put("f", "12345");
	buf_adds(&b, "kept");
	assert_int_equal(fs_read("f", 4, &b, &e), -EFBIG);
	assert_string_equal(b.data, "kept");
	assert_int_equal(b.len, 4);
	assert_int_equal(fs_read("f", 5, &b, NULL), 0);
	assert_string_equal(b.data, "kept12345");
	assert_int_equal(fs_read("/dev/zero", 1000, &b, NULL), -EFBIG);
	assert_int_equal(fs_read("absent", 0, &b, &e), -ENOENT);
	assert_non_null(strstr(e.text, "absent"));
	buf_release(&b);
}

static void json_comes_back_equal_and_in_a_fixed_order(void **state)
{
	json_t *j = json_pack("{s:I, s:f, s:[s, n]}", "z", (json_int_t)9007199254740993, "pi", 0.1,
			      "a", "\xc3\xa9");
	json_t *back;

	(void)state;
	assert_non_null(j);
	assert_int_equal(fs_write_json("f.json", j, NULL), 0);
	assert_int_equal(fs_read_json("f.json", &back, NULL), 0);
	assert_true(json_equal(j, back));
	json_decref(j);
	json_decref(back);
	j = json_pack("{s:i, s:i}", "b", 1, "a", 2);
	assert_int_equal(fs_write_json("f.json", j, NULL), 0);
	expect_text("f.json", "{\n  \"a\": 2,\n  \"b\": 1\n}\n");
	json_decref(j);
}

static void bad_json_is_told_with_its_line(void **state)
{
	struct err e = ERR_INIT;
	json_t *j;

	(void)state;
	put("f.json", "{\n\"a\": 1,\n\"a\": 2}\n");
	assert_int_equal(fs_read_json("f.json", &j, &e), -EINVAL);
	assert_null(j);
	assert_non_null(strstr(e.text, "f.json:3:"));
	put("f.json", "{} {}");
	assert_int_equal(fs_read_json("f.json", &j, NULL), -EINVAL);
	assert_int_equal(fs_read_json("absent", &j, NULL), -ENOENT);
}

static void directories_are_made_once_or_refused(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(fs_mkdir_p("a/b//c/", NULL), 0);
	assert_int_equal(fs_mkdir_p("a/b/c", NULL), 0);
	assert_int_equal(fs_mkdir_p("/proc/self", NULL), 0);
	assert_int_equal(fs_mkdir_p("/", NULL), 0);
	put("a/f", "");
	assert_int_equal(fs_mkdir_p("a/f/g", &e), -ENOTDIR);
	assert_non_null(strstr(e.text, "a/f"));
	assert_int_equal(fs_mkdir_p("/proc/nothing", NULL), -ENOENT);
}

static void a_removed_tree_takes_links_but_not_what_they_point_to(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdir_p("keep/dir", NULL), 0);
	put("keep/dir/f", "precious");
	assert_int_equal(fs_mkdir_p("tree/a/b/c", NULL), 0);
	put("tree/a/f", "x");
	assert_int_equal(mkdir("tree/empty", 0555), 0);
	assert_int_equal(symlink("../../keep", "tree/a/link"), 0);
	assert_int_equal(symlink("nowhere", "tree/dangling"), 0);
	assert_int_equal(fs_remove_tree("tree/", NULL), 0);
	assert_false(fs_exists("tree"));
	assert_int_equal(symlink("keep", "link"), 0);
	assert_int_equal(fs_remove_tree("link/", NULL), 0);
	expect_text("keep/dir/f", "precious");
	assert_int_equal(fs_remove_tree("keep/dir/f", NULL), 0);
	assert_false(fs_exists("keep/dir/f"));
	assert_int_equal(fs_remove_tree("absent", NULL), 0);
}

static void a_large_directory_is_removed_whole(void **state)
{
	(void)state;
	assert_int_equal(fs_mkdir_p("big", NULL), 0);
	for (int i = 0; i < 3000; i++) {
		char *name = xasprintf("big/file-with-a-longer-name-%d", i);
		int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

		assert_true(fd >= 0);
		close(fd);
		free(name);
	}
	assert_int_equal(fs_remove_tree("big", NULL), 0);
	assert_false(fs_exists("big"));
}

/* In a namespace of its own: 77 cannot mount, 0 the tree with a mount in it was refused. */
static int try_to_remove_a_mount(void)
{
	struct err e = ERR_INIT;

	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWNS | CLONE_NEWUSER))
		return 77;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || fs_mkdir_p("tree/m", NULL) ||
	    fs_mkdir_p("bound", NULL) || mount("bound", "tree/m", NULL, MS_BIND, NULL))
		return 77;
	/* A bind mount: on the same device, so that st_dev tells nothing. */
	if (fs_write_atomic("bound/f", "precious", 8, NULL))
		return 1;
	if (fs_remove_tree("tree", &e) != -EBUSY || !strstr(e.text, "tree/m"))
		return 2;
	if (fs_remove_tree("tree/m", NULL) != -EBUSY || fs_remove_tree("tree/m/", NULL) != -EBUSY)
		return 3;
	if (!fs_exists("bound/f") || umount("tree/m"))
		return 4;
	return fs_remove_tree("tree", NULL) ? 5 : 0;
}

static void what_is_mounted_below_a_tree_survives_its_removal(void **state)
{
	pid_t pid = fork();
	int status = -1;

	(void)state;
	if (!pid)
		_exit(try_to_remove_a_mount());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip_because("no right to make a mount namespace");
	assert_int_equal(status, 0);
}

static void the_cache_is_where_the_user_says(void **state)
{
	char *xdg = xasprintf("%s/xdg", (char *)*state);
	char *dir;

	setenv("FSDUEL_CACHE", "own/cache", 1);
	setenv("XDG_CACHE_HOME", xdg, 1);
	assert_int_equal(fs_cache_room("", &dir, NULL), 0);
	assert_string_equal(dir, "own/cache");
	assert_true(fs_exists(dir));
	free(dir);
	unsetenv("FSDUEL_CACHE");
	assert_int_equal(fs_cache_room("", &dir, NULL), 0);
	assert_true(fs_exists("xdg/fsduel"));
	free(dir);
	setenv("XDG_CACHE_HOME", "relative", 1);
	setenv("HOME", *state, 1);
	assert_int_equal(fs_cache_room("", &dir, NULL), 0);
	assert_true(fs_exists(".cache/fsduel"));
	free(dir);
	assert_int_equal(fs_cache_room("kernels", &dir, NULL), 0);
	assert_true(fs_exists(".cache/fsduel/kernels"));
	free(dir);
	free(xdg);
}

static void no_place_for_the_cache_is_said_with_the_remedy(void **state)
{
	static const struct {
		const char *own, *xdg, *home, *why;
	} rows[] = {
		{ NULL, NULL, NULL, "HOME is not set\n" },
		{ "", "", "", "HOME is not set\n" },
		{ NULL, "relative", NULL, "XDG_CACHE_HOME is not an absolute path" },
		{ NULL, NULL, "/nonexistent/home", "HOME is /nonexistent/home: No such file" },
		{ NULL, "relative", "none", "HOME is none: No such file" },
		{ NULL, NULL, "/proc", "cannot make directory /proc/.cache" },
		{ NULL, NULL, "/dev/null", "cannot make directory /dev/null" },
		{ NULL, "/proc/x", NULL, "cannot make directory /proc/x" },
		{ "/dev/null", NULL, NULL, "cannot make directory /dev/null" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const names[] = { "FSDUEL_CACHE", "XDG_CACHE_HOME", "HOME" };
		const char *const values[] = { rows[i].own, rows[i].xdg, rows[i].home };
		struct err e = ERR_INIT;
		char *dir;

		for (size_t v = 0; v < 3; v++) {
			unsetenv(names[v]);
			if (values[v])
				setenv(names[v], values[v], 1);
		}
		assert_true(fs_cache_room("kernels", &dir, &e) < 0);
		assert_null(dir);
		assert_int_equal(e.exit_code, FSDUEL_MACHINE);
		if (!strstr(e.text, rows[i].why) || !strstr(e.text, "set FSDUEL_CACHE=DIR"))
			fail_msg("%zu: %s", i, e.text);
	}
	assert_false(fs_exists("/nonexistent"));
	assert_false(fs_exists("none"));
}

/* FIPS 180-2, appendix B, and a file longer than one read. */
static void hashes_are_those_of_the_standard(void **state)
{
	static const char abc[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	static const char none[] =
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
	static const char million_a[] =
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
	char *a = xcalloc(1000001, 1);
	char hex[SHA256_HEX];

	(void)state;
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex, abc);
	sha256_hex(NULL, 0, hex);
	assert_string_equal(hex, none);
	memset(a, 'a', 1000000);
	put("f", a);
	assert_int_equal(sha256_file("f", hex, NULL), 0);
	assert_string_equal(hex, million_a);
	assert_int_equal(sha256_file("absent", hex, NULL), -ENOENT);
	assert_string_equal(hex, "");
	assert_int_equal(sha256_file(".", hex, NULL), -EISDIR);
	free(a);
}

static const struct packer {
	const char *argv[5];
	bool check; /* does the end of the stream hold a checksum that libarchive reads? */
} packers[] = {
	{ { "gzip", "-c", "plain" }, false },     { { "bzip2", "-c", "plain" }, true },
	{ { "xz", "-c", "plain" }, true },        { { "zstd", "-q", "-c", "plain" }, true },
	{ { "lz4", "-q", "-c", "plain" }, true }, { { "lz4", "-q", "-l", "-c", "plain" }, false },
};

static int unpack(const struct buf *in, size_t len, struct buf *out)
{
	buf_reset(out);
	return fs_decompress(in->data, len, out, NULL);
}

static void check_packer(const struct packer *p, const struct buf *plain)
{
	struct buf packed = BUF_INIT, out = BUF_INIT;
	struct proc_opts o = { .out = &packed };
	size_t len;

	assert_int_equal(proc_check(p->argv, &o, NULL, NULL), 0);
	len = packed.len;
	assert_int_equal(unpack(&packed, len, &out), 0);
	assert_int_equal(out.len, plain->len);
	assert_memory_equal(out.data, plain->data, plain->len);
	/* Cut short anywhere, it must not pass for less. */
	for (size_t cut = 12; cut < len; cut += 1 + cut / 3)
		assert_int_equal(unpack(&packed, cut, &out), -EINVAL);
	assert_int_equal(out.len, 0);
	/* Two streams are one. */
	buf_grow(&packed, len);
	buf_add(&packed, packed.data, len);
	assert_int_equal(unpack(&packed, packed.len, &out), 0);
	assert_int_equal(out.len, 2 * plain->len);
	if (p->check) {
		packed.data[len / 2] ^= 1;
		assert_int_equal(unpack(&packed, len, &out), -EINVAL);
	}
	buf_release(&packed);
	buf_release(&out);
}

static void what_is_compressed_comes_back(void **state)
{
	struct buf plain = BUF_INIT, packed = BUF_INIT, out = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i < 300000; i++)
		buf_addc(&plain, (char)(i * i >> 7));
	buf_adds(&packed, "before");
	assert_int_equal(fs_compress(plain.data, plain.len, &packed, NULL), 0);
	assert_memory_equal(packed.data, "before", 6);
	assert_true(packed.len < plain.len);
	assert_int_equal(fs_decompress(packed.data + 6, packed.len - 6, &out, NULL), 0);
	assert_int_equal(out.len, plain.len);
	assert_memory_equal(out.data, plain.data, plain.len);
	buf_release(&plain);
	buf_release(&packed);
	buf_release(&out);
}

static void every_kernel_compression_is_undone(void **state)
{
	struct buf plain = BUF_INIT, out = BUF_INIT;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_addf(&plain, "line %d\n", i * 7919 % 10007);
	put("plain", plain.data);
	for (size_t i = 0; i < NR(packers); i++) {
		char *program = proc_which(packers[i].argv[0]);

		if (program)
			check_packer(&packers[i], &plain);
		else
			print_message("# %s is not installed\n", packers[i].argv[0]);
		free(program);
	}
	assert_int_equal(unpack(&plain, plain.len, &out), 0);
	assert_string_equal(out.data, plain.data);
	assert_int_equal(unpack(&plain, 0, &out), 0);
	assert_int_equal(out.len, 0);
	buf_release(&plain);
	buf_release(&out);
}

static void a_file_is_mapped_as_it_is(void **state)
{
	struct err e = ERR_INIT;
	const void *data;
	size_t len;

	(void)state;
	assert_int_equal(fs_write_atomic("whole", "a\0b", 3, &e), 0);
	assert_int_equal(fs_map("whole", &data, &len, &e), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 3);
	fs_unmap(data, len);
	assert_int_equal(fs_write_atomic("empty", "", 0, &e), 0);
	assert_int_equal(fs_map("empty", &data, &len, &e), 0);
	assert_int_equal(len, 0);
	assert_non_null(data);
	fs_unmap(data, len);
	assert_int_equal(fs_map("missing", &data, &len, &e), -ENOENT);
	assert_int_equal(fs_map("/dev/null", &data, &len, &e), -EINVAL);
	assert_non_null(strstr(e.text, "no regular file"));
}
#define FS_TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

static void the_nearest_directory_is_found(void **state)
{
	static const char *const cases[][2] = {
		{ "/", "/" },
		{ "/no-such", "/" },
		{ "/no-such/folder", "/" },
		{ "/tmp/no-such", "/tmp" },
		{ "/tmp", "/tmp" },
		{ "no-such/folder", "." },
		{ "no-such", "." },
		{ "lib/x/y", "./lib" },
		{ ".", "./." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *at = fs_nearest(cases[i][0]);

		assert_string_equal(at, cases[i][1]);
		free(at);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_directory_is_found),
		FS_TEST(a_file_is_replaced_whole_and_no_tmp_is_left),
		FS_TEST(a_failed_write_leaves_the_old_file_and_says_why),
		FS_TEST(a_device_is_not_replaced_by_a_file),
		FS_TEST(a_write_that_fails_half_way_leaves_the_old_file),
		FS_TEST(a_tmp_that_is_a_link_is_not_written_through),
		FS_TEST(files_without_a_size_are_read_whole),
		FS_TEST(a_file_is_mapped_as_it_is),
		FS_TEST(a_file_past_the_limit_is_refused_and_adds_nothing),
		FS_TEST(json_comes_back_equal_and_in_a_fixed_order),
		FS_TEST(bad_json_is_told_with_its_line),
		FS_TEST(directories_are_made_once_or_refused),
		FS_TEST(a_removed_tree_takes_links_but_not_what_they_point_to),
		FS_TEST(a_large_directory_is_removed_whole),
		FS_TEST(what_is_mounted_below_a_tree_survives_its_removal),
		FS_TEST(the_cache_is_where_the_user_says),
		FS_TEST(no_place_for_the_cache_is_said_with_the_remedy),
		FS_TEST(hashes_are_those_of_the_standard),
		cmocka_unit_test(what_is_compressed_comes_back),
		FS_TEST(every_kernel_compression_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
