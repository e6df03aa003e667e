/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment.c: experiments found and chosen by name; see experiment.h. Their
 * kernels and folders are experiment_state.c's.
 */
#include "tracking/experiment.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data.h"
#include "lib/fs.h"
#include "lib/near.h"

#define FOLDER "configs/experiments"
#define PATTERN "*.ini"
#define SUFFIX ".ini"

static void release_one(struct experiment *x)
{
	free(x->name);
	free(x->id);
	free(x->path);
}

static void add(struct experiments *x, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = strlen(base), suffix = strlen(SUFFIX);
	struct experiment *new;

	if (len > suffix && !strcmp(base + len - suffix, SUFFIX))
		len -= suffix;
	x->v = xrealloc(x->v, x->n + 1, sizeof(*x->v));
	new = &x->v[x->n++];
	new->path = xstrdup(path);
	new->name = xstrndup(base, len);
	new->id = xstrndup(new->name, strcspn(new->name, "-"));
}

static int is_experiment(const struct dirent *entry)
{
	return !fnmatch(PATTERN, entry->d_name, FNM_PERIOD);
}

/* E2 before E2-2cpus before E10; with the suffix the first two would change places. */
static int by_name(const void *a, const void *b)
{
	return strverscmp(((const struct experiment *)a)->name,
			  ((const struct experiment *)b)->name);
}

static void scan(struct experiments *all, const char *dir)
{
	struct dirent **entries = NULL;
	int nr = scandir(dir, &entries, is_experiment, NULL);

	for (int i = 0; i < nr; i++) {
		char *path = xasprintf("%s/%s", dir, entries[i]->d_name);

		add(all, path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), by_name);
}

int experiments_find(struct experiments *all, struct err *e)
{
	char *dir;

	*all = (struct experiments){ NULL, 0 };
	for (unsigned i = 0; !all->n && (dir = data_place(i, FOLDER)); i++) {
		scan(all, dir);
		free(dir);
	}
	if (all->n)
		return 0;
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, ENOENT,
		       "there are no experiments (" FOLDER "/" PATTERN ") in " DATA_PLACES
		       "; a suite is given by its path, ./mine.ini");
}

static bool is_named(const struct experiment *x, const char *word)
{
	return !strcmp(word, "all") || !strcmp(word, x->id) || !strcmp(word, x->name);
}

static int unknown(const struct experiments *all, const char *word, struct err *e)
{
	struct strv names = STRV_INIT;
	struct buf hint = BUF_INIT;

	strv_add(&names, "all");
	for (size_t i = 0; i < all->n; i++)
		strv_add(&names, all->v[i].name);
	near_hint(&hint, word, (const char *const *)names.v);
	err_add(e, EINVAL, "unknown experiment \"%.80s\"%s", word, buf_str(&hint));
	err_exit(e, FSDUEL_USAGE);
	buf_release(&hint);
	strv_release(&names);
	return -EINVAL;
}

/* Paths of one file are one experiment; two of one name would share a results folder. */
static int add_path(struct experiments *chosen, const char *path, struct err *e)
{
	const struct experiment *twin = NULL;
	struct experiment *new;
	int ret = 0;

	add(chosen, path);
	new = &chosen->v[chosen->n - 1];
	for (size_t i = 0; i + 1 < chosen->n && !twin; i++)
		if (!strcmp(chosen->v[i].name, new->name))
			twin = &chosen->v[i];
	if (!twin)
		return 0;
	if (!fs_same(twin->path, new->path)) {
		ret = err_add(e, EINVAL,
			      "%s and %s would share the results folder %s: run them one "
			      "after another, each with its own --output",
			      twin->path, new->path, new->name);
		err_exit(e, FSDUEL_USAGE);
	}
	release_one(new);
	chosen->n--;
	return ret;
}

int experiments_choose(struct experiments *chosen, const struct experiments *all,
		       char *const *words, unsigned nr, struct err *e)
{
	int ret = 0;

	*chosen = (struct experiments){ NULL, 0 };
	for (unsigned w = 0; w < nr; w++) {
		bool known = strchr(words[w], '/');

		for (size_t i = 0; i < all->n && !known; i++)
			known = is_named(&all->v[i], words[w]);
		if (!known)
			ret = unknown(all, words[w], e);
	}
	for (size_t i = 0; i < all->n && !ret; i++) {
		bool named = false;

		for (unsigned w = 0; w < nr; w++)
			named |= is_named(&all->v[i], words[w]);
		if (named)
			add(chosen, all->v[i].path);
	}
	for (unsigned w = 0; w < nr && !ret; w++)
		if (strchr(words[w], '/'))
			ret = add_path(chosen, words[w], e);
	return ret;
}

void experiments_release(struct experiments *x)
{
	for (size_t i = 0; i < x->n; i++)
		release_one(&x->v[i]);
	free(x->v);
	*x = (struct experiments){ NULL, 0 };
}

char *experiment_folder(const struct experiment *x, const char *dir, enum mode mode, bool unscaled)
{
	return xasprintf("%s/%s%s%s%s", dir, x->name, unscaled ? "-unscaled" : "",
			 mode == MODE_EXACT ? "" : "-", mode == MODE_EXACT ? "" : mode_names[mode]);
}
