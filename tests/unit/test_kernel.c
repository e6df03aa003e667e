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

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/symbols.h"
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

	assert_int_equal(kernel_cached("", &dir, &e), 0);
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
	size_t stop_at; /* refuse the module of that number, from 1 */
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
	static const char *const names[] = { "null-blk", "configfs",       "virtio_blk", "null_blk",
					     "ext4",     "no-such-module", NULL };

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

static void link_to(const char *target, const char *root, const char *name)
{
	char *path = xasprintf("%s/%s", root, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
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

static void put_file(const char *root, const char *name, const void *data, size_t len)
{
	char *path = xasprintf("%s/%s", root, name), *slash = strrchr(path, '/');

	*slash = '\0';
	assert_int_equal(fs_mkdir_p(path, NULL), 0);
	*slash = '/';
	assert_int_equal(fs_write_atomic(path, data, len, NULL), 0);
	free(path);
}

/* "lib/modules/%s/vmlinuz" with the release in it (malloc'ed). */
static char *with_release(const char *path, const char *release)
{
	const char *at = strstr(path, "%s");

	return at ? xasprintf("%.*s%s%s", (int)(at - path), path, release, at + 2) : xstrdup(path);
}

struct layout {
	const char *image, *modules; /* %s: the release; modules NULL: there are none */
	const char *link, *target;   /* another way to the image, or NULL */
	const char *copy;            /* and a copy of it, or NULL */
	const char *ref;             /* in the folder */
};

static void check_layout(const struct layout *row, const struct kernel *whole)
{
	char root[] = "/tmp/fsduel [t]{e,s}\\*-XXXXXX"; /* no pattern */
	char *image = with_release(row->image, whole->release);
	char *modules = row->modules ? with_release(row->modules, whole->release) : NULL;
	char *of_ref = with_release(row->ref, whole->release), *ref, *file;
	struct err e = ERR_INIT;
	struct kernel k;

	assert_non_null(mkdtemp(root));
	put_file(root, image, whole->image.data, whole->image.len);
	if (modules) {
		file = xasprintf("%s/kernel/fs/x.ko.zst", modules);
		put_file(root, file, "", 0);
		free(file);
		file = xasprintf("%s/modules.order", modules);
		put_file(root, file, "", 0);
		free(file);
	}
	if (row->link) {
		char *target = with_release(row->target, whole->release);

		put_file(root, "boot/config", "", 0);
		link_to(target, root, row->link);
		free(target);
	}
	if (row->copy)
		put_file(root, row->copy, whole->image.data, whole->image.len);
	ref = xasprintf("%s%s", root, of_ref);
	if (kernel_load(&k, ref, &e))
		fail_msg("%s: %s", row->image, e.text);
	assert_string_equal(k.sha256, whole->sha256);
	if (!modules != !k.modules_dir ||
	    (modules && !strstr(k.modules_dir, *modules == '.' ? root : modules)))
		fail_msg("%s: modules in %s, not %s", image, k.modules_dir, modules);
	kernel_release(&k);
	free(ref);
	free(of_ref);
	free(modules);
	free(image);
	assert_int_equal(fs_remove_tree(root, NULL), 0);
}

/* The same image is found however the folder around it is laid out, and so are its modules. */
static void every_layout_leads_to_image_and_modules(void **state)
{
	static const struct layout rows[] = {
		{ "boot/vmlinuz-x", "lib/modules/%s", NULL, NULL, NULL, "" },
		{ "boot/vmlinuz-x", "usr/lib/modules/%s", NULL, NULL, NULL, "/boot/vmlinuz-x" },
		{ "arch/x86/boot/bzImage", "lib/modules/%s", NULL, NULL, NULL, "" },
		{ "bzImage", "lib/modules/%s", NULL, NULL, NULL, "/bzImage" },
		/* Debian from trixie on; an installed root with its links; a build tree. */
		{ "boot/vmlinuz-%s", "usr/lib/modules/%s", NULL, NULL, NULL, "" },
		{ "boot/vmlinuz-%s", "lib/modules/%s", "vmlinuz", "boot/vmlinuz-%s", NULL, "" },
		{ "arch/x86/boot/bzImage", ".", NULL, NULL, NULL, "" },
		/* Fedora: kernel-core with kernel-modules, and installed with a copy in /boot. */
		{ "lib/modules/%s/vmlinuz", "lib/modules/%s", NULL, NULL, NULL, "" },
		{ "lib/modules/%s/vmlinuz", "lib/modules/%s", NULL, NULL, "boot/vmlinuz-x", "" },
		{ "lib/modules/%s/vmlinuz", "lib/modules/%s", NULL, NULL, NULL, "/lib/modules/%s" },
		/* Arch, and openSUSE with its link in /boot. */
		{ "usr/lib/modules/%s/vmlinuz", "usr/lib/modules/%s", NULL, NULL, NULL, "" },
		{ "usr/lib/modules/%s/vmlinuz", "usr/lib/modules/%s", NULL, NULL, NULL,
		  "/usr/lib/modules/%s/vmlinuz" },
		{ "usr/lib/modules/%s/vmlinuz", "usr/lib/modules/%s", "boot/vmlinuz-%s",
		  "../usr/lib/modules/%s/vmlinuz", NULL, "" },
		{ "usr/lib/modules/%s/vmlinuz", "usr/lib/modules/%s", "boot/vmlinuz-x",
		  "../usr/lib/modules/%s/vmlinuz", NULL, "/boot/vmlinuz-x" },
		/* make install with INSTALL_PATH, make modules_install with INSTALL_MOD_PATH. */
		{ "vmlinuz", "lib/modules/%s", NULL, NULL, NULL, "" },
		{ "vmlinuz-%s", "usr/lib/modules/%s", NULL, NULL, NULL, "" },
		/* A NixOS system. */
		{ "kernel", "kernel-modules/lib/modules/%s", NULL, NULL, NULL, "" },
		/* Packages without that of the modules. */
		{ "boot/vmlinuz-%s", NULL, NULL, NULL, NULL, "" },
		{ "lib/modules/%s/vmlinuz", NULL, NULL, NULL, NULL, "" },
		{ "boot/vmlinuz-%s", NULL, NULL, NULL, NULL, "/boot/vmlinuz-%s" },
	};
	struct kernel whole;

	(void)state;
	load(&whole, series[0]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_layout(&rows[i], &whole);
	kernel_release(&whole);
}

/* Fedora's kernel-core has the folder, with lists in it and no module. */
static void modules_of_another_release_or_none_are_not_taken(void **state)
{
	char root[] = "/tmp/fsduel-test-XXXXXX";
	struct kernel whole, k;
	char *path;

	(void)state;
	load(&whole, series[0]);
	assert_non_null(mkdtemp(root));
	put_file(root, "boot/vmlinuz", whole.image.data, whole.image.len);
	put_file(root, "lib/modules/6.1.0-other/kernel/x.ko", "", 0);
	path = xasprintf("lib/modules/%s/modules.builtin", whole.release);
	put_file(root, path, "", 0);
	free(path);
	assert_int_equal(kernel_load(&k, root, NULL), 0);
	assert_null(k.modules_dir);
	kernel_release(&k);
	kernel_release(&whole);
	assert_int_equal(fs_remove_tree(root, NULL), 0);
}

/* --- packed modules and unified kernel images ---------------------------------------------- */

static void pack(const char *root, const char *name, int (*filter)(struct archive *),
		 const struct buf *data)
{
	struct archive *a = archive_write_new();
	struct archive_entry *entry = archive_entry_new();
	char *path = xasprintf("%s/%s", root, name);

	assert_int_equal(archive_write_set_format_raw(a), ARCHIVE_OK);
	assert_int_equal(filter(a), ARCHIVE_OK);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	archive_entry_set_filetype(entry, AE_IFREG);
	assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
	assert_int_equal(archive_write_data(a, data->data, data->len), data->len);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_entry_free(entry);
	archive_write_free(a);
	free(path);
}

static int keep_bytes(void *arg, const char *name, const void *data, size_t len, struct err *e)
{
	(void)name;
	(void)e;
	buf_add(arg, data, len);
	return 0;
}

static void modules_are_read_however_they_are_packed(void **state)
{
	static const char *const names[] = { "configfs", NULL };
	static const struct {
		const char *file;
		int (*filter)(struct archive *);
	} packed[] = {
		{ "configfs.ko", archive_write_add_filter_none },
		{ "configfs.ko.gz", archive_write_add_filter_gzip },
		{ "configfs.ko.xz", archive_write_add_filter_xz },
		{ "configfs.ko.zst", archive_write_add_filter_zstd },
	};
	struct buf module = BUF_INIT;
	struct kernel k;

	(void)state;
	load(&k, series[0]);
	assert_int_equal(kernel_modules(&k, names, keep_bytes, &module, NULL), 0);
	assert_true(module.len > 0);
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		char root[] = "/tmp/fsduel-test-XXXXXX";
		struct buf back = BUF_INIT;

		assert_non_null(mkdtemp(root));
		pack(root, packed[i].file, packed[i].filter, &module);
		free(k.modules_dir);
		k.modules_dir = xstrdup(root);
		assert_int_equal(kernel_modules(&k, names, keep_bytes, &back, NULL), 0);
		assert_int_equal(back.len, module.len);
		assert_memory_equal(back.data, module.data, module.len);
		buf_release(&back);
		assert_int_equal(fs_remove_tree(root, NULL), 0);
	}
	buf_release(&module);
	kernel_release(&k);
}

static void put_le(struct buf *b, size_t at, uint64_t value, unsigned bytes)
{
	for (; bytes--; value >>= 8)
		b->data[at++] = (char)value;
}

/* As ukify lays it out: .osrel, .cmdline, .linux, padded to the file's alignment. */
static void make_uki(struct buf *b, const void *linux, size_t len)
{
	static const char zero[1024];
	static const char *const names[] = { ".osrel", ".cmdline", ".linux" };
	static const char text[512] = "ID=x\n";

	buf_reset(b);
	buf_add(b, zero, 1024);
	memcpy(b->data, "MZ", 2);
	put_le(b, 0x3c, 0x80, 4);
	memcpy(b->data + 0x80, "PE\0", 4);
	put_le(b, 0x80 + 6, 3, 2);
	put_le(b, 0x80 + 20, 240, 2);
	for (size_t i = 0; i < 3; i++) {
		size_t at = 0x80 + 24 + 240 + 40 * i, size = i < 2 ? 5 : len;

		memcpy(b->data + at, names[i], strlen(names[i]));
		put_le(b, at + 8, size, 4);
		put_le(b, at + 16, (size + 511) / 512 * 512, 4);
		put_le(b, at + 20, b->len, 4);
		buf_add(b, i < 2 ? text : linux, i < 2 ? sizeof(text) : len);
		buf_add(b, zero, (512 - b->len % 512) % 512);
	}
}

static void the_kernel_in_a_unified_image_is_taken(void **state)
{
	char root[] = "/tmp/fsduel-test-XXXXXX", *path;
	struct buf uki = BUF_INIT;
	struct kernel whole, k;

	(void)state;
	load(&whole, series[0]);
	assert_non_null(mkdtemp(root));
	make_uki(&uki, whole.image.data, whole.image.len);
	put_file(root, "EFI/Linux/x.efi", uki.data, uki.len);
	assert_int_equal(kernel_load(&k, root, NULL), 0);
	assert_true(k.uki && !whole.uki);
	assert_string_equal(k.sha256, whole.sha256);
	assert_string_equal(k.release, whole.release);
	assert_int_equal(k.image.len, whole.image.len);
	kernel_release(&k);

	path = xasprintf("%s/cut.efi", root);
	put_file(root, "cut.efi", uki.data, uki.len / 2);
	assert_no_kernel(path, "it has no x86 kernel's boot header");
	put_file(root, "cut.efi", uki.data, 0x80 + 24 + 240 + 60);
	assert_no_kernel(path, "it has no x86 kernel's boot header");
	make_uki(&uki, "\0\0\0\0zimg\0\0\0\0", 12);
	put_file(root, "cut.efi", uki.data, uki.len);
	assert_no_kernel(path, "it has no x86");
	free(path);
	buf_release(&uki);
	kernel_release(&whole);
	assert_int_equal(fs_remove_tree(root, NULL), 0);
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
	link_to("/etc/passwd", root, "bzImage");
	assert_no_kernel(root, "holds 2 kernels (vmlinuz-1, bzImage): name one of the files");
	path = xasprintf("%s/dangling", root);
	assert_int_equal(symlink("/no/such/image", path), 0);
	assert_no_kernel(path, "kernel");
	free(path);
	assert_int_equal(fs_remove_tree(root, NULL), 0);
}

static void only_a_series_or_a_version_can_be_fetched(void **state)
{
	static const char *const names[] = { "",        "6",         "6.",      ".1",
					     "6.1.2 ",  "6.1.2.3.4", "6.1.0-",  "6.1.0-47 -x",
					     "--help",  "$(id)",     "6.1.2;x", "6.1 ",
					     "../6.1",  "-6.1",      "6.1-rc1", "v6.1",
					     "6.12345", NULL };

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
		cmocka_unit_test(modules_of_another_release_or_none_are_not_taken),
		cmocka_unit_test(modules_are_read_however_they_are_packed),
		cmocka_unit_test(the_kernel_in_a_unified_image_is_taken),
		cmocka_unit_test(references_that_lead_nowhere_are_told_apart),
		cmocka_unit_test(only_a_series_or_a_version_can_be_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
