/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_built.c: a kernel known by what it is made of: its name, the command
 * that builds it, and whether the cache has it as it would be built now. It
 * trusts build.json, which lies beside every image that was built; nothing is
 * compiled and no source is read.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "runners/kernel/kernel.h"
#include "runners/kernel/kernel_build_impl.h"

#define PATCH_SUFFIX ".patch"
#define SOURCE_PREFIX "linux-source-" /* of the folders in CACHE/sources, "_VERSION" follows */

static void add_patch_name(struct buf *b, const char *patch)
{
	const char *slash = strrchr(patch, '/');
	const char *name = slash ? slash + 1 : patch;
	size_t len = strlen(name), suffix = strlen(PATCH_SUFFIX);

	if (len > suffix && !strcmp(name + len - suffix, PATCH_SUFFIX))
		len -= suffix;
	buf_add(b, name, len);
}

char *kernel_build_name(const char *series, const char *const *patches, size_t nr)
{
	struct buf b = BUF_INIT;

	if (!nr)
		return xasprintf("stock-%s", series);
	for (size_t i = 0; i < nr; i++) {
		if (i)
			buf_addc(&b, '+');
		add_patch_name(&b, patches[i]);
	}
	if (strcmp(series, KERNEL_BUILD_SERIES))
		buf_addf(&b, "-%s", series);
	return buf_detach(&b, NULL);
}

void kernel_build_command(const struct kernel_build *b, struct buf *out)
{
	buf_addf(out, "fsduel kernel build %s", b->name);
	if (strcmp(b->series, KERNEL_BUILD_SERIES))
		buf_addf(out, " --source %s", b->series);
	for (size_t i = 0; i < b->nr_patches; i++)
		buf_addf(out, " --patch %s", b->patches[i]);
}

/* "/cache/sources/linux-source-6.12_6.12.117-1" is of series 6.12. */
static bool same_series(const json_t *about, const char *series)
{
	const char *source = json_string_value(json_object_get(about, "source"));
	const char *slash = source ? strrchr(source, '/') : NULL;
	char *start = xasprintf(SOURCE_PREFIX "%s_", series);
	bool same = slash && !strncmp(slash + 1, start, strlen(start));

	free(start);
	return same;
}

static bool same_hash(const json_t *object, const char *key, const struct buf *text)
{
	const char *then = json_string_value(json_object_get(object, key));
	char now[SHA256_HEX];

	sha256_hex(text->data, text->len, now);
	return then && !strcmp(then, now);
}

static bool same_patches(const json_t *about, const struct patchset *patches)
{
	const json_t *list = json_object_get(about, "patches");
	bool same = json_array_size(list) == patches->n;

	for (size_t i = 0; i < patches->n && same; i++)
		same = same_hash(json_array_get(list, i), "sha256", &patches->v[i].text);
	return same;
}

/* What the image of that name is made of, or NULL: there is none that was built. */
static json_t *read_about(const char *name)
{
	json_t *about = NULL;
	char *dir, *path;

	if (kernel_cache_dir(&dir, NULL))
		return NULL;
	path = xasprintf("%s/%s/build.json", dir, name);
	if (!fs_exists(path) || fs_read_json(path, &about, NULL))
		about = NULL;
	free(path);
	free(dir);
	return about;
}

int kernel_built(const struct kernel_build *b, struct err *e)
{
	struct patchset patches;
	struct config_text config = { 0 };
	struct buf command = BUF_INIT;
	json_t *about = NULL;
	int ret = patchset_load(&patches, b->patches, b->nr_patches, e);

	if (!ret)
		ret = config_text_load(&config, b->config, e);
	if (ret)
		goto out;
	about = read_about(b->name);
	if (about && same_series(about, b->series) && same_patches(about, &patches) &&
	    same_hash(about, "fragment_sha256", &config.text))
		goto out;
	kernel_build_command(b, &command);
	ret = err_add(e, ENOENT, "%s %s: build it with `%s`",
		      about ? "the cache has another kernel" : "there is no kernel", b->name,
		      command.data);
out:
	if (ret)
		err_exit(e, FSDUEL_USAGE);
	json_decref(about);
	buf_release(&command);
	config_text_release(&config);
	patchset_release(&patches);
	return ret;
}
