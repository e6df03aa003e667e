/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mount.c: mkfs, mount(2), effective options, umount2(2); cell.c says when each is due. */
#include "runners/cell/mount.h"

#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"

#define BUSY_TRIES 20
#define BUSY_WAIT_NS 100000000l

/* The generic options, mount(8) "filesystem-independent"; all others are the file system's. */
static const struct {
	const char *name;
	unsigned long set, clear;
} generic[] = {
	{ "defaults", 0, 0 },
	{ "rw", 0, MS_RDONLY },
	{ "ro", MS_RDONLY, 0 },
	{ "atime", 0, MS_NOATIME },
	{ "noatime", MS_NOATIME, 0 },
	{ "diratime", 0, MS_NODIRATIME },
	{ "nodiratime", MS_NODIRATIME, 0 },
	{ "relatime", MS_RELATIME, 0 },
	{ "norelatime", 0, MS_RELATIME },
	{ "strictatime", MS_STRICTATIME, 0 },
	{ "nostrictatime", 0, MS_STRICTATIME },
	{ "lazytime", MS_LAZYTIME, 0 },
	{ "nolazytime", 0, MS_LAZYTIME },
	{ "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC, 0 },
	{ "suid", 0, MS_NOSUID },
	{ "nosuid", MS_NOSUID, 0 },
	{ "dev", 0, MS_NODEV },
	{ "nodev", MS_NODEV, 0 },
	{ "exec", 0, MS_NOEXEC },
	{ "noexec", MS_NOEXEC, 0 },
	{ "iversion", MS_I_VERSION, 0 },
	{ "noiversion", 0, MS_I_VERSION },
	{ "silent", MS_SILENT, 0 },
	{ "loud", 0, MS_SILENT },
	{ NULL, 0, 0 },
};

/* Its place in the table, or that of the end. */
static size_t find_generic(const char *name)
{
	size_t g = 0;

	while (generic[g].name && strcmp(generic[g].name, name))
		g++;
	return g;
}

void mount_split(const char *options, unsigned long *flags, struct buf *data)
{
	struct strv words = STRV_INIT;

	*flags = 0;
	strv_split(&words, options, ",");
	for (size_t i = 0; i < words.n; i++) {
		size_t g = find_generic(words.v[i]);

		if (generic[g].name)
			*flags = (*flags & ~generic[g].clear) | generic[g].set;
		else
			buf_addf(data, "%s%s", data->len ? "," : "", words.v[i]);
	}
	strv_release(&words);
}

/* All programs that make file systems know -V, and some print to stderr; not all know --version. */
char *program_version(const char *program, const atomic_int *stop)
{
	const char *argv[] = { program, strncmp(program, "mk", 2) ? "--version" : "-V", NULL };
	struct buf said = BUF_INIT;
	struct proc_opts o = { .out = &said, .err = &said, .timeout_ns = 10000000000u };
	struct proc_exit x;
	char *line = NULL;

	if (!proc_run(argv, &o, stop, &x, NULL) && !x.status && said.len)
		line = xstrndup(said.data, strcspn(said.data, "\n"));
	buf_release(&said);
	return line;
}

int mount_mkfs(const struct strv *mkfs, const char *device, const atomic_int *stop, struct err *e)
{
	const char **argv = xcalloc(mkfs->n + 2, sizeof(*argv));
	int ret;

	for (size_t i = 0; i < mkfs->n; i++)
		argv[i] = mkfs->v[i];
	argv[mkfs->n] = device;
	ret = proc_check(argv, NULL, stop, e);
	free(argv);
	return ret;
}

/* What it found first: a checker also says which pass or phase it is in. */
static const char *first_finding(const struct strv *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		if (strncmp(lines->v[i], "Pass ", 5) && strncmp(lines->v[i], "Phase ", 6))
			return lines->v[i];
	return "it does not say what";
}

int mount_check(const struct fs_type *fs, const char *device, const atomic_int *stop, struct err *e)
{
	struct strv argv = STRV_INIT, lines = STRV_INIT;
	struct buf said = BUF_INIT;
	struct proc_opts o = { .out = &said };
	struct proc_exit x;
	int ret;

	if (!fs->check)
		return 0;
	strv_split(&argv, fs->check, " ");
	strv_add(&argv, device);
	ret = proc_run((const char *const *)argv.v, &o, stop, &x, e);
	strv_split(&lines, buf_str(&said), "\n");
	if (!ret && x.status)
		ret = err_add(e, EUCLEAN, "%s does not find the file system clean: %.200s",
			      argv.v[0], first_finding(&lines));
	strv_release(&lines);
	strv_release(&argv);
	buf_release(&said);
	return ret;
}

int mount_do(const struct fs_type *fs, const char *options, const char *device, const char *dir,
	     struct err *e)
{
	struct buf data = BUF_INIT, all = BUF_INIT;
	unsigned long flags;
	int ret = 0;

	buf_addf(&all, "%s,%s", fs->always_options ? fs->always_options : "", options);
	mount_split(buf_str(&all), &flags, &data);
	if (mount(device, dir, fs->name, flags, buf_str(&data)))
		ret = err_sys(
			e, errno,
			"cannot mount %s on %s as %s with options \"%s\" (see the kernel log)",
			device, dir, fs->name, options);
	buf_release(&all);
	buf_release(&data);
	return ret;
}

int mount_find(const char *dir, struct strv *found)
{
	FILE *f = setmntent("/proc/self/mounts", "r");
	char *real = realpath(dir, NULL);
	struct mntent *m;

	while (f && real && (m = getmntent(f)))
		if (!strcmp(m->mnt_dir, real)) {
			strv_release(found);
			strv_add(found, m->mnt_fsname);
			strv_split(found, m->mnt_opts, ",");
		}
	if (f)
		endmntent(f);
	free(real);
	return found->n ? 0 : -ENOENT;
}

/* Options of the mount on dir, one a line. */
static int options_of_mounts(const char *dir, struct buf *out, struct err *e)
{
	struct strv found = STRV_INIT;
	int ret = mount_find(dir, &found);

	if (ret)
		err_add(e, -ret, "%s is not in /proc/self/mounts, so its options are unknown", dir);
	for (size_t i = 1; i < found.n; i++)
		buf_addf(out, "%s%s", i > 1 ? "\n" : "", found.v[i]);
	strv_release(&found);
	return ret;
}

/* Those of the VFS, which the file system's own file leaves out: lazytime, noatime, sync. */
static void add_generic(const char *dir, struct buf *out)
{
	struct strv found = STRV_INIT;

	if (!mount_find(dir, &found))
		for (size_t i = 1; i < found.n; i++)
			if (generic[find_generic(found.v[i])].set & ~(MS_RDONLY | MS_RELATIME))
				buf_addf(out, "%s\n", found.v[i]);
	strv_release(&found);
}

char *mount_device_name(const char *device)
{
	char *link, *real, *name;
	struct stat st;

	if (stat(device, &st))
		return NULL;
	link = xasprintf("/sys/dev/block/%u:%u", major(st.st_rdev), minor(st.st_rdev));
	real = realpath(link, NULL);
	if (!real)
		real = realpath(device, NULL);
	name = real ? xstrdup(strrchr(real, '/') + 1) : NULL;
	free(real);
	free(link);
	return name;
}

int mount_effective(const struct fs_type *fs, const char *device, const char *dir, struct buf *out,
		    struct err *e)
{
	static const char mark[] = "{dev}";
	const char *at = fs->options_file ? strstr(fs->options_file, mark) : NULL;
	char *name, *path;
	int ret;

	if (!at)
		return options_of_mounts(dir, out, e);
	name = mount_device_name(device);
	if (!name)
		return err_sys(e, errno, "cannot find the device %s", device);
	path = xasprintf("%.*s%s%s", (int)(at - fs->options_file), fs->options_file, name,
			 at + sizeof(mark) - 1);
	ret = fs_read(path, 65536, out, e);
	add_generic(dir, out);
	free(path);
	free(name);
	return ret;
}

int mount_undo(const char *dir, struct err *e)
{
	const struct timespec wait = { 0, BUSY_WAIT_NS };

	for (int i = 0; i < BUSY_TRIES; i++) {
		if (!umount2(dir, 0))
			return 0;
		if (errno != EBUSY)
			return err_sys(e, errno, "cannot unmount %s", dir);
		nanosleep(&wait, NULL);
	}
	if (umount2(dir, MNT_DETACH))
		return err_sys(e, errno, "cannot even detach %s, which stays busy", dir);
	return err_add(e, EBUSY,
		       "%s stayed busy and was detached; its device is still in use (fuser -m)",
		       dir);
}

int mount_drop_caches(struct err *e)
{
	static const char path[] = "/proc/sys/vm/drop_caches";

	sync();
	return fs_write_text(path, "3", e);
}

bool mount_has_option(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *p = text; (p = strstr(p, line)); p += len)
		if ((p == text || p[-1] == '\n') && (p[len] == '\n' || !p[len]))
			return true;
	return false;
}
