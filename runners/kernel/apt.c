/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apt.c: apt-cache and apt-get as child processes; see apt.h. What is read is
 * the records of `apt-cache show`, whose field names no locale translates.
 */
#include "runners/kernel/apt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/fs.h"
#include "lib/proc.h"

#define APT_TIMEOUT_NS (600 * 1000000000ull)

static void begin_argv(const struct apt *a, struct strv *argv, const char *program)
{
	strv_add(argv, program);
	/* The user _apt cannot write below a home directory, and nothing here needs it. */
	strv_add(argv, "-oAPT::Sandbox::User=root");
	/* Containers turn this cache off, and then each of our questions parses all lists. */
	strv_add(argv, a->cache);
	strv_add(argv, "-oDir::Cache::pkgcache=pkgcache.bin");
	strv_add(argv, "-oDir::Cache::srcpkgcache=");
	if (a->own_lists)
		strv_add(argv, a->lists);
}

static int run(struct strv *argv, const char *cwd, struct buf *out, struct err *e)
{
	struct buf said = BUF_INIT;
	struct proc_opts o = { .cwd = cwd, .out = out, .err = &said, .timeout_ns = APT_TIMEOUT_NS };
	int ret = proc_check((const char *const *)argv->v, &o, NULL, e);

	buf_release(&said);
	strv_release(argv);
	return ret;
}

static int check_programs(struct err *e)
{
	static const char *const programs[] = { "apt-cache", "apt-get", "dpkg-deb" };

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		char *path = proc_which(programs[i]);

		if (!path)
			return err_add(e, EIO,
				       "fetching a kernel takes Debian's %s, which is not here; "
				       "name a bzImage or an unpacked package instead",
				       programs[i]);
		free(path);
	}
	return 0;
}

int apt_init(struct apt *a, const char *dir, struct err *e)
{
	static const char *const dirs[] = { "lists/partial", "cache/archives/partial" };
	int ret = check_programs(e);

	*a = (struct apt){ .lists = xasprintf("-oDir::State::Lists=%s/lists", dir),
			   .cache = xasprintf("-oDir::Cache=%s/cache", dir) };
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && !ret; i++) {
		char *path = xasprintf("%s/%s", dir, dirs[i]);

		ret = fs_mkdir_p(path, e);
		free(path);
	}
	return ret;
}

void apt_release(struct apt *a)
{
	free(a->lists);
	free(a->cache);
	*a = (struct apt){ NULL, NULL, false };
}

char *apt_field(const struct apt *a, const char *package, const char *field)
{
	struct strv argv = STRV_INIT;
	struct buf out = BUF_INIT;
	size_t len = strlen(field);
	const char *line = NULL;
	char *value = NULL;

	begin_argv(a, &argv, "apt-cache");
	strv_add(&argv, "show");
	strv_add(&argv, "--no-all-versions");
	strv_add(&argv, package);
	/* An unknown package is a failure of apt-cache and an answer to us. */
	if (!run(&argv, NULL, &out, NULL))
		line = buf_str(&out);
	while (line && !value) {
		if (!strncmp(line, field, len) && line[len] == ':') {
			line += len + 1 + strspn(line + len + 1, " ");
			value = xstrndup(line, strcspn(line, "\n"));
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	buf_release(&out);
	return value;
}

int apt_update(struct apt *a, struct err *e)
{
	struct strv argv = STRV_INIT;

	a->own_lists = true;
	begin_argv(a, &argv, "apt-get");
	strv_add(&argv, "-q");
	strv_add(&argv, "update");
	return run(&argv, NULL, NULL, e);
}

int apt_download(const struct apt *a, const char *package, const char *version, const char *into,
		 struct err *e)
{
	struct strv argv = STRV_INIT;

	begin_argv(a, &argv, "apt-get");
	strv_add(&argv, "-q");
	strv_add(&argv, "download");
	strv_addf(&argv, "%s=%s", package, version);
	return run(&argv, into, NULL, e);
}
