/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules.c: kernel_modules of kernel.h: modules found by file name, and what
 * they need by the "depends=" string of their .modinfo, so that neither depmod
 * nor an installed kernel is needed. Loading them is the guest's business.
 */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/elf.h"
#include "runners/kernel/kernel.h"
#include "runners/kernel/modules.h"

static const char *const suffixes[] = { ".ko", ".ko.xz", ".ko.zst", ".ko.gz" };

/* Module files by name, sorted, so that the order of a directory does not matter. */
struct module_file {
	char *name; /* with '_' for every '-' */
	char *path;
};

struct module_index {
	struct module_file *files;
	size_t nr, cap;
};

typedef int (*module_fn)(void *arg, const char *name, const void *data, size_t len, struct err *e);

struct walk {
	const struct kernel *k;
	struct module_index index;
	struct strv seen; /* names visited or handed to fn */
	module_fn fn;
	void *arg;
};

static void normalise(char *name)
{
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

static void index_release(struct module_index *x)
{
	for (size_t i = 0; i < x->nr; i++) {
		free(x->files[i].name);
		free(x->files[i].path);
	}
	free(x->files);
	*x = (struct module_index){ NULL, 0, 0 };
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

bool modules_any(const char *dir)
{
	char *root = xstrdup(dir);
	char *const roots[] = { root, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *f;
	bool any = false;

	while (fts && !any && (f = fts_read(fts))) {
		char *name = f->fts_info == FTS_F ? module_name(f->fts_name) : NULL;

		any = name != NULL;
		free(name);
	}
	if (fts)
		fts_close(fts);
	free(root);
	return any;
}

static int by_name(const void *a, const void *b)
{
	const struct module_file *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->path, y->path);
}

static int index_make(struct module_index *x, const char *dir, struct err *e)
{
	char *root = xstrdup(dir);
	char *const roots[] = { root, NULL };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *f;
	int ret = 0;

	while (fts && (f = fts_read(fts))) {
		char *name = f->fts_info == FTS_F ? module_name(f->fts_name) : NULL;

		if (!name)
			continue;
		if (x->nr == x->cap) {
			x->cap = x->cap ? 2 * x->cap : 256;
			x->files = xrealloc(x->files, x->cap, sizeof(*x->files));
		}
		x->files[x->nr++] = (struct module_file){ name, xstrdup(f->fts_path) };
	}
	if (errno)
		ret = err_sys(e, errno, "cannot read the modules under %s", dir);
	if (fts)
		fts_close(fts);
	free(root);
	if (x->nr)
		qsort(x->files, x->nr, sizeof(*x->files), by_name);
	return ret;
}

static const struct module_file *index_find(const struct module_index *x, const char *name)
{
	for (size_t i = 0; i < x->nr; i++)
		if (!strcmp(x->files[i].name, name))
			return &x->files[i];
	return NULL;
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
	const struct module_file *f;
	struct buf module = BUF_INIT;
	struct elf_span info;
	int ret;

	if (strv_find(&w->seen, name) >= 0)
		return 0;
	strv_add(&w->seen, name);
	f = index_find(&w->index, name);
	/* depends= names modules only, never what is built in. */
	if (!f)
		return needed_by ? err_add(e, ENOENT, "module %s needs %s, which is not under %s",
					   needed_by, name, w->k->modules_dir)
				 : 0;
	ret = read_module(f->path, &module, &info, e);
	if (!ret)
		ret = check_vermagic(w->k, f->path, info, e);
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
	struct walk w = { .k = k, .seen = STRV_INIT, .fn = fn, .arg = arg };
	int ret;

	if (!k->modules_dir)
		return 0;
	ret = index_make(&w.index, k->modules_dir, e);
	for (; !ret && *names; names++) {
		char *name = xstrdup(*names);

		normalise(name);
		ret = visit(&w, name, NULL, e);
		free(name);
	}
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	index_release(&w.index);
	strv_release(&w.seen);
	return ret;
}
