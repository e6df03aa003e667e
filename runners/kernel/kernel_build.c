/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_build.c: runs the recipes kernels/build.sh and kernels/fetch.sh for
 * kernel_build.h and kernel.h. A recipe writes the steps of its work to stdout and
 * sentences for the user to stderr; its status says whose fault it is.
 */
#include "runners/kernel/kernel_build.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/data.h"
#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/kernel/kernel.h"

#define LOOK_MS 250
#define PATCH_SUFFIX ".patch"
enum { RECIPE_USAGE = 2, RECIPE_MACHINE = 3, RECIPE_NO = 4 };

/* --- a recipe run ----------------------------------------------------------------- */

struct recipe {
	const struct kernel_build *watched; /* gets progress and may stop it; NULL: nobody does */
	struct strv argv;
	int out, err; /* of the script */
	off_t seen;   /* of out */
	char *step;   /* the last one that it began */
	unsigned compiled;
};

/* The recipe that came with the program, never one of the folder that the user works in. */
static char *find_recipe(const char *name)
{
	char *file = xasprintf("kernels/%s", name), *path = NULL;

	for (unsigned i = 1; (path = data_place(i, file)) && !fs_exists(path); i++)
		free(path);
	free(file);
	return path;
}

static int recipe_init(struct recipe *r, const char *file, const char *action,
		       const struct kernel_build *watched, struct err *e)
{
	char *script = find_recipe(file), *cache, *program;
	int ret = fs_cache_room("", &cache, e);

	*r = (struct recipe){ .watched = watched, .out = -1, .err = -1 };
	if (!ret && !script) {
		err_exit(e, FSDUEL_MACHINE);
		ret = err_add(e, ENOENT,
			      "cannot find kernels/%s: it comes with fsduel's sources and is "
			      "installed by `make install`",
			      file);
	}
	if (!ret) {
		/* NULL once make has replaced it: the image is then not looked at. */
		program = realpath("/proc/self/exe", NULL);
		strv_add(&r->argv, "/bin/bash");
		strv_add(&r->argv, script);
		strv_add(&r->argv, action);
		strv_addf(&r->argv, "-C%s", cache);
		if (program)
			strv_addf(&r->argv, "-F%s", program);
		free(program);
		free(cache);
	}
	free(script);
	return ret;
}

static void recipe_release(struct recipe *r)
{
	strv_release(&r->argv);
	free(r->step);
	if (r->out >= 0)
		close(r->out);
	if (r->err >= 0)
		close(r->err);
}

/* All that is in the file; a recipe says little. */
static void read_all(int fd, struct buf *b)
{
	char chunk[4096];
	ssize_t n;

	while ((n = pread(fd, chunk, sizeof(chunk), (off_t)b->len)) > 0)
		buf_add(b, chunk, (size_t)n);
	while (b->len && b->data[b->len - 1] == '\n')
		b->data[--b->len] = '\0';
}

/* Whole lines since the last look: "  CC file" is of a file compiled, others begin a step. */
static void look(struct recipe *r)
{
	char chunk[65536];
	ssize_t n = pread(r->out, chunk, sizeof(chunk) - 1, r->seen);
	char *line = chunk, *end;

	chunk[n > 0 ? n : 0] = '\0';
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (*line == ' ') {
			r->compiled++;
			continue;
		}
		free(r->step);
		r->step = xstrdup(line);
		r->compiled = 0;
	}
	r->seen += line - chunk;
	if (r->step && r->watched && r->watched->progress)
		r->watched->progress(r->watched->arg,
				     &(struct kernel_build_progress){ r->step, r->compiled });
}

/* To its end: its status. -EINTR: stopped. */
static int wait_for(struct recipe *r, struct proc *p, struct err *e)
{
	const struct kernel_build *b = r->watched;
	struct pollfd ended = { p->pidfd, POLLIN, 0 };
	struct proc_exit x;

	while (!proc_poll(p, &x)) {
		if (b && b->stop && *b->stop) {
			proc_kill(p);
			return err_add(e, EINTR,
				       "the build was stopped; it goes on from there "
				       "when it is started again");
		}
		look(r);
		poll(&ended, 1, LOOK_MS);
	}
	return x.status < 0 ? RECIPE_MACHINE : x.status;
}

/* 0, RECIPE_NO, or -errno with the recipe's sentences and an exit code. */
static int recipe_run(struct recipe *r, struct err *e)
{
	struct buf said = BUF_INIT;
	struct proc p = PROC_NONE;
	int ret;

	r->out = memfd_create("steps", MFD_CLOEXEC);
	r->err = memfd_create("sentences", MFD_CLOEXEC);
	if (r->out < 0 || r->err < 0)
		return err_sys(e, errno, "cannot make a file in memory");
	ret = proc_launch(&p,
			  &(struct launch){ .argv = (const char *const *)r->argv.v,
					    .fd_out = r->out,
					    .fd_err = r->err },
			  e);
	if (!ret)
		ret = wait_for(r, &p, e);
	if (ret <= 0 || ret == RECIPE_NO)
		return ret;
	read_all(r->err, &said);
	err_exit(e, ret == RECIPE_USAGE ? FSDUEL_USAGE : FSDUEL_MACHINE);
	ret = err_add(e, ret == RECIPE_USAGE ? EINVAL : EIO, "%s",
		      said.len ? said.data : "the recipe failed and did not say why");
	buf_release(&said);
	return ret;
}

/* --- building --------------------------------------------------------------------- */

static int run_build(const char *action, const struct kernel_build *b, struct err *e)
{
	struct recipe r;
	int ret = recipe_init(&r, "build.sh", action, b, e);

	if (!ret) {
		strv_addf(&r.argv, "-n%s", b->name);
		strv_addf(&r.argv, b->tree ? "-t%s" : "-s%s", b->tree ? b->tree : b->series);
		if (b->config)
			strv_addf(&r.argv, "-c%s", b->config);
		for (size_t i = 0; i < b->nr_patches; i++)
			strv_addf(&r.argv, "-p%s", b->patches[i]);
		ret = recipe_run(&r, e);
	}
	recipe_release(&r);
	return ret;
}

int kernel_build(const struct kernel_build *b, char **path, struct err *e)
{
	int ret = run_build("build", b, e);

	*path = NULL;
	return ret ? ret : kernel_cached(b->name, path, e);
}

int kernel_build_check(struct err *e)
{
	struct recipe r;
	int ret = recipe_init(&r, "build.sh", "tools", NULL, e);

	if (!ret)
		ret = recipe_run(&r, e);
	recipe_release(&r);
	return ret;
}

int kernel_built(const struct kernel_build *b, struct err *e)
{
	struct buf command = BUF_INIT;
	char *path;
	int ret = run_build("built", b, e);

	if (ret != RECIPE_NO)
		return ret;
	ret = kernel_cached(b->name, &path, e);
	if (ret)
		return ret;
	kernel_build_command(b, &command);
	err_exit(e, FSDUEL_USAGE);
	ret = err_add(e, ENOENT, "%s %s: build it with `%s`",
		      fs_exists(path) ? "the cache has another kernel" : "there is no kernel",
		      b->name, command.data);
	buf_release(&command);
	free(path);
	return ret;
}

/* --- names ------------------------------------------------------------------------ */

bool kernel_is_series(const char *name)
{
	size_t major = strspn(name, "0123456789"), minor;

	if (!major || major > 3 || name[major] != '.')
		return false;
	minor = strspn(name + major + 1, "0123456789");
	return minor && minor <= 4 && !name[major + 1 + minor];
}

bool kernel_patch_is_path(const char *patch)
{
	return patch[strcspn(patch, "/.")];
}

char *kernel_build_name(const char *series, const char *const *patches, size_t nr)
{
	struct buf b = BUF_INIT;

	if (!nr)
		return xasprintf("stock-%s", series);
	for (size_t i = 0; i < nr; i++) {
		const char *slash = strrchr(patches[i], '/');
		const char *name = slash ? slash + 1 : patches[i];
		size_t len = strlen(name), suffix = strlen(PATCH_SUFFIX);

		if (len > suffix && !strcmp(name + len - suffix, PATCH_SUFFIX))
			len -= suffix;
		buf_addf(&b, "%s%.*s", i ? "+" : "", (int)len, name);
	}
	if (strcmp(series, KERNEL_BUILD_SERIES))
		buf_addf(&b, "-%s", series);
	return buf_detach(&b, NULL);
}

void kernel_build_command(const struct kernel_build *b, struct buf *out)
{
	buf_addf(out, "fsduel kernel build %s", b->name);
	if (strcmp(b->series, KERNEL_BUILD_SERIES))
		buf_addf(out, " --source %s", b->series);
	for (size_t i = 0; i < b->nr_patches; i++)
		buf_addf(out, " --patch %s", b->patches[i]);
}

/* --- fetching --------------------------------------------------------------------- */

static int run_fetch(const char *action, const char *name, struct buf *out, struct err *e)
{
	struct recipe r;
	int ret = recipe_init(&r, "fetch.sh", action, NULL, e);

	if (!ret) {
		strv_add(&r.argv, "--");
		strv_add(&r.argv, name);
		ret = recipe_run(&r, e);
	}
	if (!ret && out)
		read_all(r.out, out);
	recipe_release(&r);
	return ret;
}

int kernel_fetch(const char *name, char **path, struct err *e)
{
	int ret = run_fetch("kernel", name, NULL, e);

	*path = NULL;
	return ret ? ret : kernel_cached(name, path, e);
}

int kernel_fetch_list(struct buf *out, struct err *e)
{
	return run_fetch("list", "", out, e);
}
