/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_build.c: from a source, patches and a configuration to an image with a
 * name; see kernel_build.h. The steps are elsewhere (source_list.h,
 * kernel_build_impl.h); here are their order, the folders, and the keys that
 * say what has been done already.
 */
#include "runners/kernel/kernel_build.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/kernel/fetch_impl.h"
#include "runners/kernel/kernel.h"
#include "runners/kernel/kernel_build_impl.h"
#include "runners/kernel/source_list.h"

/* Part of each key: counts up when the recipe changes what comes out. */
#define RECIPE "1"
#define BUILT "built-"
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-"
#define OBJ_DIGITS 12     /* of the key, in the name of the object folder */
#define IMAGE_DIGITS 16   /* in that of the result */
#define VERSION_DIGITS 12 /* in the kernel's version; 64 bytes hold that, flags and time */

struct work {
	const struct kernel_build *b;
	struct patchset patches;
	struct config_text config;
	struct buf toolchain;
	char *tree;              /* the source, absolute */
	char *kernels, *dir;     /* CACHE/kernels, CACHE/build/SOURCE */
	char *stage, *src, *obj; /* below dir */
	struct source_list list; /* patches applied */
	struct build_keys keys;
	int lock;
};

static void step(const struct work *w, const char *name)
{
	struct kernel_build_progress now = { .step = name };

	if (w->b->progress)
		w->b->progress(w->b->arg, &now);
}

static int stopped(const struct work *w, struct err *e)
{
	return w->b->stop && *w->b->stop ? err_add(e, EINTR, "the build was stopped") : 0;
}

/* A name that is free, or ours to give anew. */
static int check_name(const struct work *w, struct err *e)
{
	const char *name = w->b->name;
	char *path = xasprintf("%s/%s", w->kernels, name);
	char target[PATH_MAX] = "";
	int ret = 0;

	if (!isalnum((unsigned char)*name) || strlen(name) > NAME_MAX ||
	    name[strspn(name, NAME_CHARS)])
		ret = err_add(e, EINVAL,
			      "\"%s\" cannot be a kernel's name: use letters, digits and "
			      "\"._+-\", a letter or digit first",
			      name);
	else if (fetch_is_series(name))
		ret = err_add(e, EINVAL, "%s names Debian's own kernel; choose another name", name);
	else if (readlink(path, target, sizeof(target) - 1) < 0 && errno != ENOENT)
		ret = err_add(e, EINVAL,
			      "%s is there already and was not built under that name; "
			      "choose another",
			      path);
	else if (*target && strncmp(target, BUILT, strlen(BUILT)))
		ret = err_add(e, EINVAL, "%s is there already and leads to %s; choose another name",
			      path, target);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	free(path);
	return ret;
}

/* Absolute, wherever the cache is: make and patch(1) change their folder. */
static int find_build_dir(char **out, struct err *e)
{
	char *room;
	int ret = fs_cache_room("build", &room, e);

	if (ret)
		return ret;
	*out = realpath(room, NULL);
	if (!*out)
		ret = err_sys(e, errno, "cannot find the way to %s", room);
	free(room);
	return ret;
}

/* CACHE/build/SOURCE: Debian's by package and version, others by name and path. */
static int open_workshop(struct work *w, const char *build_dir, struct err *e)
{
	char *base = xstrdup(strrchr(w->tree, '/') + 1);
	char hash[SHA256_HEX], *path;
	int ret;

	/* make takes neither blanks nor colons in a path. */
	for (char *c = base; *c; c++)
		if (!strchr(NAME_CHARS, *c) && *c != '~')
			*c = '_';
	sha256_hex(w->tree, strlen(w->tree), hash);
	w->dir = w->b->tree ? xasprintf("%s/%s-%.8s", build_dir, base, hash)
			    : xasprintf("%s/%s", build_dir, base);
	free(base);
	w->stage = xasprintf("%s/stage", w->dir);
	w->src = xasprintf("%s/src", w->dir);
	ret = fs_mkdir_p(w->dir, e);
	if (ret)
		return ret;
	path = xasprintf("%s/lock", w->dir);
	w->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (w->lock < 0) {
		ret = err_sys(e, errno, "cannot open %s", path);
	} else if (flock(w->lock, LOCK_EX | LOCK_NB)) {
		step(w, "waiting for another build of this source");
		if (flock(w->lock, LOCK_EX))
			ret = err_sys(e, errno, "cannot lock %s", path);
	}
	free(path);
	return ret;
}

static int find_tree(struct work *w, struct err *e)
{
	struct stat st;

	if (!w->b->tree) {
		step(w, "finding the source");
		return kernel_source(w->b->series, &w->tree, e);
	}
	w->tree = realpath(w->b->tree, NULL);
	if (w->tree && !stat(w->tree, &st) && S_ISDIR(st.st_mode) && w->tree[1])
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, EINVAL, "there is no kernel tree at %s: %s", w->b->tree,
		       w->tree ? "it is no folder" : strerror(errno));
}

/* Patched files, and nothing else, in the stage; the list says what they then are. */
static int apply_patches(struct work *w, struct err *e)
{
	const struct strv *files = &w->patches.files;
	int ret = patchset_stage(&w->patches, w->tree, w->stage, e);

	if (!ret)
		ret = patchset_apply(&w->patches, w->stage, w->dir, e);
	for (size_t i = 0; i < files->n && !ret; i++)
		ret = source_list_update(&w->list, w->stage, files->v[i], e);
	return ret;
}

static int read_source(struct work *w, struct err *e)
{
	char *manifest = xasprintf("%s/source.manifest", w->dir);
	struct source_list known;
	int ret;

	step(w, "reading the source");
	source_list_load(&known, manifest);
	ret = source_list_read(&w->list, w->tree, &known, e);
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	source_list_release(&known);
	if (!ret)
		ret = source_list_save(&w->list, manifest, e);
	if (!ret)
		ret = apply_patches(w, e);
	free(manifest);
	return ret;
}

void build_keys(const char *toolchain, const char *config, const struct source_list *source,
		struct build_keys *k)
{
	char hash[SHA256_HEX];
	struct buf b = BUF_INIT;

	buf_addf(&b, RECIPE "\n%s\n%s", toolchain, config);
	sha256_hex(b.data, b.len, k->objects);
	source_list_key(source, hash);
	buf_reset(&b);
	buf_addf(&b, "%s %s", k->objects, hash);
	sha256_hex(b.data, b.len, k->image);
	buf_release(&b);
}

static int configure(const struct work *w, const struct make_job *j, struct err *e)
{
	char *fragment = xasprintf("%s/fragment.config", w->dir);
	char *config = xasprintf("%s/.config", w->obj);
	struct buf text = BUF_INIT;
	int ret = fs_write_atomic(fragment, w->config.text.data, w->config.text.len, e);

	if (!ret)
		ret = make_config(j, fragment, e);
	if (!ret)
		ret = fs_read(config, 0, &text, e);
	if (!ret)
		ret = config_text_check(&w->config, text.data, e);
	buf_release(&text);
	free(config);
	free(fragment);
	return ret;
}

static int compile(struct work *w, struct err *e)
{
	char *manifest = xasprintf("%s/src.manifest", w->dir);
	char *log = xasprintf("%s/make.log", w->dir);
	char *version = xasprintf("%.*s", VERSION_DIGITS, w->keys.image);
	struct make_job j = { .build = w->b,
			      .src = w->src,
			      .obj = w->obj,
			      .log = log,
			      .version = version,
			      .lock = w->lock };
	int ret;

	step(w, "copying what has changed");
	ret = source_list_copy(&w->list, w->src, manifest, e);
	if (!ret)
		ret = stopped(w, e);
	if (!ret)
		ret = fs_mkdir_p(w->obj, e);
	if (!ret)
		ret = configure(w, &j, e);
	if (!ret)
		ret = make_image(&j, e);
	free(version);
	free(log);
	free(manifest);
	return ret;
}

static int write_about(const struct work *w, const char *dir, struct err *e)
{
	json_t *patches = json_array(), *about;
	char *path = xasprintf("%s/build.json", dir);
	char hash[SHA256_HEX];
	int ret;

	for (size_t i = 0; i < w->patches.n; i++) {
		const struct patch *p = &w->patches.v[i];

		sha256_hex(p->text.data, p->text.len, hash);
		json_array_append_new(patches, json_pack("{s:s, s:s, s:s}", "name", p->name, "path",
							 p->path, "sha256", hash));
	}
	sha256_hex(w->config.text.data, w->config.text.len, hash);
	about = json_pack("{s:s, s:s, s:o, s:s, s:s}", "key", w->keys.image, "source", w->tree,
			  "patches", patches, "fragment_sha256", hash, "toolchain",
			  w->toolchain.data);
	ret = fs_write_json(path, about, e);
	json_decref(about);
	free(path);
	return ret;
}

/* What the object folder has that is kept, and its name in the result. */
static const struct product {
	const char *from, *to;
} products[] = {
	{ "arch/x86/boot/bzImage", "bzImage" },
	{ "vmlinux", "vmlinux" },
	{ ".config", "config" },
};

static int copy_products(const struct work *w, const char *dir, struct err *e)
{
	int ret = write_about(w, dir, e);

	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]) && !ret; i++) {
		char *from = xasprintf("%s/%s", w->obj, products[i].from);
		char *to = xasprintf("%s/%s", dir, products[i].to);
		struct buf bytes = BUF_INIT;

		ret = fs_read(from, 0, &bytes, e);
		if (!ret)
			ret = fs_write_atomic(to, bytes.data, bytes.len, e);
		buf_release(&bytes);
		free(to);
		free(from);
	}
	return ret;
}

/* Whole or not at all: made beside the objects, then renamed. */
static int publish(const struct work *w, const char *dest, struct err *e)
{
	char *fresh = xasprintf("%s/result", w->dir);
	struct kernel k;
	int ret = fs_remove_tree(fresh, e);

	if (!ret)
		ret = fs_mkdir_p(fresh, e);
	if (!ret)
		ret = copy_products(w, fresh, e);
	/* Nothing gets a name that could not be loaded under it. */
	if (!ret)
		ret = kernel_load(&k, fresh, e);
	if (!ret) {
		kernel_release(&k);
		if (rename(fresh, dest))
			ret = err_sys(e, errno, "cannot rename %s to %s", fresh, dest);
	}
	free(fresh);
	return ret;
}

static int build(struct work *w, struct err *e)
{
	char *folder, *dest;
	int ret = read_source(w, e);

	if (ret)
		return ret;
	build_keys(buf_str(&w->toolchain), buf_str(&w->config.text), &w->list, &w->keys);
	w->obj = xasprintf("%s/obj-%.*s", w->dir, OBJ_DIGITS, w->keys.objects);
	folder = xasprintf(BUILT "%.*s", IMAGE_DIGITS, w->keys.image);
	dest = xasprintf("%s/%s", w->kernels, folder);
	if (!fs_exists(dest)) {
		ret = stopped(w, e);
		if (!ret)
			ret = compile(w, e);
		if (!ret)
			ret = publish(w, dest, e);
	} else {
		/* The same source, but perhaps of a patch with other words above it. */
		ret = write_about(w, dest, e);
	}
	if (!ret)
		ret = fetch_link(w->kernels, w->b->name, folder, e);
	free(dest);
	free(folder);
	return ret;
}

static void release(struct work *w)
{
	source_list_release(&w->list);
	patchset_release(&w->patches);
	config_text_release(&w->config);
	buf_release(&w->toolchain);
	free(w->tree);
	free(w->kernels);
	free(w->dir);
	free(w->stage);
	free(w->src);
	free(w->obj);
	if (w->lock >= 0)
		close(w->lock);
}

int kernel_build_check(struct err *e)
{
	return make_check_tools(true, e);
}

int kernel_build(const struct kernel_build *b, char **path, struct err *e)
{
	struct work w = { .b = b, .toolchain = BUF_INIT, .list = SOURCE_LIST_INIT, .lock = -1 };
	char *build_dir = NULL;
	int ret = kernel_cache_dir(&w.kernels, e);

	*path = NULL;
	/* What can be known to be wrong is said before anything is fetched. */
	if (!ret)
		ret = check_name(&w, e);
	if (!ret)
		ret = patchset_load(&w.patches, b->patches, b->nr_patches, e);
	if (!ret)
		ret = config_text_load(&w.config, b->config, e);
	if (!ret)
		ret = make_check_tools(b->nr_patches > 0, e);
	if (!ret)
		ret = make_toolchain(&w.toolchain, e);
	if (!ret)
		ret = find_tree(&w, e);
	if (!ret)
		ret = find_build_dir(&build_dir, e);
	if (!ret)
		ret = open_workshop(&w, build_dir, e);
	if (!ret)
		ret = build(&w, e);
	if (!ret)
		*path = xasprintf("%s/%s", w.kernels, b->name);
	else
		err_exit(e, FSDUEL_MACHINE);
	free(build_dir);
	release(&w);
	return ret;
}
