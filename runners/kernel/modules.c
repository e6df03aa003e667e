/* SPDX-License-Identifier: GPL-2.0-or-later */
/* modules.c: kernel_modules of kernel.h: needs come from .modinfo's "depends=", without depmod. */
#include <errno.h>
#include <fts.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/symbols.h"
#include "runners/kernel/kernel.h"

static const char *const suffixes[] = { ".ko", ".ko.xz", ".ko.zst", ".ko.gz" };

typedef int (*module_fn)(void *arg, const char *name, const void *data, size_t len, struct err *e);

struct walk {
	const struct kernel *k;
	struct strv names, paths; /* of the module files: one path each name, '_' for every '-' */
	struct strv seen;         /* names visited or handed to fn */
	module_fn fn;
	void *arg;
};

static void normalise(char *name)
{
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

/* Name without its module suffix, normalised; NULL: not a module file. */
static char *module_name(const char *file)
{
	size_t len = strlen(file);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t cut = strlen(suffixes[i]);

		if (len > cut && !strcmp(file + len - cut, suffixes[i])) {
			char *name = xstrndup(file, len - cut);

			normalise(name);
			return name;
		}
	}
	return NULL;
}

/* The order in which a folder lists its files does not matter. */
static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Up to max module files below dir: names and paths (each may be NULL). Their number, or -errno. */
static int find_modules(const char *dir, size_t max, struct strv *names, struct strv *paths)
{
	char *root = xstrdup(dir);
	char *const roots[] = { root, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
	FTSENT *f = NULL;
	size_t nr = 0;
	int ret;

	while (fts && nr < max && (f = fts_read(fts))) {
		char *name = f->fts_info == FTS_F ? module_name(f->fts_name) : NULL;

		if (name && names) {
			strv_add(names, name);
			strv_add(paths, f->fts_path);
		}
		nr += name != NULL;
		free(name);
	}
	ret = !f && errno ? -errno : (int)nr;
	if (fts)
		fts_close(fts);
	free(root);
	return ret;
}

bool kernel_has_modules(const char *dir)
{
	return find_modules(dir, 1, NULL, NULL) > 0;
}

/* Value of "key=" among the NUL-separated strings of .modinfo (malloc'ed), or NULL. */
static char *modinfo(struct elf_span info, const char *key)
{
	size_t key_len = strlen(key), at = 0;

	while (at < info.len) {
		const char *s = (const char *)info.data + at;
		size_t len = strnlen(s, info.len - at);

		if (len > key_len && !memcmp(s, key, key_len) && s[key_len] == '=')
			return xstrndup(s + key_len + 1, len - key_len - 1);
		at += len + 1;
	}
	return NULL;
}

/* A module of another build is refused by the guest's kernel; say so before booting it. */
static int check_vermagic(const struct kernel *k, const char *path, struct elf_span info,
			  struct err *e)
{
	char *magic = modinfo(info, "vermagic");
	size_t len = strlen(k->release);
	int ret = 0;

	if (magic && (strncmp(magic, k->release, len) || (magic[len] && magic[len] != ' ')))
		ret = err_add(e, EINVAL, "%s is built for %.*s, and the kernel is %s", path,
			      (int)strcspn(magic, " "), magic, k->release);
	free(magic);
	return ret;
}

static int visit(struct walk *w, const char *name, const char *needed_by, struct err *e);

static int visit_needed(struct walk *w, const char *name, struct elf_span info, struct err *e)
{
	char *depends = modinfo(info, "depends");
	struct strv names = STRV_INIT;
	int ret = 0;

	if (depends)
		strv_split(&names, depends, ",");
	for (size_t i = 0; i < names.n && !ret; i++) {
		normalise(names.v[i]);
		ret = visit(w, names.v[i], name, e);
	}
	strv_release(&names);
	free(depends);
	return ret;
}

static int read_module(const char *path, struct buf *module, struct elf_span *info, struct err *e)
{
	struct buf packed = BUF_INIT;
	int ret = fs_read(path, 0, &packed, e);

	if (!ret)
		ret = fs_decompress(packed.data, packed.len, module, e);
	if (ret)
		err_add(e, -ret, "the module %s cannot be read", path);
	buf_release(&packed);
	if (ret)
		return ret;
	*info = elf_section(module->data, module->len, ".modinfo");
	if (!info->data)
		return err_add(e, EINVAL, "%s is not a kernel module: it has no .modinfo", path);
	return 0;
}

static int visit(struct walk *w, const char *name, const char *needed_by, struct err *e)
{
	int at = strv_find(&w->names, name);
	struct buf module = BUF_INIT;
	struct elf_span info;
	int ret;

	if (strv_find(&w->seen, name) >= 0)
		return 0;
	strv_add(&w->seen, name);
	/* depends= names modules only, never built-in code. */
	if (at < 0)
		return needed_by ? err_add(e, ENOENT, "module %s needs %s, which is not under %s",
					   needed_by, name, w->k->modules_dir)
				 : 0;
	ret = read_module(w->paths.v[at], &module, &info, e);
	if (!ret)
		ret = check_vermagic(w->k, w->paths.v[at], info, e);
	if (!ret)
		ret = visit_needed(w, name, info, e);
	if (!ret)
		ret = w->fn(w->arg, name, module.data, module.len, e);
	buf_release(&module);
	return ret;
}

int kernel_modules(const struct kernel *k, const char *const *names, module_fn fn, void *arg,
		   struct err *e)
{
	struct walk w = { .k = k, .fn = fn, .arg = arg };
	int ret;

	if (!k->modules_dir)
		return 0;
	ret = find_modules(k->modules_dir, SIZE_MAX, &w.names, &w.paths);
	ret = ret < 0 ? err_sys(e, -ret, "cannot read the modules under %s", k->modules_dir) : 0;
	for (; !ret && *names; names++) {
		char *name = xstrdup(*names);

		normalise(name);
		ret = visit(&w, name, NULL, e);
		free(name);
	}
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	strv_release(&w.names);
	strv_release(&w.paths);
	strv_release(&w.seen);
	return ret;
}
