/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_kernel.c: runners/kernel/kernel.c and modules.c on Debian's own kernels, where
 * they have been fetched, and on folders laid out here around them. Each kernel
 * is packed in another way (lz4 and zstd, .ko and .ko.xz).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/kernel/elf.h"
#include "runners/kernel/kernel.h"
#include "tests/unit/skip.h"

static const char *const series[] = { "6.1", "6.12" };

#define NR_SERIES (sizeof(series) / sizeof(series[0]))

/* Load a fetched kernel, or skip the test. */
static void load(struct kernel *k, const char *name)
{
	struct err e = ERR_INIT;
	char *dir, *path;
	bool there;

	assert_int_equal(kernel_cache_dir(&dir, &e), 0);
	path = xasprintf("%s/%s", dir, name);
	there = fs_exists(path);
	free(path);
	free(dir);
	if (!there)
		skip_because("Debian's %s is not fetched: fsduel kernel fetch %s", name, name);
	if (kernel_load(k, name, &e))
		fail_msg("%s", e.text);
}

static void a_fetched_kernel_is_identified(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR_SERIES; i++) {
		struct kernel k;
		char hash[SHA256_HEX];

		load(&k, series[i]);
		assert_int_equal(strncmp(k.release, series[i], strlen(series[i])), 0);
		assert_int_equal(strncmp(k.version, "#1 SMP", 6), 0);
		assert_int_equal(strlen(k.build_id), 40);
		assert_int_equal(strspn(k.build_id, "0123456789abcdef"), 40);
		assert_int_equal(sha256_file(k.image_path, hash, NULL), 0);
		assert_string_equal(k.sha256, hash);
		assert_non_null(k.modules_dir);
		assert_non_null(strstr(k.modules_dir, k.release));
		kernel_release(&k);
	}
}

struct loaded {
	struct strv names;
	size_t stop_at;   /* refuse the module of that number, from 1 */
};

static int take(void *arg, const char *name, const void *data, size_t len, struct err *e)
{
	struct loaded *l = arg;

	assert_true(elf_is_64le(data, len));
	strv_add(&l->names, name);
	return l->names.n == l->stop_at ? err_add(e, EPIPE, "enough") : 0;
}

static void what_a_module_needs_comes_before_it_and_once(void **state)
{
	static const char *const names[] = { "null-blk", "configfs", "virtio_blk", "null_blk",
					     "ext4", "no-such-module", NULL };

	(void)state;
	for (size_t i = 0; i < NR_SERIES; i++) {
		struct loaded l = { .names = STRV_INIT };
		struct err e = ERR_INIT;
		struct kernel k;
		int configfs, null_blk;

		load(&k, series[i]);
		assert_int_equal(kernel_modules(&k, names, take, &l, &e), 0);
		configfs = strv_find(&l.names, "configfs");
		null_blk = strv_find(&l.names, "null_blk");
		assert_true(configfs >= 0 && configfs < null_blk);
		assert_true(strv_find(&l.names, "virtio_blk") >= 0);
		assert_int_equal(strv_find(&l.names, "ext4"), -1); /* built in */
		for (size_t a = 0; a < l.names.n; a++)
			assert_int_equal(strv_find(&l.names, l.names.v[a]), (int)a);
		strv_release(&l.names);
		kernel_release(&k);
	}
}

static void the_receiver_of_modules_can_end_it(void **state)
{
	static const char *const names[] = { "null_blk", "virtio_blk", NULL };
	struct loaded l = { .names = STRV_INIT, .stop_at = 1 };
	struct err e = ERR_INIT;
	struct kernel k;

	(void)state;
	load(&k, series[0]);
	assert_int_equal(kernel_modules(&k, names, take, &l, &e), -EPIPE);
	assert_int_equal(l.names.n, 1);
	assert_non_null(strstr(e.text, "enough"));
	strv_release(&l.names);
	kernel_release(&k);
}

static void modules_of_another_kernel_are_refused(void **state)
{
	static const char *const names[] = { "null_blk", NULL };
	struct loaded l = { .names = STRV_INIT };
	struct err e = ERR_INIT;
	struct kernel k, other;

	(void)state;
	load(&k, series[0]);
	load(&other, series[1]);
	free(k.modules_dir);
	k.modules_dir = xstrdup(other.modules_dir);
	assert_int_equal(kernel_modules(&k, names, take, &l, &e), -EINVAL);
	assert_int_equal(l.names.n, 0);
	assert_non_null(strstr(e.text, other.release));
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	kernel_release(&k);
	kernel_release(&other);
}

static void make_dirs(const char *root, const char *dir)
{
	char *path = xasprintf("%s/%s", root, dir);

	assert_int_equal(fs_mkdir_p(path, NULL), 0);
	free(path);
}

static void link_to(const char *target, const char *root, const char *name)
{
	char *path = xasprintf("%s/%s", root, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

/* The same image is found however the folder around it is laid out, and so are its modules. */
static void every_layout_leads_to_image_and_modules(void **state)
{
	static const struct {
		const char *dir, *image, *modules, *ref;
	} rows[] = {
		{ "boot", "boot/vmlinuz-x", "lib/modules", "" },
		{ "boot", "boot/vmlinuz-x", "usr/lib/modules", "/boot/vmlinuz-x" },
		{ "arch/x86/boot", "arch/x86/boot/bzImage", "lib/modules", "" },
		{ ".", "bzImage", "lib/modules", "/bzImage" },
	};
	struct kernel whole;

	(void)state;
	load(&whole, series[0]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char root[] = "/tmp/fsduel-test-XXXXXX";
		struct err e = ERR_INIT;
		struct kernel k;
		char *modules, *ref;

		assert_non_null(mkdtemp(root));
		make_dirs(root, rows[i].dir);
		modules = xasprintf("%s/%s", rows[i].modules, whole.release);
		make_dirs(root, modules);
		ref = xasprintf("%s/%s", root, rows[i].image);
		assert_int_equal(fs_write_atomic(ref, whole.image.data, whole.image.len, &e), 0);
		free(ref);
		ref = xasprintf("%s%s", root, rows[i].ref);
		if (kernel_load(&k, ref, &e))
			fail_msg("%s", e.text);
		assert_string_equal(k.sha256, whole.sha256);
		assert_non_null(k.modules_dir);
		assert_non_null(strstr(k.modules_dir, modules));
		kernel_release(&k);
		free(ref);
		free(modules);
		assert_int_equal(fs_remove_tree(root, NULL), 0);
	}
	kernel_release(&whole);
}

static void assert_no_kernel(const char *ref, const char *part)
{
	struct err e = ERR_INIT;
	struct kernel k;

	assert_true(kernel_load(&k, ref, &e) < 0);
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	if (!strstr(e.text, part))
		fail_msg("\"%s\" does not say \"%s\"", e.text, part);
	kernel_release(&k); /* harmless after a failure */
}

static void references_that_lead_nowhere_are_told_apart(void **state)
{
	char root[] = "/tmp/fsduel-test-XXXXXX", *path;

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_no_kernel("", "no kernel at");
	assert_no_kernel("/no/such/image", "no such file");
	assert_no_kernel("no-such-name", "fsduel kernel fetch");
	assert_no_kernel("..", "kernel");
	assert_no_kernel("/dev/null", "neither a file nor a folder");
	assert_no_kernel(root, "holds no kernel");
	link_to("/etc/hostname", root, "vmlinuz-1");
	assert_no_kernel(root, "not a bzImage");
	link_to("/etc/hostname", root, "bzImage");
	assert_no_kernel(root, "holds 2 kernels");
	path = xasprintf("%s/dangling", root);
	assert_int_equal(symlink("/no/such/image", path), 0);
	assert_no_kernel(path, "kernel");
	free(path);
	assert_int_equal(fs_remove_tree(root, NULL), 0);
}

static void only_a_series_can_be_fetched(void **state)
{
	static const char *const names[] = { "", "6", "6.", ".1", "6.1.2", "6.1 ", "../6.1", "-6.1",
					     "6.1-rc1", "v6.1", "6.12345", NULL };

	(void)state;
	for (const char *const *n = names; *n; n++) {
		struct err e = ERR_INIT;
		char *path;

		assert_int_equal(kernel_fetch(*n, &path, &e), -EINVAL);
		assert_int_equal(e.exit_code, FSDUEL_USAGE);
		assert_null(path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fetched_kernel_is_identified),
		cmocka_unit_test(what_a_module_needs_comes_before_it_and_once),
		cmocka_unit_test(the_receiver_of_modules_can_end_it),
		cmocka_unit_test(modules_of_another_kernel_are_refused),
		cmocka_unit_test(every_layout_leads_to_image_and_modules),
		cmocka_unit_test(references_that_lead_nowhere_are_told_apart),
		cmocka_unit_test(only_a_series_can_be_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
