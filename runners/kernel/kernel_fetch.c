/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_fetch.c: which of Debian's packages hold a series' kernel (kernel.h)
 * and its source (kernel_build.h), and how each is unpacked. Fetching itself is
 * done by fetch.c: images into CACHE/kernels, sources into CACHE/sources.
 */
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/kernel/fetch_impl.h"
#include "runners/kernel/kernel.h"
#include "runners/kernel/kernel_build_impl.h"

#define IMAGE_PREFIX "linux-image-"
#define UNPACK_TIMEOUT_NS (1800 * 1000000000ull)

/* Names of meta-packages, tried in this order; the second follows whatever is current. */
static const struct meta {
	const char *before;
	bool series;
	const char *after;
} metas[] = {
	{ IMAGE_PREFIX, true, "-cloud-amd64" },
	{ IMAGE_PREFIX "cloud-amd64", false, "" },
};

/* "linux-image-6.1.0-56-cloud-amd64" out of a Depends line, when it is of that series. */
static char *image_of_series(const char *depends, const char *series)
{
	size_t prefix = strlen(IMAGE_PREFIX), len = strlen(series);
	struct strv words = STRV_INIT;
	char *found = NULL;

	strv_split(&words, depends, " ,|()");
	for (size_t i = 0; i < words.n && !found; i++) {
		const char *w = words.v[i];

		if (!strncmp(w, IMAGE_PREFIX, prefix) && !strncmp(w + prefix, series, len) &&
		    !isdigit((unsigned char)w[prefix + len]))
			found = xstrdup(w);
	}
	strv_release(&words);
	return found;
}

static bool find_image_package(struct fetch *f)
{
	char *image = NULL;

	for (size_t i = 0; i < sizeof(metas) / sizeof(metas[0]) && !image; i++) {
		char *meta = xasprintf("%s%s%s", metas[i].before, metas[i].series ? f->series : "",
				       metas[i].after);
		char *depends = apt_field(&f->apt, meta, "Depends");

		if (depends)
			image = image_of_series(depends, f->series);
		free(depends);
		free(meta);
	}
	if (!image)
		return false;
	/* The same files, less the signature. */
	f->package = xasprintf("%s-unsigned", image);
	f->version = apt_field(&f->apt, f->package, "Version");
	if (!f->version) {
		free(f->package);
		f->package = xstrdup(image);
		f->version = apt_field(&f->apt, f->package, "Version");
	}
	free(image);
	return f->version != NULL;
}

static int run(const char *const *argv, struct err *e)
{
	return proc_check(argv, &(struct proc_opts){ .timeout_ns = UNPACK_TIMEOUT_NS }, NULL, e);
}

static int unpack_image(const char *tmp, const char *deb, const char *tree, struct err *e)
{
	struct kernel k;
	int ret = run((const char *const[]){ "dpkg-deb", "-x", deb, tree, NULL }, e);

	(void)tmp;
	if (ret)
		return ret;
	/* Nothing gets a name that could not be loaded under it. */
	ret = kernel_load(&k, tree, e);
	if (!ret)
		kernel_release(&k);
	return ret;
}

static const struct fetch_kind images = {
	.what = "kernel",
	.unknown = "apt knows no Debian cloud kernel of series",
	.hint = "`apt-cache search linux-image-.*cloud-amd64` lists those it knows",
	.find = find_image_package,
	.unpack = unpack_image,
};

int kernel_fetch(const char *name, char **path, struct err *e)
{
	char *root;
	int ret = kernel_cache_dir(&root, e);

	*path = NULL;
	if (ret)
		return ret;
	ret = fetch_into(root, &images, name, e);
	if (!ret)
		*path = xasprintf("%s/%s", root, name);
	free(root);
	return ret;
}

static bool find_source_package(struct fetch *f)
{
	f->package = xasprintf("linux-source-%s", f->series);
	f->version = apt_field(&f->apt, f->package, "Version");
	return f->version != NULL;
}

/* The package holds usr/src/linux-source-6.12.tar.xz, and that one folder. */
static int unpack_source(const char *tmp, const char *deb, const char *tree, struct err *e)
{
	char *files = xasprintf("%s/files", tmp);
	char *pattern = xasprintf("%s/usr/src/linux-source-*.tar.*", files);
	glob_t found = { 0 };
	int ret = run((const char *const[]){ "dpkg-deb", "-x", deb, files, NULL }, e);

	if (!ret && (glob(pattern, 0, NULL, &found) || found.gl_pathc != 1))
		ret = err_add(e, EIO, "%s holds no usr/src/linux-source-*.tar.xz", deb);
	if (!ret)
		ret = fs_mkdir_p(tree, e);
	if (!ret)
		ret = run((const char *const[]){ "tar", "-x", "-f", found.gl_pathv[0], "-C", tree,
						 "--strip-components=1", "--no-same-owner", NULL },
			  e);
	globfree(&found);
	free(pattern);
	free(files);
	return ret;
}

static const struct fetch_kind sources = {
	.what = "kernel's source",
	.unknown = "apt knows no Debian kernel source of series",
	.hint = "`apt-cache search linux-source-` lists those it knows, --tree DIR builds any tree",
	.find = find_source_package,
	.unpack = unpack_source,
};

int kernel_source(const char *series, char **dir, struct err *e)
{
	char *root = NULL, *path = NULL;
	int ret = fs_cache_room("sources", &root, e);

	*dir = NULL;
	if (ret)
		return ret;
	path = xasprintf("%s/%s", root, series);
	/*
	 * Not "the newest": two kernels that are to be compared must not differ because the
	 * archive moved on between their builds.
	 */
	if (!fetch_is_series(series) || !fs_exists(path))
		ret = fetch_into(root, &sources, series, e);
	if (!ret)
		*dir = realpath(path, NULL);
	if (!ret && !*dir)
		ret = err_sys(e, errno, "cannot find the way to %s", path);
	free(path);
	free(root);
	return ret;
}
