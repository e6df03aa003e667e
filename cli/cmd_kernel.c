/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_kernel.c: `fsduel kernel build|fetch|list|show`: Debian's kernels and one's own
 * brought into the cache, and the image behind a kernel reference.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "lib/clean.h"
#include "lib/fs.h"
#include "runners/kernel/kernel.h"
#include "runners/kernel/kernel_build.h"

/* An image or a folder may hold any bytes. */
static void print_line(const char *name, const char *text)
{
	struct buf b = BUF_INIT;

	clean_add(&b, text);
	printf("%s%s\n", name, buf_str(&b));
	buf_release(&b);
}

static int show(const char *ref, const struct options *o, struct err *e)
{
	char *image;
	struct kernel k;

	(void)o;
	if (kernel_load(&k, ref, e))
		return err_exit_code(e, FSDUEL_USAGE);
	image = xasprintf(
		"%s%s", k.image_path,
		k.uki ? " (a unified kernel image; the lines below are of the kernel in it)" : "");
	print_line("ref      ", k.ref);
	print_line("image    ", image);
	print_line("release  ", k.release);
	print_line("version  ", k.version);
	print_line("sha256   ", k.sha256);
	print_line("build id ", k.build_id[0] ? k.build_id : "none");
	print_line("modules  ", k.modules_dir ? k.modules_dir : "none by the image or above it");
	free(image);
	kernel_release(&k);
	return FSDUEL_OK;
}

static int fetch(const char *name, const struct options *o, struct err *e)
{
	char *path;

	if (kernel_fetch(name, &path, e))
		return err_exit_code(e, FSDUEL_MACHINE);
	free(path);
	return show(name, o, e);
}

/* Each name that fetch takes, with its version, and whether the cache has it. */
static int list_archive(struct err *e)
{
	struct buf all = BUF_INIT;
	struct strv lines = STRV_INIT;
	char *dir = NULL;
	int ret = kernel_fetch_list(&all, e);

	if (!ret)
		ret = kernel_cached("", &dir, e);
	strv_split(&lines, ret ? "" : buf_str(&all), "\n");
	for (size_t i = 0; i < lines.n; i++) {
		struct strv words = STRV_INIT;
		char *folder;

		strv_split(&words, lines.v[i], " ");
		if (words.n == 3) {
			folder = xasprintf("%s/%s_%s", dir, words.v[2], words.v[1]);
			printf("%-16s %s%s\n", words.v[0], words.v[1],
			       fs_exists(folder) ? ", in the cache" : "");
			free(folder);
		}
		strv_release(&words);
	}
	strv_release(&lines);
	buf_release(&all);
	free(dir);
	return ret ? err_exit_code(e, FSDUEL_MACHINE) : FSDUEL_OK;
}

static int build(const char *name, const struct options *o, struct err *e)
{
	struct kernel_build b = {
		.name = name,
		.tree = o->tree,
		.series = o->source ? o->source : KERNEL_BUILD_SERIES,
		.patches = o->patch.v,
		.nr_patches = o->patch.n,
		.config = o->config,
	};
	int ret;

	if (o->tree && o->source) {
		err_add(e, EINVAL, "give either --tree or --source");
		return FSDUEL_USAGE;
	}
	stop_signal_catch();
	ret = progress_build(&b, o->quiet, e);
	if (ret == -EINTR && stop_signal)
		return 128 + stop_signal;
	if (ret)
		return err_exit_code(e, FSDUEL_MACHINE);
	return show(name, o, e);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Every name under which a kernel can be loaded; a link with its target. */
static int list(const char *unused, const struct options *o, struct err *e)
{
	struct dirent **entries = NULL;
	char *dir, target[256];
	int nr;

	(void)unused;
	(void)o;
	if (kernel_cached("", &dir, e))
		return err_exit_code(e, FSDUEL_MACHINE);
	nr = scandir(dir, &entries, visible, versionsort);
	for (int i = 0; i < nr; i++) {
		char *path = xasprintf("%s/%s", dir, entries[i]->d_name);
		ssize_t n = readlink(path, target, sizeof(target) - 1);

		char *text = n > 0 ? xasprintf("%s -> %.*s", entries[i]->d_name, (int)n, target)
				   : xstrdup(entries[i]->d_name);

		print_line("", text);
		free(text);
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
	unsigned words; /* after it */
	bool options;   /* it takes them */
	int (*run)(const char *word, const struct options *o, struct err *e);
} actions[] = {
	{ "build", 1, true, build },
	{ "fetch", 1, false, fetch },
	{ "list", 0, false, list },
	{ "show", 1, false, show },
};

static int run(const struct call *c, struct err *e)
{
	static const struct options none, with_list = { .list = true };
	int at = choice_find("action", "build|fetch|list|show", c->args[0], e);
	const struct action *a = &actions[at < 0 ? 0 : at];

	if (at < 0)
		return FSDUEL_USAGE;
	if (a->run == fetch && c->nr_args == 1 && !memcmp(&c->o, &with_list, sizeof(with_list)))
		return list_archive(e);
	if (c->nr_args - 1 != a->words)
		err_add(e, EINVAL, "\"%s\" takes %s", a->name,
			a->words ? "one name" : "nothing more");
	else if (c->o.list)
		err_add(e, EINVAL, "--list belongs to \"fetch\" without a name");
	else if (!a->options && memcmp(&c->o, &none, sizeof(none)))
		err_add(e, EINVAL, "\"%s\" takes no options: they belong to \"build\"", a->name);
	else
		return a->run(c->args[1], &c->o, e);
	return FSDUEL_USAGE;
}

const struct command command_kernel = {
	.name = "kernel",
	.args = "build NAME | fetch VERSION|--list | list | show REF",
	.min_args = 1,
	.max_args = 2,
	.summary = "build a kernel, fetch Debian's, list them, identify one",
	.text = "build makes a small kernel with everything a guest needs built in, from Debian's "
		"source or a tree, which is only read, and gives it a name. The first build takes "
		"ten minutes on two cores, and 4 GiB in the cache.\n\n"
		"fetch downloads a cloud kernel of Debian's into the cache; nothing is installed "
		"and no rights are needed. A series (6.1, 6.12) is its current kernel, a version "
		"(6.12.107, 6.1.0-47) is that one; --list prints those that the archive has.\n\n"
		"show prints what a reference leads to: a bzImage, a unified kernel image, a "
		"folder that holds one (an unpacked package of Debian, Ubuntu, Fedora, openSUSE "
		"or Arch, an installed root, a build tree), or the name of a fetched kernel. If "
		"the modules are a package of their own, unpack it into the same folder. The "
		"cache is $FSDUEL_CACHE, or fsduel in $XDG_CACHE_HOME or ~/.cache.",
	.options = OPT(tree) | OPT(source) | OPT(patch) | OPT(config) | OPT(list) | OPT(quiet),
	.run = run,
};
