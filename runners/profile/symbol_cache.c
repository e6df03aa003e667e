/* SPDX-License-Identifier: GPL-2.0-or-later */
/* symbol_cache.c: names of functions for a profile, and its counts from a file. */
#include "runners/profile/symbol_cache.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/proc.h"
#include "runners/profile/profile.h"

#define GUEST_WITH_NAMES "fsduel-guest.debug"
#define KALLSYMS_MAX ((size_t)64 << 20)
#define COUNTS_MAX ((size_t)256 << 20)

void symbol_cache_key(char key[SHA256_HEX], const char *kernel_sha256, const struct buf *modules,
		      const char *cpu)
{
	char of_modules[SHA256_HEX];
	char *both;

	sha256_hex(modules->data, modules->len, of_modules);
	both = xasprintf("%s %s %s", kernel_sha256, of_modules, cpu);
	sha256_hex(both, strlen(both), key);
	free(both);
}

int symbol_cache_path(const char *key, char **path, struct err *e)
{
	char *dir;
	int ret = fs_cache_room("symbols", &dir, e);

	if (!ret)
		*path = xasprintf("%s/%s", dir, key);
	free(dir);
	return ret;
}

int symbol_cache_load(struct symbols *s, const char *key, struct err *e)
{
	struct buf text = BUF_INIT;
	char *path;
	int ret = symbol_cache_path(key, &path, e);

	*s = (struct symbols){ 0 };
	if (ret)
		return ret;
	ret = fs_exists(path) ? fs_read(path, KALLSYMS_MAX, &text, e) : -ENOENT;
	if (!ret)
		ret = symbols_parse(s, text.data, text.len, e);
	buf_release(&text);
	free(path);
	return ret;
}

int symbol_cache_keep(struct symbols *s, const char *key, const char *text, size_t len,
		      struct err *e)
{
	int ret = symbols_parse(s, text, len, e);
	char *path, *own;

	if (ret || symbol_cache_path(key, &path, NULL))
		return ret;
	/* Two programs may meet the same new kernel: each writes a file of its own. */
	own = xasprintf("%s.%d", path, (int)getpid());
	if (!fs_write_atomic(own, text, len, NULL))
		rename(own, path);
	free(path);
	free(own);
	return 0;
}

int symbols_of_guest(struct symbols *s, struct err *e)
{
	char *path = proc_beside(GUEST_WITH_NAMES);
	struct buf file = BUF_INIT, text = BUF_INIT;
	int ret = -ENOENT;

	*s = (struct symbols){ 0 };
	if (path && fs_exists(path))
		ret = fs_read(path, 0, &file, e);
	else
		err_add(e, ENOENT, GUEST_WITH_NAMES " is not beside this program; run make");
	if (!ret)
		ret = elf_symbols(file.data, file.len, &text, e);
	if (!ret)
		ret = symbols_parse(s, text.data, text.len, e);
	buf_release(&file);
	buf_release(&text);
	free(path);
	return ret;
}

int counts_load(struct counts *c, const char *path, struct err *e)
{
	struct buf file = BUF_INIT, plain = BUF_INIT;
	int ret;

	*c = (struct counts){ 0 };
	ret = fs_read(path, COUNTS_MAX, &file, e);
	if (!ret)
		ret = fs_decompress(file.data, file.len, &plain, e);
	if (!ret)
		ret = counts_parse(c, plain.data, plain.len, e);
	if (ret)
		err_add(e, -ret, "so %s cannot be used", path);
	buf_release(&file);
	buf_release(&plain);
	return ret;
}
