/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_kernel.c: `fsduel kernel fetch|list|show`: Debian's kernels brought into
 * the cache, and what a kernel reference leads to. The work is done by
 * runners/kernel.h.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "lib/buf.h"
#include "lib/near.h"
#include "runners/kernel.h"

static int show(const char *ref, struct err *e)
{
	struct kernel k;

	if (kernel_load(&k, ref, e))
		return err_exit_code(e, FSDUEL_USAGE);
	printf("ref      %s\n"
	       "image    %s\n"
	       "release  %s\n"
	       "version  %s\n"
	       "sha256   %s\n"
	       "build id %s\n"
	       "modules  %s\n",
	       k.ref, k.image_path, k.release, k.version, k.sha256,
	       k.build_id[0] ? k.build_id : "none", k.modules_dir ? k.modules_dir : "none");
	kernel_release(&k);
	return FSDUEL_OK;
}

static int fetch(const char *name, struct err *e)
{
	char *path;

	if (kernel_fetch(name, &path, e))
		return err_exit_code(e, FSDUEL_MACHINE);
	free(path);
	return show(name, e);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Every name under which a kernel can be loaded; a link with what it leads to. */
static int list(const char *unused, struct err *e)
{
	struct dirent **entries = NULL;
	char *dir, target[256];
	int nr;

	(void)unused;
	if (kernel_cache_dir(&dir, e))
		return err_exit_code(e, FSDUEL_MACHINE);
	nr = scandir(dir, &entries, visible, versionsort);
	for (int i = 0; i < nr; i++) {
		char *path = xasprintf("%s/%s", dir, entries[i]->d_name);
		ssize_t n = readlink(path, target, sizeof(target) - 1);

		if (n > 0)
			printf("%s -> %.*s\n", entries[i]->d_name, (int)n, target);
		else
			printf("%s\n", entries[i]->d_name);
		free(path);
		free(entries[i]);
	}
	free(entries);
	if (nr < 0)
		err_sys(e, errno, "cannot read %s", dir);
	free(dir);
	return nr < 0 ? FSDUEL_MACHINE : FSDUEL_OK;
}

static const struct action {
	const char *name;
	unsigned words;   /* after it */
	int (*run)(const char *word, struct err *e);
} actions[] = {
	{ "fetch", 1, fetch },
	{ "list", 0, list },
	{ "show", 1, show },
};

#define NR_ACTIONS (sizeof(actions) / sizeof(actions[0]))

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const char *names[NR_ACTIONS + 1] = { NULL };
	struct buf hint = BUF_INIT;

	(void)opts;
	for (size_t i = 0; i < NR_ACTIONS; i++) {
		names[i] = actions[i].name;
		if (strcmp(args[0], actions[i].name))
			continue;
		if (nr_args - 1 == actions[i].words)
			return actions[i].run(args[1], e);
		err_add(e, EINVAL, "\"%s\" takes %s", args[0],
			actions[i].words ? "one name" : "nothing more");
		return FSDUEL_USAGE;
	}
	near_hint(&hint, args[0], names);
	err_add(e, EINVAL, "unknown action \"%s\"%s", args[0], buf_str(&hint));
	buf_release(&hint);
	return FSDUEL_USAGE;
}

const struct command command_kernel = {
	.name = "kernel",
	.args = "fetch NAME | list | show REF",
	.min_args = 1,
	.max_args = 2,
	.summary = "fetch Debian's kernels, list them, identify a kernel",
	.text = "fetch downloads Debian's current cloud kernel of a series (6.1, 6.12) into the\n"
		"cache and unpacks it there; nothing is installed and no rights are needed.\n"
		"show prints what a reference leads to: a bzImage, a folder that holds one (an\n"
		"unpacked package, a build tree), or the name of a fetched kernel. A name that\n"
		"`list` shows with the package's version stays the same kernel for good.\n"
		"The cache is $FSDUEL_CACHE, or fsduel in $XDG_CACHE_HOME or ~/.cache.",
	.run = run,
};
