/* SPDX-License-Identifier: GPL-2.0-or-later */
/* experiment.c: see experiment.h. */
#include "tracking/experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data.h"
#include "lib/fs.h"
#include "lib/near.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"
#include "runners/kernel/kernel.h"

#define FOLDER "configs/experiments"

static void release_one(struct experiment *x)
{
	free(x->name);
	free(x->id);
	free(x->path);
}

static void add(struct experiments *x, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	bool ini = dot && dot > base && !strcmp(dot, ".ini");
	struct experiment *new;

	x->v = xrealloc(x->v, x->n + 1, sizeof(*x->v));
	new = &x->v[x->n++];
	new->path = xstrdup(path);
	new->name = ini ? xstrndup(base, (size_t)(dot - base)) : xstrdup(base);
	new->id = xstrndup(new->name, strcspn(new->name, "-"));
}

/* E2 before E2-2cpus before E10; with the suffix the first two would change places. */
static int by_name(const void *a, const void *b)
{
	return strverscmp(((const struct experiment *)a)->name,
			  ((const struct experiment *)b)->name);
}

int experiments_find(struct experiments *all, struct err *e)
{
	struct strv paths = STRV_INIT;

	*all = (struct experiments){ NULL, 0 };
	data_suites(&paths, FOLDER);
	for (size_t i = 0; i < paths.n; i++)
		add(all, paths.v[i]);
	strv_release(&paths);
	if (all->n) {
		qsort(all->v, all->n, sizeof(*all->v), by_name);
		return 0;
	}
	err_exit(e, FSDUEL_USAGE);
	return err_add(e, ENOENT,
		       "there are no experiments (" FOLDER "/*.ini) in " DATA_PLACES
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

/* Two paths of one file are one experiment; two files of one name would share a folder. */
static int add_path(struct experiments *chosen, const char *path, struct err *e)
{
	struct experiment *new, *twin;
	int ret = 0;

	add(chosen, path);
	new = &chosen->v[chosen->n - 1];
	for (twin = chosen->v; strcmp(twin->name, new->name); twin++)
		;
	if (twin == new)
		return 0;
	if (!fs_same(twin->path, new->path)) {
		ret = err_add(e, EINVAL,
			      "%s and %s would share the results folder %s: run them one after "
			      "another, each with its own --output",
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
		ret = err_add(
			e, EINVAL,
			"the kernel '%s' is not said: write source= or image= under [kernel %s]",
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

/* Are suite and kernels of run.json those of today? */
static bool is_same(json_t *run, const struct suite *s)
{
	const char *sha = NULL;
	json_t *kernels = NULL;
	bool same =
		!json_unpack(run, "{s:{s:s} s:o}", "suite", "sha256", &sha, "kernels", &kernels) &&
		!strcmp(sha, s->sha256);

	for (size_t i = 0; i < s->nr_kernels && same; i++) {
		struct kernel now;

		same = !json_unpack(kernels, "{s:{s:s}}", s->kernels[i].label, "sha256", &sha) &&
		       !load(&s->kernels[i], &now, NULL);
		if (same) {
			same = !strcmp(sha, now.sha256);
			kernel_release(&now);
		}
	}
	return same;
}

bool experiment_is_begun(const char *dir)
{
	char *path = xasprintf("%s/" RUN_JSON, dir);
	bool is = fs_exists(path);

	free(path);
	return is;
}

enum experiment_state experiment_state(const char *dir, const struct suite *s, const struct plan *p)
{
	bool begun = experiment_is_begun(dir), whole;
	struct folder f;
	json_t *run = NULL;

	whole = begun && !folder_read_run(dir, &run, NULL) && is_same(run, s) &&
		!folder_open(&f, dir, s, p, NULL);
	if (whole) {
		for (size_t i = 0; i < p->nr_units && whole; i++)
			whole = folder_has(&f, &p->units[i]);
		folder_release(&f);
	}
	json_decref(run);
	return whole ? EXPERIMENT_DONE : begun ? EXPERIMENT_BEGUN : EXPERIMENT_NEW;
}
