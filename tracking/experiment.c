/* SPDX-License-Identifier: GPL-2.0-or-later */
/* experiment.c: see experiment.h. */
#include "tracking/experiment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/data.h"
#include "lib/near.h"
#include "runners/kernel/kernel.h"
#include "runners/kernel/kernel_build.h"

#define FOLDER "configs/experiments"

static void add(struct experiments *x, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');
	bool ini = dot && dot > base && !strcmp(dot, ".ini");
	struct experiment *new;

	x->v = xrealloc(x->v, x->n + 1, sizeof(*x->v));
	new = &x->v[x->n++];
	new->path = xstrdup(path);
	new->name = xstrndup(base, ini ? (size_t)(dot - base) : strlen(base));
	new->id = xstrndup(new->name, strcspn(new->name, "-"));
}

/* E2 before E2-2cpus before E10; with the suffix the first two would change places. */
static int by_name(const void *a, const void *b)
{
	return strverscmp(((const struct experiment *)a)->name,
			  ((const struct experiment *)b)->name);
}

static void find_all(struct experiments *all)
{
	struct strv paths = STRV_INIT;

	data_suites(&paths, FOLDER);
	for (size_t i = 0; i < paths.n; i++)
		add(all, paths.v[i]);
	strv_release(&paths);
	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), by_name);
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
	if (all->n)
		err_add(e, EINVAL, "unknown experiment \"%.80s\"%s", word, buf_str(&hint));
	else
		err_add(e, EINVAL,
			"there are no experiments (" FOLDER "/*.ini) in " DATA_PLACES
			"; a suite is given by its path, ./mine.ini");
	err_exit(e, FSDUEL_USAGE);
	buf_release(&hint);
	strv_release(&names);
	return -EINVAL;
}

int experiments_choose(struct experiments *chosen, char *const *words, unsigned nr, struct err *e)
{
	char *const everything[] = { (char[]){ "all" } };
	struct experiments all = { NULL, 0 };
	int ret = 0;

	*chosen = all;
	find_all(&all);
	words = nr ? words : everything;
	nr = nr ? nr : 1;
	for (unsigned w = 0; w < nr; w++) {
		bool known = strchr(words[w], '/');

		for (size_t i = 0; i < all.n && !known; i++)
			known = is_named(&all.v[i], words[w]);
		if (!known)
			ret = unknown(&all, words[w], e);
	}
	for (size_t i = 0; i < all.n && !ret; i++) {
		bool named = false;

		for (unsigned w = 0; w < nr; w++)
			named |= is_named(&all.v[i], words[w]);
		if (named)
			add(chosen, all.v[i].path);
	}
	for (unsigned w = 0; w < nr && !ret; w++)
		if (strchr(words[w], '/'))
			add(chosen, words[w]);
	experiments_release(&all);
	return ret;
}

void experiments_release(struct experiments *x)
{
	for (size_t i = 0; i < x->n; i++) {
		free(x->v[i].name);
		free(x->v[i].id);
		free(x->v[i].path);
	}
	free(x->v);
	*x = (struct experiments){ NULL, 0 };
}

char *experiment_folder(const struct experiment *x, const char *dir, const char *mode,
			bool unscaled)
{
	bool exact = !strcmp(mode, "exact");

	return xasprintf("%s/%s%s%s%s", dir, x->name, unscaled ? "-unscaled" : "", exact ? "" : "-",
			 exact ? "" : mode);
}

bool experiment_has_kernel(const struct suite_kernel *k, struct err *why)
{
	struct kernel_build b = suite_kernel_build(k);
	struct kernel loaded;
	int ret = k->source ? kernel_built(&b, why) : 0;

	if (!ret && !k->ref) {
		err_exit(why, FSDUEL_USAGE);
		ret = err_add(why, EINVAL, "write source= or image= under [kernel %s]", k->label);
	}
	if (!ret)
		ret = kernel_load(&loaded, k->ref, why);
	if (!ret)
		kernel_release(&loaded);
	return !ret;
}
