/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * source_list.c: reading and hashing a source tree; see source_list.h. In a git
 * work tree git says which files are source, so one that has been built in
 * itself will do; elsewhere every file is, and leftovers of a build are refused
 * because `make O=` refuses them. Manifests and copies are in source_copy.c.
 */
#include "runners/kernel/source_list.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/proc.h"

#define GIT_TIMEOUT_NS (120 * 1000000000ull)

/* What a tree must have to be a kernel's, and what only a build leaves in it. */
static const char *const proofs[] = { "Kbuild", "Kconfig", "Makefile", "arch/x86/Makefile" };
static const char *const leftovers[] = { ".config", "include/config",
					 "arch/x86/include/generated" };

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct source_file *)a)->path, ((const struct source_file *)b)->path);
}

static struct source_file *add(struct source_list *l)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 4096;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	return &l->v[l->n++];
}

void source_list_release(struct source_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
	*l = (struct source_list)SOURCE_LIST_INIT;
}

struct source_file *source_list_find(const struct source_list *l, const char *path)
{
	struct source_file key = { .path = (char *)path };

	return l->n ? bsearch(&key, l->v, l->n, sizeof(key), by_path) : NULL;
}

static int hash_link(const char *path, char out[SHA256_HEX], struct err *e)
{
	char target[PATH_MAX];
	ssize_t n = readlink(path, target, sizeof(target));

	if (n < 0)
		return err_sys(e, errno, "cannot read the link %s", path);
	sha256_hex(target, (size_t)n, out);
	return 0;
}

/* 1: *f is that file; 0: it is no file or link, or has gone. */
static int examine(struct source_file *f, char *root, const char *path,
		   const struct source_list *known, struct err *e)
{
	char *full = xasprintf("%s/%s", root, path);
	const struct source_file *old;
	struct stat st;
	int ret = 0;

	if (lstat(full, &st) || !(S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)))
		goto out;
	*f = (struct source_file){ .path = xstrdup(path), .root = root };
	/* The change time, unlike the other, moves whatever is done to a file. */
	snprintf(f->stamp, sizeof(f->stamp), "%c %lld %lld.%09ld",
		 S_ISLNK(st.st_mode)    ? 'l'
		 : st.st_mode & S_IXUSR ? 'x'
					: 'f',
		 (long long)st.st_size, (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	old = source_list_find(known, path);
	if (old && !strcmp(old->stamp, f->stamp))
		memcpy(f->hash, old->hash, sizeof(f->hash));
	else if (S_ISLNK(st.st_mode))
		ret = hash_link(full, f->hash, e);
	else
		ret = sha256_file(full, f->hash, e);
	if (ret)
		free(f->path);
	ret = ret ? ret : 1;
out:
	free(full);
	return ret;
}

static int examine_into(struct source_list *l, char *root, const char *path,
			const struct source_list *known, struct err *e)
{
	struct source_file f;
	int ret = examine(&f, root, path, known, e);

	if (strchr(path, '\n'))
		ret = err_add(e, EINVAL, "%s has a file with a newline in its name: %s", root,
			      path);
	if (ret > 0)
		*add(l) = f;
	return ret < 0 ? ret : 0;
}

static int read_git(struct source_list *l, char *root, const struct source_list *known,
		    struct err *e)
{
	/* Whoever owns the tree: it is about to be compiled. Nothing of it is written. */
	const char *const argv[] = { "git",
				     "--no-optional-locks",
				     "-c",
				     "safe.directory=*",
				     "-c",
				     "core.fsmonitor=false",
				     "-C",
				     root,
				     "ls-files",
				     "-z",
				     "--cached",
				     "--others",
				     "--exclude-standard",
				     NULL };
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out, .timeout_ns = GIT_TIMEOUT_NS };
	int ret = proc_check(argv, &o, NULL, e);

	for (size_t at = 0; !ret && at < out.len; at += strlen(out.data + at) + 1)
		ret = examine_into(l, root, out.data + at, known, e);
	buf_release(&out);
	return ret;
}

static int check_leftovers(const char *root, struct err *e)
{
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(leftovers[0]); i++) {
		char *path = xasprintf("%s/%s", root, leftovers[i]);
		bool there = fs_exists(path);

		free(path);
		if (there)
			return err_add(
				e, EINVAL,
				"%s has been built in itself (it has %s) and is no git work "
				"tree, so source and results cannot be told apart: run `make "
				"mrproper` there, or give a clean copy",
				root, leftovers[i]);
	}
	return 0;
}

static int read_all(struct source_list *l, char *root, const struct source_list *known,
		    struct err *e)
{
	char *const roots[] = { root, NULL };
	int ret = check_leftovers(root, e);
	FTS *fts = ret ? NULL : fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
	FTSENT *entry;

	if (!ret && !fts)
		ret = err_sys(e, errno, "cannot read %s", root);
	while (!ret && (entry = fts_read(fts))) {
		if (entry->fts_level == 1 && !strcmp(entry->fts_name, ".git"))
			fts_set(fts, entry, FTS_SKIP);
		else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			ret = err_sys(e, entry->fts_errno, "cannot read %s", entry->fts_path);
		else if (entry->fts_info != FTS_D && entry->fts_info != FTS_DP)
			ret = examine_into(l, root, entry->fts_path + strlen(root) + 1, known, e);
	}
	if (fts)
		fts_close(fts);
	return ret;
}

static int check_tree(const char *root, struct err *e)
{
	for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++) {
		char *path = xasprintf("%s/%s", root, proofs[i]);
		bool there = fs_exists(path);

		free(path);
		if (!there)
			return err_add(e, EINVAL, "%s is no kernel tree: it has no %s", root,
				       proofs[i]);
	}
	return 0;
}

int source_list_read(struct source_list *l, char *root, const struct source_list *known,
		     struct err *e)
{
	char *dot_git = xasprintf("%s/.git", root), *git = proc_which("git");
	size_t kept = 0;
	int ret = check_tree(root, e);

	*l = (struct source_list)SOURCE_LIST_INIT;
	if (!ret && git && fs_exists(dot_git))
		ret = read_git(l, root, known, e);
	else if (!ret)
		ret = read_all(l, root, known, e);
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_path);
	/* git names a file in conflict once a side. */
	for (size_t i = 0; i < l->n; i++) {
		if (kept && !strcmp(l->v[kept - 1].path, l->v[i].path))
			free(l->v[i].path);
		else
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
	if (ret)
		source_list_release(l);
	free(git);
	free(dot_git);
	return ret;
}

int source_list_update(struct source_list *l, char *root, const char *path, struct err *e)
{
	static const struct source_list none = SOURCE_LIST_INIT;
	struct source_file *old = source_list_find(l, path);
	struct source_file f;
	int ret = examine(&f, root, path, &none, e);

	if (ret < 0)
		return ret;
	if (old) {
		free(old->path);
		*old = l->v[--l->n];
	}
	if (ret)
		*add(l) = f;
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_path);
	return 0;
}

void source_list_key(const struct source_list *l, char out[SHA256_HEX])
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(&b, "%c %s %s\n", l->v[i].stamp[0], l->v[i].hash, l->v[i].path);
	sha256_hex(buf_str(&b), b.len, out);
	buf_release(&b);
}
