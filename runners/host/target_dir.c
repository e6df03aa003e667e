/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target_dir.c: a directory, never formatted or mounted; and for all targets: room and names. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libmount/libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "runners/host/target_impl.h"

#define MIB (1ull << 20)
/* A file system needs room beside the files: a journal or log of 64M, tables, and a sixteenth. */
#define ROOM_FIXED (80 * MIB)

/* --- for all kinds ------------------------------------------------------------------ */

void target_draw_name(char dst[TARGET_NAME])
{
	uint64_t bits;

	/* Cannot fail for so few bytes. */
	if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
		abort();
	snprintf(dst, TARGET_NAME, "%016" PRIx64, bits);
}

/* The largest cell's files and a file system's own needs, or its minimum. */
static uint64_t needed(const struct plan *p, bool existing)
{
	uint64_t files = 0, min = 0;

	for (size_t i = 0; i < p->nr_cells; i++)
		if (p->cells[i].file_bytes > files)
			files = p->cells[i].file_bytes;
	if (existing)
		return files;
	for (size_t i = 0; i < p->suite->nr_mounts; i++) {
		const struct fs_type *fs = fs_type_find(p->suite->mounts[i].fs);

		if (fs->min_bytes > min)
			min = fs->min_bytes;
	}
	files += files / 16 + ROOM_FIXED;
	return files > min ? files : min;
}

int target_check_room(const struct target_use *use, uint64_t size, const char *what, struct err *e)
{
	const struct plan *p = use->plan;
	bool existing = use->wants->kind == TARGET_DIR;
	uint64_t need = needed(p, existing);
	char a[32], b[32];

	for (size_t i = 0; existing && i < p->nr_cells; i++)
		if (p->cells[i].fills)
			return err_add(
				e, ENOSPC,
				"%s: [workload %s] fills the file system (fill_fs), and this one "
				"is not fsduel's: give an image or a device",
				p->suite->path, p->suite->workloads[p->cells[i].workload].name);
	if (size >= need)
		return 0;
	/* For people: round up to whole MiB, so that the figure can be typed. */
	need = (need + MIB - 1) / MIB * MIB;
	return err_add(e, ENOSPC,
		       "%s has %s, and the cells of %s need %s: give it more, or lower "
		       "file_size (size in fio jobs)",
		       what, num_format(a, size, NUM_BYTES), p->suite->path,
		       num_format(b, need, NUM_BYTES));
}

/* --- a directory -------------------------------------------------------------------- */

/* The mount that dir lies on: mnt_unref_fs it. NULL: a sentence in e. */
static struct libmnt_fs *find_mount(const char *dir, struct err *e)
{
	struct libmnt_table *t = mnt_new_table();
	struct libmnt_fs *fs = NULL;

	if (!mnt_table_parse_file(t, "/proc/self/mountinfo"))
		fs = mnt_table_find_mountpoint(t, dir, MNT_ITER_BACKWARD);
	if (fs && mnt_fs_get_srcpath(fs) && mnt_fs_get_fstype(fs))
		mnt_ref_fs(fs);
	else
		fs = NULL;
	if (!fs)
		err_add(e, ENOENT, "cannot find out what file system %s is on", dir);
	mnt_unref_table(t);
	return fs;
}

/* As it is mounted it can be one mount only, made and mounted by somebody else. */
static int check_mounts(const struct suite *s, const char *dir, const char *type, struct err *e)
{
	const struct suite_mount *m = &s->mounts[s->variants[0].mount];

	for (size_t i = 1; i < s->nr_variants; i++)
		if (s->variants[i].mount != s->variants[0].mount)
			return err_add(
				e, ENOTSUP,
				"--dir measures a file system as it is mounted, so the mounts %s "
				"and %s cannot be compared; use --image or --device",
				m->name, s->mounts[s->variants[i].mount].name);
	if (m->mkfs.n || m->options[0])
		return err_add(e, ENOTSUP,
			       "--dir takes a file system as it is, so the mkfs and options of the "
			       "mount %s cannot be had; use --image or --device",
			       m->name);
	if (strcmp(m->fs, type))
		return err_add(e, ENOTSUP,
			       "%s is on %s, but the mount %s of %s is %s: say fs = %s "
			       "there, or choose another directory",
			       dir, type, m->name, s->path, m->fs, type);
	return 0;
}

int target_check_dir(const struct target_use *use, struct err *e)
{
	char *dir = realpath(use->wants->dir, NULL);
	struct libmnt_fs *on = NULL;
	struct statvfs v;
	int ret = 0;

	if (!dir)
		return err_sys(e, errno, "cannot use the directory %s", use->wants->dir);
	if (statvfs(dir, &v))
		ret = err_sys(e, errno, "cannot tell how much room there is in %s", dir);
	else if (v.f_flag & ST_RDONLY)
		ret = err_add(e, EROFS, "%s is on a file system that is mounted read-only", dir);
	if (!ret && !(on = find_mount(dir, e)))
		ret = -ENOENT;
	if (!ret)
		ret = check_mounts(use->plan->suite, dir, mnt_fs_get_fstype(on), e);
	if (!ret)
		ret = target_check_room(use, (uint64_t)v.f_bavail * v.f_frsize, dir, e);
	mnt_unref_fs(on);
	free(dir);
	return ret;
}

int target_open_dir(struct target *t, const struct target_use *use, struct undo *u, struct err *e)
{
	char name[TARGET_NAME];
	struct libmnt_fs *on;

	t->dir = realpath(use->wants->dir, NULL);
	if (!t->dir)
		return err_sys(e, errno, "cannot use the directory %s", use->wants->dir);
	on = find_mount(t->dir, e);
	if (!on)
		return -ENOENT;
	target_draw_name(name);
	t->mnt = xasprintf("%s/.fsduel-%s", t->dir, name);
	t->existing = xstrdup(mnt_fs_get_target(on));
	t->device = xstrdup(mnt_fs_get_srcpath(on));
	json_object_update_new(t->facts, json_pack("{s:s, s:s, s:s, s:s}", "path", t->dir, "fs",
						   mnt_fs_get_fstype(on), "source", t->device,
						   "mounted_on", t->existing));
	mnt_unref_fs(on);
	t->dir_fd = open(t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (t->dir_fd < 0)
		return err_sys(e, errno, "cannot open %s", t->dir);
	return undo_dir(u, t->mnt, e);
}

/* dir_fd keeps it from being unmounted, but not from being covered, moved or detached. */
int target_ready_dir(const struct target *t, struct err *e)
{
	struct stat held, now;

	if (!fstat(t->dir_fd, &held) && !stat(t->dir, &now) && held.st_dev == now.st_dev &&
	    held.st_ino == now.st_ino)
		return 0;
	return err_add(e, ENODEV,
		       "%s is no longer the directory that was checked: another file system or "
		       "directory is there now; nothing more is written to it",
		       t->dir);
}
