/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment.c: experiments found and chosen by name, their kernels made, and how much of
 * one a results folder holds; see experiment.h.
 */
#include "tracking/experiment.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data.h"
#include "lib/fs.h"
#include "lib/near.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"
#include "runners/kernel/kernel.h"

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

/* --- kernels and folders --------------------------------------------------------------- */

static int load(const struct suite_kernel *k, struct kernel *loaded, struct err *e)
{
	struct kernel_build b = suite_kernel_build(k);
	int ret = k->source ? kernel_built(&b, e) : 0;

	if (!ret && !k->ref) {
		err_exit(e, FSDUEL_USAGE);
		ret = err_add(e, EINVAL,
			      "the kernel '%s' is not said: write source= or image= under "
			      "[kernel %s]",
			      k->label, k->label);
	}
	return ret ? ret : kernel_load(loaded, k->ref, e);
}

bool experiment_has_kernel(const struct suite_kernel *k, struct err *why)
{
	struct kernel loaded;
	bool there = !load(k, &loaded, why);

	if (there)
		kernel_release(&loaded);
	return there;
}

/* A kernel of Debian's, "6.12", is fetched; any other image is there or is not. */
static bool can_be_fetched(const struct suite_kernel *k)
{
	return !k->source && k->ref && isdigit((unsigned char)*k->ref) && !strchr(k->ref, '/');
}

static int make_kernel(const struct suite_kernel *k, const struct experiment_making *m,
		       struct err *e)
{
	struct kernel_build b = suite_kernel_build(k);
	struct err why = ERR_INIT;
	char *path = NULL;
	int ret;

	if (experiment_has_kernel(k, &why))
		return 0;
	if (!k->source && !can_be_fetched(k)) {
		err_exit(e, err_exit_code(&why, FSDUEL_USAGE));
		return err_add(e, EINVAL, "%s", why.text);
	}
	if (m->begin)
		m->begin(m->arg, k->ref, k->source);
	b.progress = m->progress;
	b.arg = m->arg;
	b.stop = m->stop;
	ret = k->source ? kernel_build(&b, &path, e) : kernel_fetch(k->ref, &path, e);
	if (m->end)
		m->end(m->arg);
	free(path);
	return ret;
}

int experiment_make_kernels(const struct suite *s, const struct experiment_making *m, struct err *e)
{
	int ret = 0;

	for (size_t i = 0; i < s->nr_kernels && !ret; i++)
		ret = make_kernel(&s->kernels[i], m, e);
	return ret;
}

/* Is what run.json says of suite and kernels what they are now? */
static bool is_same(const json_t *run, const struct suite *s)
{
	const char *sha =
		json_string_value(json_object_get(json_object_get(run, "suite"), "sha256"));
	bool same = sha && !strcmp(sha, s->sha256);

	for (size_t i = 0; i < s->nr_kernels && same; i++) {
		const json_t *then =
			json_object_get(json_object_get(run, "kernels"), s->kernels[i].label);
		struct kernel now;

		sha = json_string_value(json_object_get(then, "sha256"));
		same = sha && !load(&s->kernels[i], &now, NULL);
		if (same) {
			same = !strcmp(sha, now.sha256);
			kernel_release(&now);
		}
	}
	return same;
}

enum experiment_state experiment_state(const char *dir, const struct suite *s, const struct plan *p)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	enum experiment_state state = EXPERIMENT_NEW;
	struct folder f;
	json_t *run = NULL;

	if (fs_exists(path))
		state = EXPERIMENT_BEGUN;
	if (state == EXPERIMENT_BEGUN && !fs_read_json(path, &run, NULL) && is_same(run, s) &&
	    !folder_open(&f, dir, s, p, NULL)) {
		bool whole = true;

		for (size_t i = 0; i < p->nr_units && whole; i++)
			whole = folder_has(&f, &p->units[i]);
		if (whole)
			state = EXPERIMENT_DONE;
		folder_release(&f);
	}
	json_decref(run);
	free(path);
	return state;
}
