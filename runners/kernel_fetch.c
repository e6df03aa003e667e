/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_fetch.c: kernel_fetch of kernel.h: Debian's current cloud image of a
 * series, downloaded by apt-get and unpacked by dpkg-deb, never installed, with
 * no right but to write the cache:
 *
 *   CACHE/kernels/PACKAGE_VERSION/  the unpacked package; never changed again
 *   CACHE/kernels/6.1               a link to the newest fetched, replaced in one rename
 *
 * so a duel that reads one kernel's modules is not disturbed by a fetch beside
 * it. Where the system's package lists are missing or too old, lists of our own
 * are kept under CACHE/kernels/.apt, and so is what apt makes of them.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/apt.h"
#include "runners/kernel.h"

#define IMAGE_PREFIX "linux-image-"
#define UNPACK_TIMEOUT_NS (600 * 1000000000ull)

/* Names of meta-packages, tried in this order; the second follows whatever is current. */
static const struct meta {
	const char *before;
	bool series;
	const char *after;
} metas[] = {
	{ IMAGE_PREFIX, true, "-cloud-amd64" },
	{ IMAGE_PREFIX "cloud-amd64", false, "" },
};

struct fetch {
	const char *series;
	char *root;          /* CACHE/kernels */
	int lock;
	struct apt apt;
	char *package, *version;
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

/* Set f->package and f->version from the package lists; false: they know no such kernel. */
static bool find_package(struct fetch *f)
{
	char *image = NULL;

	free(f->package);
	free(f->version);
	f->package = f->version = NULL;
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

/* Path of the only *.deb in dir (malloc'ed), or NULL. */
static char *find_deb(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	char *found = NULL;

	while (d && !found && (entry = readdir(d)))
		if (!fnmatch("*.deb", entry->d_name, FNM_PERIOD))
			found = xasprintf("%s/%s", dir, entry->d_name);
	if (d)
		closedir(d);
	return found;
}

static int unpack(const char *tmp, const char *tree, struct err *e)
{
	struct kernel k;
	char *deb = find_deb(tmp);
	int ret;

	if (!deb)
		return err_add(e, EIO, "apt-get download left no package in %s", tmp);
	ret = proc_check((const char *const[]){ "dpkg-deb", "-x", deb, tree, NULL },
			 &(struct proc_opts){ .timeout_ns = UNPACK_TIMEOUT_NS }, NULL, e);
	free(deb);
	if (ret)
		return ret;
	/* Nothing gets a name that could not be loaded under it. */
	ret = kernel_load(&k, tree, e);
	if (!ret)
		kernel_release(&k);
	return ret;
}

static int publish(const struct fetch *f, const char *tree, const char *dest, struct err *e)
{
	if (syncfs(f->lock))
		return err_sys(e, errno, "cannot flush %s", f->root);
	if (rename(tree, dest))
		return err_sys(e, errno, "cannot rename %s to %s", tree, dest);
	return 0;
}

/* Make dest from the package: in a folder beside it, then renamed. */
static int fetch_package(struct fetch *f, const char *dest, struct err *e)
{
	char *tmp = xasprintf("%s/.tmp-XXXXXX", f->root);
	char *tree = NULL;
	int ret;

	if (!mkdtemp(tmp)) {
		ret = err_sys(e, errno, "cannot make a folder in %s", f->root);
		free(tmp);
		return ret;
	}
	tree = xasprintf("%s/tree", tmp);
	ret = apt_download(&f->apt, f->package, f->version, tmp, e);
	if (!ret)
		ret = unpack(tmp, tree, e);
	if (!ret)
		ret = publish(f, tree, dest, e);
	fs_remove_tree(tmp, NULL);
	free(tree);
	free(tmp);
	return ret;
}

/* Let CACHE/kernels/SERIES lead to dest. */
static int name_it(const struct fetch *f, const char *folder, struct err *e)
{
	char *name = xasprintf("%s/%s", f->root, f->series);
	char *tmp = xasprintf("%s/.link", f->root);
	char now[PATH_MAX];
	ssize_t n = readlink(name, now, sizeof(now));
	int ret = 0;

	if (n == (ssize_t)strlen(folder) && !memcmp(now, folder, (size_t)n))
		goto out;
	if ((unlink(tmp) && errno != ENOENT) || symlink(folder, tmp) || rename(tmp, name))
		ret = err_sys(e, errno, "cannot make the link %s", name);
out:
	free(tmp);
	free(name);
	return ret;
}

/* What a killed fetch left behind; the lock is ours. */
static void sweep(const struct fetch *f)
{
	DIR *d = opendir(f->root);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		if (!fnmatch(".tmp-*", entry->d_name, 0)) {
			char *path = xasprintf("%s/%s", f->root, entry->d_name);

			fs_remove_tree(path, NULL);
			free(path);
		}
	}
	if (d)
		closedir(d);
}

static int lock_cache(struct fetch *f, struct err *e)
{
	char *path = xasprintf("%s/.lock", f->root);
	int ret = 0;

	f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (f->lock < 0 || flock(f->lock, LOCK_EX))
		ret = err_sys(e, errno, "cannot lock %s", path);
	free(path);
	return ret;
}

/* One try with the lists as they are. */
static int fetch_newest(struct fetch *f, struct err *e)
{
	char *folder, *dest;
	int ret;

	if (!find_package(f))
		return err_add(e, ENOENT,
			       "apt knows no Debian cloud kernel of series %s; `apt-cache search "
			       "linux-image-.*cloud-amd64` lists those it knows",
			       f->series);
	folder = xasprintf("%s_%s", f->package, f->version);
	dest = xasprintf("%s/%s", f->root, folder);
	ret = fs_exists(dest) ? 0 : fetch_package(f, dest, e);
	if (!ret)
		ret = name_it(f, folder, e);
	free(dest);
	free(folder);
	return ret;
}

/* Lists that are missing or older than the archive are a reason to try with our own. */
static int fetch_locked(struct fetch *f, struct err *e)
{
	struct err first = ERR_INIT, second = ERR_INIT;
	int ret = fetch_newest(f, &first);

	if (ret == -ENOENT || ret == -EIO) {
		ret = apt_update(&f->apt, &second);
		if (!ret) {
			err_clear(&first);
			ret = fetch_newest(f, &first);
		}
	}
	if (!ret)
		return 0;
	err_add(e, EIO, "cannot fetch a %s kernel", f->series);
	err_add(e, EIO, "%s", first.text);
	if (second.text[0])
		err_add(e, EIO, "%s", second.text);
	return -EIO;
}

/* "6.1", "6.12": nothing else may reach apt's command line. */
static bool is_series(const char *name)
{
	size_t major = strspn(name, "0123456789"), minor;

	if (!major || major > 3 || name[major] != '.')
		return false;
	minor = strspn(name + major + 1, "0123456789");
	return minor && minor <= 4 && !name[major + 1 + minor];
}

int kernel_fetch(const char *name, char **path, struct err *e)
{
	struct fetch f = { .series = name, .lock = -1 };
	char *apt_dir = NULL;
	int ret;

	*path = NULL;
	if (!is_series(name)) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL, "cannot fetch \"%s\": name a Debian series such as 6.1 "
					  "or 6.12", name);
	}
	ret = kernel_cache_dir(&f.root, e);
	if (!ret)
		ret = lock_cache(&f, e);
	if (!ret) {
		apt_dir = xasprintf("%s/.apt", f.root);
		ret = apt_init(&f.apt, apt_dir, e);
	}
	if (!ret) {
		sweep(&f);
		ret = fetch_locked(&f, e);
	}
	if (!ret)
		*path = xasprintf("%s/%s", f.root, name);
	else
		err_exit(e, FSDUEL_MACHINE);
	if (f.lock >= 0)
		close(f.lock);
	apt_release(&f.apt);
	free(apt_dir);
	free(f.package);
	free(f.version);
	free(f.root);
	return ret;
}
