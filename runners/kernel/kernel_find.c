/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel_find.c: two tables of places, and how they are walked; see kernel_find.h. */
#include "runners/kernel/kernel_find.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/fs.h"

#define NAMES_MAX 8 /* of several kernels, in a sentence */
#define NR(a) (sizeof(a) / sizeof((a)[0]))

/* Where a folder keeps its image; all of them are looked at. */
static const struct place {
	const char *dir;
	bool each; /* not in dir, but in each of its folders */
	const char *pattern;
} places[] = {
	{ "boot", false, "vmlinuz*" },       /* Debian, Ubuntu, an installed root, make tar-pkg */
	{ "lib/modules", true, "vmlinuz*" }, /* Fedora */
	{ "usr/lib/modules", true, "vmlinuz*" }, /* Arch, openSUSE */
	{ "arch/x86/boot", false, "bzImage" },   /* a build tree */
	{ "", false, "vmlinuz*" },               /* make install */
	{ "", false, "bzImage*" },
	{ "", false, "kernel" },         /* a NixOS system */
	{ "EFI/Linux", false, "*.efi" }, /* unified kernel images */
	{ "boot/EFI/Linux", false, "*.efi" },
};

/* Things that a folder without an image may hold instead, and the advice for each. */
static const struct {
	const char *path, *hint;
} instead[] = {
	{ "arch/arm64/boot/Image", "its kernel is arm64's, and fsduel boots x86-64 kernels" },
	{ "arch/riscv/boot/Image", "its kernel is RISC-V's, and fsduel boots x86-64 kernels" },
	{ "vmlinux", "it has a vmlinux: run `make bzImage` there" },
	{ "lib/modules", "it has modules: unpack the package with the image into it, too" },
	{ "usr/lib/modules", "it has modules: unpack the package with the image into it, too" },
};

/* Where the modules of an image may be: so many folders up from it, or from the folder given. */
static const struct module_place {
	int up;          /* FROM_ROOT: in the folder that was given */
	const char *dir; /* "/RELEASE" follows */
} module_places[] = {
#define FROM_ROOT (-1)
	{ FROM_ROOT, "lib/modules" },
	{ FROM_ROOT, "usr/lib/modules" },
	{ FROM_ROOT, "kernel-modules/lib/modules" }, /* a NixOS system */
	{ 0, "lib/modules" },
	{ 0, "usr/lib/modules" },
	{ 1, "lib/modules" }, /* of boot/vmlinuz */
	{ 1, "usr/lib/modules" },
	{ 3, "lib/modules" }, /* of arch/x86/boot/bzImage, EFI/Linux/x.efi */
	{ 3, "usr/lib/modules" },
};
#define BUILD_TREE_UP 3
#define BUILD_TREE_PROOF "modules.order" /* there after `make modules` */

/* --- the image ------------------------------------------------------------------------ */

static bool known(const struct strv *found, const char *path)
{
	for (size_t i = 0; i < found->n; i++)
		if (fs_same(found->v[i], path))
			return true;
	return false;
}

/* The files in dir that match, or with each those in its folders; by name. */
static void scan(const char *dir, bool each, const char *pattern, struct strv *found)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		char *path = xasprintf("%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
		struct stat st;

		if (each && name[0] != '.')
			scan(path, false, pattern, found);
		else if (!each && !fnmatch(pattern, name, FNM_PERIOD) && !stat(path, &st) &&
			 S_ISREG(st.st_mode) && !known(found, path))
			strv_add(found, path);
		free(path);
		free(entries[i]);
	}
	free(entries);
}

/* An installed root often has a kernel twice: in /boot and beside its modules. */
static void drop_copies(struct strv *found)
{
	struct strv hashes = STRV_INIT;
	size_t kept = 0;

	for (size_t i = 0; i < found->n; i++) {
		char hash[SHA256_HEX] = "";

		if (!sha256_file(found->v[i], hash, NULL) && strv_find(&hashes, hash) >= 0) {
			free(found->v[i]);
			continue;
		}
		strv_add(&hashes, hash);
		found->v[kept++] = found->v[i];
	}
	found->n = kept;
	strv_release(&hashes);
}

static int no_image(const char *root, const char *ref, struct err *e)
{
	const char *hint = NULL;

	for (size_t i = 0; i < NR(instead) && !hint; i++) {
		char *path = xasprintf("%s/%s", root, instead[i].path);

		hint = fs_exists(path) ? instead[i].hint : NULL;
		free(path);
	}
	return err_add(
		e, EINVAL,
		"%s holds no kernel: looked for boot/vmlinuz*, lib/modules/*/vmlinuz*, "
		"usr/lib/modules/*/vmlinuz*, arch/x86/boot/bzImage, vmlinuz*, bzImage*, kernel, "
		"EFI/Linux/*.efi and boot/EFI/Linux/*.efi%s%s",
		ref, hint ? "; " : "", hint ? hint : "");
}

static int several(const char *root, const char *ref, const struct strv *found, struct err *e)
{
	struct buf names = BUF_INIT;
	size_t root_len = strlen(root);
	int ret;

	for (size_t i = 0; i < found->n && i < NAMES_MAX; i++) {
		const char *name = found->v[i] + root_len;

		buf_addf(&names, "%s%s", i ? ", " : "", name + strspn(name, "/"));
	}
	ret = err_add(e, EINVAL, "%s holds %zu kernels (%s%s): name one of the files, such as %s",
		      ref, found->n, names.data, found->n > NAMES_MAX ? ", ..." : "", found->v[0]);
	buf_release(&names);
	return ret;
}

int kernel_find_image(const char *root, const char *ref, char **image, struct err *e)
{
	struct strv found = STRV_INIT;
	int ret = 0;

	for (size_t i = 0; i < NR(places); i++) {
		char *dir = xasprintf("%s%s%s", root, *places[i].dir ? "/" : "", places[i].dir);

		scan(dir, places[i].each, places[i].pattern, &found);
		free(dir);
	}
	if (found.n > 1)
		drop_copies(&found);
	if (found.n == 1)
		*image = xstrdup(found.v[0]);
	else
		ret = found.n ? several(root, ref, &found, e) : no_image(root, ref, e);
	strv_release(&found);
	return ret;
}

/* --- its modules ---------------------------------------------------------------------- */

/* The folder that is so many above the one the file is in (malloc'ed). */
static char *folder_above(const char *file, int up)
{
	char *dir = xstrdup(file), *slash;

	for (up++; up-- > 0 && (slash = strrchr(dir, '/'));)
		*slash = '\0';
	return dir;
}

/* dir without links when it holds modules, else NULL; it is noted as looked at. */
static char *look(const char *dir, struct strv *looked)
{
	char *real = realpath(dir, NULL);

	if (strv_find(looked, real ? real : dir) < 0) {
		strv_add(looked, real ? real : dir);
		if (real && modules_any(real))
			return real;
	}
	free(real);
	return NULL;
}

static char *look_in_places(const char *image, const char *root, const char *release,
			    struct strv *looked)
{
	char *found = NULL;

	for (size_t i = 0; i < NR(module_places) && !found; i++) {
		const struct module_place *p = &module_places[i];
		char *base, *dir;

		if (p->up == FROM_ROOT && !root)
			continue;
		base = p->up == FROM_ROOT ? xstrdup(root) : folder_above(image, p->up);
		dir = xasprintf("%s/%s/%s", base, p->dir, release);
		found = look(dir, looked);
		free(base);
		free(dir);
	}
	return found;
}

char *kernel_find_modules(const char *image, const char *root, const char *release, char **looked)
{
	char *own = folder_above(image, 0), *slash = strrchr(own, '/'), *found = NULL;
	char *tree = folder_above(image, BUILD_TREE_UP);
	char *proof = xasprintf("%s/" BUILD_TREE_PROOF, tree);
	struct buf names = BUF_INIT;
	struct strv at = STRV_INIT;

	/* The image's own folder, when it is called like the release: lib/modules/RELEASE. */
	if (slash && !strcmp(slash + 1, release))
		found = look(own, &at);
	if (!found)
		found = look_in_places(image, root, release, &at);
	if (!found && fs_exists(proof))
		found = look(tree, &at);
	for (size_t i = 0; i < at.n; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", at.v[i]);
	*looked = buf_detach(&names, NULL);
	strv_release(&at);
	free(proof);
	free(tree);
	free(own);
	return found;
}
