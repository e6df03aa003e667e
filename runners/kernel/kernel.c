/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.c: from a user's word to a kernel in memory: find, read once, check, identify. */
#include "runners/kernel/kernel.h"

#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fs.h"
#include "runners/kernel/bzimage.h"

_Static_assert(sizeof(((struct kernel *)0)->sha256) == SHA256_HEX, "kernel.h and fs.h disagree");
_Static_assert(sizeof(((struct kernel *)0)->build_id) == BUILD_ID_HEX,
	       "kernel.h and bzimage.h disagree");

/* Where a folder keeps its image: installed or unpacked packages, a build tree, NixOS, UKIs. */
#define IMAGES                                                                                     \
	"{boot/vmlinuz*,{,usr/}lib/modules/*/vmlinuz*,arch/x86/boot/bzImage,vmlinuz*,bzImage*,"    \
	"kernel,{,boot/}EFI/Linux/*.efi}"
/* And where its modules are, from that folder or from one above the image. */
#define MODULES "{,usr/,kernel-modules/}lib/modules/"
#define MODULES_UP 4 /* arch/x86/boot/bzImage */

int kernel_cached(const char *name, char **path, struct err *e)
{
	char *dir;
	int ret = fs_cache_room("kernels", &dir, e);

	if (ret)
		return ret;
	*path = xasprintf("%s%s%s", dir, *name ? "/" : "", name);
	free(dir);
	return 0;
}

/* The path that ref stands for: itself when it exists, else a fetched kernel of that name. */
static int resolve(const char *ref, char **path, struct err *e)
{
	int ret;

	if (*ref && fs_exists(ref)) {
		*path = xstrdup(ref);
		return 0;
	}
	if (!*ref || strchr(ref, '/') || ref[0] == '.')
		return err_add(e, EINVAL, "there is no kernel at \"%s\": no such file or folder",
			       ref);
	ret = kernel_cached(ref, path, e);
	if (ret || fs_exists(*path))
		return ret;
	return err_add(e, EINVAL,
		       "there is no kernel \"%s\": neither a file or folder nor a fetched kernel; "
		       "Debian's are fetched with `fsduel kernel fetch %s`",
		       ref, isdigit((unsigned char)*ref) ? ref : "6.12");
}

/* --- folders -------------------------------------------------------------------------- */

/* The paths dir/pattern; name, quoted like dir, follows. */
static void find(const char *dir, const char *pattern, const char *name, glob_t *found)
{
	const char *const parts[] = { dir, "/", name };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < 3; i++) {
		for (const char *p = parts[i]; *p; p++) {
			if (strchr("*?[]{}\\,", *p))
				buf_addc(&b, '\\');
			buf_addc(&b, *p);
		}
		buf_adds(&b, i == 1 ? pattern : "");
	}
	*found = (glob_t){ 0 };
	glob(b.data, GLOB_BRACE, NULL, found);
	buf_release(&b);
}

/* The one image below root, links to it and copies aside. */
static int find_image(const char *root, const char *ref, char **image, struct err *e)
{
	struct strv hashes = STRV_INIT;
	struct buf names = BUF_INIT;
	glob_t found;
	int ret = 0;

	find(root, IMAGES, "", &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		char hash[SHA256_HEX] = "";
		struct stat st;

		if (stat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		if (!sha256_file(path, hash, NULL) && strv_find(&hashes, hash) >= 0)
			continue;
		if (!hashes.n)
			*image = xstrdup(path);
		buf_addf(&names, "%s%s", hashes.n ? ", " : "", path + strlen(root) + 1);
		strv_add(&hashes, hash);
	}
	if (!hashes.n)
		ret = err_add(e, EINVAL, "%s holds no kernel: looked for " IMAGES, ref);
	else if (hashes.n > 1)
		ret = err_add(e, EINVAL, "%s holds %zu kernels (%s): name one of the files", ref,
			      hashes.n, names.data);
	strv_release(&hashes);
	buf_release(&names);
	globfree(&found);
	return ret;
}

/* Folder of the release's modules below dir, without links, or NULL. */
static char *modules_below(const char *dir, const char *release)
{
	char *modules = NULL;
	glob_t found;

	find(dir, MODULES, release, &found);
	for (size_t i = 0; i < found.gl_pathc && !modules; i++)
		if (kernel_has_modules(found.gl_pathv[i]))
			modules = realpath(found.gl_pathv[i], NULL);
	globfree(&found);
	return modules;
}

/* image is a path without links; root is the folder it was found in, or NULL. */
static char *find_modules(const char *image, const char *root, const char *release)
{
	char *at = xstrdup(image), *slash, *order;
	char *modules = root ? modules_below(root, release) : NULL;

	for (int up = 0; up < MODULES_UP && !modules && (slash = strrchr(at, '/')); up++) {
		*slash = '\0';
		modules = modules_below(at, release);
	}
	/* A build tree after `make modules`. */
	order = xasprintf("%s/modules.order", at);
	if (!modules && fs_exists(order) && kernel_has_modules(at))
		modules = xstrdup(at);
	free(order);
	free(at);
	return modules;
}

/* --- the image -------------------------------------------------------------------------- */

/* Only the kernel in a unified kernel image counts: all else in it is the user's. */
static void unwrap(struct kernel *k)
{
	struct elf_span kernel = uki_linux(k->image.data, k->image.len);

	if (!kernel.data)
		return;
	memmove(k->image.data, kernel.data, kernel.len);
	k->image.len = kernel.len;
	k->uki = true;
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
	char *path = NULL, *image = NULL, *root = NULL;
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
	root = image ? realpath(path, NULL) : NULL;
	k->image_path = realpath(image ? image : path, NULL);
	if (!k->image_path) {
		ret = err_sys(e, errno, "cannot find the way to %s", image ? image : path);
		goto out;
	}
	ret = fs_read(k->image_path, 0, &k->image, e);
	if (ret)
		goto out;
	unwrap(k);
	ret = identify(k, e);
	if (!ret)
		k->modules_dir = find_modules(k->image_path, root, k->release);
out:
	free(root);
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
