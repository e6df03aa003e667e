/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fetch.c: see fetch_impl.h. One fetch at a time works in a room of the cache;
 * nothing gets its name there before it is whole, so a duel that reads one
 * kernel's modules is not disturbed by a fetch beside it.
 */
#include "runners/kernel/fetch_impl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "lib/fs.h"

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

static int publish(const struct fetch *f, const char *tree, const char *dest, struct err *e)
{
	if (syncfs(f->lock))
		return err_sys(e, errno, "cannot flush %s", f->root);
	if (rename(tree, dest))
		return err_sys(e, errno, "cannot rename %s to %s", tree, dest);
	return 0;
}

static int unpack(const struct fetch *f, const char *tmp, const char *tree, struct err *e)
{
	char *deb = find_deb(tmp);
	int ret;

	if (!deb)
		return err_add(e, EIO, "apt-get download left no package in %s", tmp);
	ret = f->kind->unpack(tmp, deb, tree, e);
	free(deb);
	return ret;
}

/* Make dest from the package: in a folder beside it, then renamed. */
static int fetch_package(const struct fetch *f, const char *dest, struct err *e)
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
		ret = unpack(f, tmp, tree, e);
	if (!ret)
		ret = publish(f, tree, dest, e);
	fs_remove_tree(tmp, NULL);
	free(tree);
	free(tmp);
	return ret;
}

int fetch_link(const char *dir, const char *name, const char *folder, struct err *e)
{
	char *path = xasprintf("%s/%s", dir, name);
	char *tmp = xasprintf("%s/.link-%d", dir, (int)getpid());
	char now[PATH_MAX];
	ssize_t n = readlink(path, now, sizeof(now));
	int ret = 0;

	if (n == (ssize_t)strlen(folder) && !memcmp(now, folder, (size_t)n))
		goto out;
	if ((unlink(tmp) && errno != ENOENT) || symlink(folder, tmp) || rename(tmp, path))
		ret = err_sys(e, errno, "cannot make the link %s", path);
out:
	free(tmp);
	free(path);
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

static int lock_room(struct fetch *f, struct err *e)
{
	char *path = xasprintf("%s/.lock", f->root);
	int ret = 0;

	f->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (f->lock < 0 || flock(f->lock, LOCK_EX))
		ret = err_sys(e, errno, "cannot lock %s (FSDUEL_CACHE=DIR names another cache)",
			      path);
	free(path);
	return ret;
}

/* One try with the lists as they are. */
static int fetch_newest(struct fetch *f, struct err *e)
{
	char *folder, *dest;
	int ret;

	free(f->package);
	free(f->version);
	f->package = f->version = NULL;
	if (!f->kind->find(f))
		return err_add(e, ENOENT, "%s %s; %s", f->kind->unknown, f->series, f->kind->hint);
	folder = xasprintf("%s_%s", f->package, f->version);
	dest = xasprintf("%s/%s", f->root, folder);
	ret = fs_exists(dest) ? 0 : fetch_package(f, dest, e);
	if (!ret)
		ret = fetch_link(f->root, f->series, folder, e);
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
	err_add(e, EIO, "cannot fetch a %s %s", f->series, f->kind->what);
	err_add(e, EIO, "%s", first.text);
	if (second.text[0])
		err_add(e, EIO, "%s", second.text);
	return -EIO;
}

bool fetch_is_series(const char *name)
{
	size_t major = strspn(name, "0123456789"), minor;

	if (!major || major > 3 || name[major] != '.')
		return false;
	minor = strspn(name + major + 1, "0123456789");
	return minor && minor <= 4 && !name[major + 1 + minor];
}

int fetch_into(const char *root, const struct fetch_kind *kind, const char *series, struct err *e)
{
	struct fetch f = { .kind = kind, .series = series, .root = root, .lock = -1 };
	char *apt_dir = NULL;
	int ret;

	if (!fetch_is_series(series)) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, EINVAL,
			       "cannot fetch \"%s\": name a Debian series such as 6.1 "
			       "or 6.12",
			       series);
	}
	ret = lock_room(&f, e);
	if (!ret) {
		apt_dir = xasprintf("%s/.apt", root);
		ret = apt_init(&f.apt, apt_dir, e);
	}
	if (!ret) {
		sweep(&f);
		ret = fetch_locked(&f, e);
	}
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	if (f.lock >= 0)
		close(f.lock);
	apt_release(&f.apt);
	free(apt_dir);
	free(f.package);
	free(f.version);
	return ret;
}
