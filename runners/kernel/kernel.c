/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel.c: from what the user wrote to a kernel in memory: resolve the
 * reference, find the one image in a folder, read it once, check and identify
 * it. Headers are read in bzimage.c, modules in modules.c, downloads are made
 * in kernel_fetch.c.
 */
#include "runners/kernel/kernel.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fs.h"
#include "runners/kernel/bzimage.h"

_Static_assert(sizeof(((struct kernel *)0)->sha256) == SHA256_HEX, "kernel.h and fs.h disagree");
_Static_assert(sizeof(((struct kernel *)0)->build_id) == BUILD_ID_HEX,
	       "kernel.h and bzimage.h disagree");

/* Where a folder keeps its image; all of them are looked at. */
static const struct place {
	const char *dir, *pattern;
} places[] = {
	{ "boot", "vmlinuz*" },             /* an unpacked package, or / itself */
	{ "arch/x86/boot", "bzImage" },     /* a build tree */
	{ "", "vmlinuz*" },
	{ "", "bzImage*" },
};

/* Where the modules of an image may be, seen from the folder it is in. */
static const struct module_place {
	const char *before;
	bool release;        /* "/RELEASE" follows */
	const char *proof;   /* a file that must be there, or NULL */
} module_places[] = {
	{ "../lib/modules", true, NULL },
	{ "../usr/lib/modules", true, NULL },
	{ "lib/modules", true, NULL },
	{ "../../../lib/modules", true, NULL },     /* a build tree, modules installed into it */
	{ "../../..", false, "modules.order" },     /* a build tree after `make modules` */
};

int kernel_cache_dir(char **out, struct err *e)
{
	return fs_cache_room("kernels", out, e);
}

static void scan_place(const char *root, const struct place *p, struct strv *found)
{
	char *dir = xasprintf("%s%s%s", root, *p->dir ? "/" : "", p->dir);
	DIR *d = opendir(dir);
	struct dirent *entry;
	struct stat st;

	while (d && (entry = readdir(d))) {
		char *path;

		if (fnmatch(p->pattern, entry->d_name, FNM_PERIOD))
			continue;
		path = xasprintf("%s/%s", dir, entry->d_name);
		if (!stat(path, &st) && S_ISREG(st.st_mode))
			strv_add(found, path);
		free(path);
	}
	if (d)
		closedir(d);
	free(dir);
}

/* The one image in a folder. */
static int find_image(const char *root, const char *ref, char **image, struct err *e)
{
	struct strv found = STRV_INIT;
	int ret = 0;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		scan_place(root, &places[i], &found);
	if (found.n == 1)
		*image = xstrdup(found.v[0]);
	else if (!found.n)
		ret = err_add(e, EINVAL,
			      "%s holds no kernel: looked for boot/vmlinuz-*, "
			      "arch/x86/boot/bzImage, vmlinuz* and bzImage*",
			      ref);
	else
		ret = err_add(e, EINVAL, "%s holds %zu kernels (%s, %s%s): name one of the files",
			      ref, found.n, found.v[0] + strlen(root) + 1,
			      found.v[1] + strlen(root) + 1, found.n > 2 ? ", ..." : "");
	strv_release(&found);
	return ret;
}

/* The path that ref stands for: itself when it exists, else a fetched kernel of that name. */
static int resolve(const char *ref, char **path, struct err *e)
{
	char *dir;
	int ret;

	if (*ref && fs_exists(ref)) {
		*path = xstrdup(ref);
		return 0;
	}
	if (!*ref || strchr(ref, '/') || ref[0] == '.')
		return err_add(e, EINVAL, "there is no kernel at \"%s\": no such file or folder",
			       ref);
	ret = kernel_cache_dir(&dir, e);
	if (ret)
		return ret;
	*path = xasprintf("%s/%s", dir, ref);
	free(dir);
	if (fs_exists(*path))
		return 0;
	return err_add(e, EINVAL,
		       "there is no kernel \"%s\": neither a file or folder nor a fetched kernel; "
		       "Debian's are fetched with `fsduel kernel fetch %s`",
		       ref, isdigit((unsigned char)*ref) ? ref : "6.12");
}

static char *find_modules(const char *image, const char *release)
{
	const char *slash = strrchr(image, '/');
	int dir_len = (int)(slash - image);
	char *found = NULL;

	for (size_t i = 0; i < sizeof(module_places) / sizeof(module_places[0]) && !found; i++) {
		const struct module_place *p = &module_places[i];
		char *dir = xasprintf("%.*s/%s%s%s", dir_len, image, p->before,
				      p->release ? "/" : "", p->release ? release : "");
		char *proof = p->proof ? xasprintf("%s/%s", dir, p->proof) : NULL;

		if (!proof || fs_exists(proof))
			found = realpath(dir, NULL);
		free(proof);
		free(dir);
	}
	return found;
}

static int identify(struct kernel *k, struct err *e)
{
	struct bzimage b;
	int ret = bzimage_parse(&b, k->image.data, k->image.len, k->image_path, e);

	if (ret)
		return ret;
	sha256_hex(k->image.data, k->image.len, k->sha256);
	k->release = bzimage_release(&b);
	k->version = bzimage_build(&b);
	if (!*k->release)
		return err_add(e, EINVAL, "%s does not say which release it is", k->image_path);
	ret = bzimage_vmlinux(&b, &k->vmlinux, e);
	if (ret)
		return err_add(e, -ret, "the kernel inside %s cannot be unpacked", k->image_path);
	vmlinux_build_id(k->vmlinux.data, k->vmlinux.len, k->build_id);
	if (!vmlinux_boots_directly(k->vmlinux.data, k->vmlinux.len))
		buf_release(&k->vmlinux);
	return 0;
}

static int load(struct kernel *k, const char *ref, struct err *e)
{
	char *path = NULL, *image = NULL;
	struct stat st;
	int ret = resolve(ref, &path, e);

	if (ret)
		goto out;
	if (stat(path, &st)) {
		ret = err_sys(e, errno, "cannot look at %s", path);
		goto out;
	}
	if (S_ISDIR(st.st_mode))
		ret = find_image(path, ref, &image, e);
	else if (!S_ISREG(st.st_mode))
		ret = err_add(e, EINVAL, "%s is neither a file nor a folder", ref);
	if (ret)
		goto out;
	k->image_path = realpath(image ? image : path, NULL);
	if (!k->image_path) {
		ret = err_sys(e, errno, "cannot find the way to %s", image ? image : path);
		goto out;
	}
	ret = fs_read(k->image_path, 0, &k->image, e);
	if (!ret)
		ret = identify(k, e);
	if (!ret)
		k->modules_dir = find_modules(k->image_path, k->release);
out:
	free(image);
	free(path);
	return ret;
}

int kernel_load(struct kernel *k, const char *ref, struct err *e)
{
	int ret;

	*k = (struct kernel){ .ref = xstrdup(ref), .image = BUF_INIT };
	ret = load(k, ref, e);
	if (ret) {
		err_exit(e, FSDUEL_USAGE);
		kernel_release(k);
	}
	return ret;
}

void kernel_release(struct kernel *k)
{
	free(k->ref);
	free(k->image_path);
	free(k->modules_dir);
	free(k->release);
	free(k->version);
	buf_release(&k->image);
	buf_release(&k->vmlinux);
	*k = (struct kernel){ .image = BUF_INIT };
}
