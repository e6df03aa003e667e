/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_check.c: the checks before a host run starts anything; see host.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/host/host.h"

int host_kernel(const struct suite *s, const char *label, struct err *e)
{
	struct buf known = BUF_INIT;
	int ret;

	for (size_t i = 0; i < s->nr_kernels; i++) {
		if (label ? !strcmp(label, s->kernels[i].label) : s->nr_kernels == 1)
			return (int)i;
		buf_addf(&known, "%s%s", i ? ", " : "", s->kernels[i].label);
	}
	err_exit(e, FSDUEL_USAGE);
	if (label)
		ret = err_add(e, EINVAL, "%s has no kernel '%s'; it has %s", s->path, label,
			      buf_str(&known));
	else
		ret = err_add(e, EINVAL,
			      "%s has several kernels: say which of them runs, by --kernel; they "
			      "are %s",
			      s->path, buf_str(&known));
	buf_release(&known);
	return ret;
}

static int check_fio(const struct plan *p, struct err *e)
{
	char *fio = proc_which("fio");
	int ret = 0;

	for (size_t i = 0; i < p->nr_cells && !fio && !ret; i++)
		if (p->cells[i].fio_text)
			ret = err_add(e, ENOENT, "fio is missing, and %s has fio jobs; install fio",
				      p->suite->path);
	free(fio);
	return ret;
}

/* Built in, or a module: that is loaded, as mounting would do. */
static bool kernel_knows(const char *fs)
{
	const char *const modprobe[] = { "modprobe", "-q", fs, NULL };
	struct buf known = BUF_INIT;
	char *name = xasprintf("\t%s\n", fs);
	bool knows =
		!fs_read("/proc/filesystems", 0, &known, NULL) && strstr(buf_str(&known), name);

	if (!knows)
		knows = !proc_check(modprobe, NULL, NULL, NULL);
	buf_release(&known);
	free(name);
	return knows;
}

static int check_file_systems(const struct suite *s, size_t kernel, struct err *e)
{
	for (size_t i = 0; i < s->nr_variants; i++) {
		const struct suite_mount *m = &s->mounts[s->variants[i].mount];
		const struct fs_type *t = fs_type_find(m->fs);
		char *mkfs;

		if (s->variants[i].kernel != kernel)
			continue;
		mkfs = proc_which(t->mkfs);
		if (!mkfs)
			return err_add(
				e, ENOENT,
				"%s is missing, which makes the file system of the mount %s; "
				"fsduel doctor names the package",
				t->mkfs, m->name);
		free(mkfs);
		if (!kernel_knows(m->fs))
			return err_add(e, ENODEV, "this kernel has no %s, which the mount %s is",
				       m->fs, m->name);
	}
	return 0;
}

/* The folder, or the nearest one above it that is there. */
static int check_output(const char *dir, struct err *e)
{
	char *at = fs_nearest(dir);
	int ret = 0;

	if (access(at, W_OK | X_OK))
		ret = err_sys(e, errno, "cannot write the results folder %s: %s", dir, at);
	free(at);
	return ret;
}

/* In the order in which a user would want to know. */
int host_check(const struct plan *p, size_t kernel, const struct host_opts *o, struct err *e)
{
	int ret = 0;

	if (geteuid())
		ret = err_add(e, EPERM,
			      "measuring on this machine needs root, to make and mount file "
			      "systems; fsduel duel does not");
	if (!ret)
		ret = check_fio(p, e);
	if (!ret && o->target.kind != TARGET_DIR)
		ret = check_file_systems(p->suite, kernel, e);
	if (!ret)
		ret = check_output(o->dir, e);
	if (!ret)
		ret = target_check(&o->target, p, o->dir, e);
	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}
