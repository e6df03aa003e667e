/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target.c: the kinds of target, one row each: what is looked at before anything
 * starts, and how it is made. Directories are in target_dir.c, disks in memory in
 * target_memory.c.
 */
#include "runners/host/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/num.h"
#include "runners/cell/blockdev.h"
#include "runners/cell/cell.h"
#include "runners/cell/mount.h"
#include "runners/host/loop.h"
#include "runners/host/target_impl.h"

#define MIB (1ull << 20)
#define SIZE_DEFAULT (1024 * MIB)
/* What a file system needs beside the files: a journal or log of 64M, tables, and a sixteenth. */
#define ROOM_FIXED (80 * MIB)

const char *const target_kind_names[] = { "image", "device", "dir", "null_blk", "zram", NULL };

/* --- what a suite needs ------------------------------------------------------------- */

uint64_t target_size(const struct target_wants *w, const struct suite *s)
{
	uint64_t size = w->size_bytes ? w->size_bytes : s->device.size_bytes;

	return size ? size : SIZE_DEFAULT;
}

/* The largest cell's files with the room that a file system takes, and the file systems' minimum.
 */
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

int target_check_room(const struct plan *p, uint64_t size, const char *what, bool existing,
		      struct err *e)
{
	uint64_t need = needed(p, existing);
	char a[32], b[32];

	for (size_t i = 0; existing && i < p->nr_cells; i++)
		if (p->cells[i].fills)
			return err_add(
				e, ENOSPC,
				"%s: [workload %s] writes until the file system is "
				"full (fill_fs), and this one is not fsduel's: give an image or "
				"a device",
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

/* --- held ------------------------------------------------------------------------------ */

static void target_note(struct target *t)
{
	t->device = xstrdup(t->claim.path);
	json_object_set_new(t->facts, "size_bytes",
			    json_integer((json_int_t)t->claim.id.size_bytes));
}

int target_hold(struct target *t, const char *dev, struct err *e)
{
	int ret = claim_open(&t->claim, dev, true, blockdev_user, e);

	if (!ret)
		target_note(t);
	return ret;
}

/* --- image -------------------------------------------------------------------------- */

static int check_image(const struct target_wants *w, const struct plan *p, const char *output,
		       struct err *e)
{
	char *dir = fs_nearest(output);
	uint64_t size = target_size(w, p->suite);
	struct statvfs v;
	int ret = loop_supported(e);

	if (!ret && size % 4096)
		ret = err_add(e, EINVAL, "an image of %llu bytes: it takes a multiple of 4096",
			      (unsigned long long)size);
	if (!ret)
		ret = target_check_room(p, size, "the image", false, e);
	if (!ret && statvfs(dir, &v))
		ret = err_sys(e, errno, "cannot tell how much room there is in %s", dir);
	/* It is sparse: what the cells write is what it takes. */
	if (!ret)
		ret = target_check_room(p, (uint64_t)v.f_bavail * v.f_frsize, dir, false, e);
	free(dir);
	return ret;
}

/* The image, in the journal before it is there, by a name that nothing else has. */
static int make_image(const char *path, uint64_t size, struct undo *u, size_t *item, int *fd,
		      struct err *e)
{
	struct stat st;
	int ret = undo_file(u, path, item, e);

	if (ret)
		return ret;
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*fd < 0)
		return err_sys(e, errno, "cannot make the image %s", path);
	if (fstat(*fd, &st) || ftruncate(*fd, (off_t)size))
		return err_sys(e, errno, "cannot make %s %llu bytes long", path,
			       (unsigned long long)size);
	return undo_is(u, *item, &st, e);
}

static int open_image(struct target *t, const struct target_wants *w, const struct plan *p,
		      const char *output, struct undo *u, struct err *e)
{
	uint64_t size = target_size(w, p->suite);
	char *folder = realpath(output, NULL), *path, dev[32];
	char name[TARGET_NAME];
	size_t item;
	int fd = -1, loop = -1, ret;

	if (!folder)
		return err_sys(e, errno, "cannot find %s", output);
	target_draw_name(name);
	path = xasprintf("%s/.fsduel-image-%s", folder, name);
	free(folder);
	ret = make_image(path, size, u, &item, &fd, e);
	if (!ret)
		ret = blockdev_check_direct(fd, path, e);
	if (!ret)
		ret = undo_loop(u, item, e);
	if (!ret)
		ret = loop_attach(fd, path, &loop, dev, e);
	if (!ret)
		ret = target_hold(t, dev, e);
	if (loop >= 0)
		close(loop);
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

/* --- device ------------------------------------------------------------------------- */

/* All checks of a device that the user named twice; claimed then, unless one fails. */
static int take_device(const struct target_wants *w, const struct plan *p, bool write,
		       struct claim *c, struct err *e)
{
	int ret = blockdev_named_twice(w->device, w->destroy, "--device", e);

	if (ret)
		return ret;
	ret = claim_open(c, w->device, write, blockdev_user, e);
	if (ret == -ENOTBLK) {
		err_exit(e, FSDUEL_USAGE);
		return err_add(e, ENOTBLK, "for an image, --image SIZE makes one");
	}
	if (ret)
		return ret;
	ret = blockdev_check_size(c->id.size_bytes, w->device, e);
	if (!ret)
		ret = blockdev_check_direct(c->fd, w->device, e);
	if (!ret && !w->force)
		ret = blockdev_check_empty(c->fd, w->device, e);
	if (!ret)
		ret = target_check_room(p, c->id.size_bytes, w->device, false, e);
	if (ret)
		claim_release(c);
	return ret;
}

/* Not for writing: udev would look at the device when it is closed, and a desktop mount it. */
static int check_device(const struct target_wants *w, const struct plan *p, const char *output,
			struct err *e)
{
	struct claim c = CLAIM_NONE;
	int ret = take_device(w, p, false, &c, e);

	(void)output;
	claim_release(&c);
	return ret;
}

/* The file systems that the plan will make on it: only those are ours to take off again. */
static json_t *uuids(const struct plan *p)
{
	json_t *all = json_array();

	for (unsigned block = 1; block <= p->suite->blocks; block++) {
		char *uuid = cell_uuid(plan_block_seed(p->suite->seed, block));

		json_array_append_new(all, json_string(uuid));
		free(uuid);
	}
	return all;
}

static int open_device(struct target *t, const struct target_wants *w, const struct plan *p,
		       const char *output, struct undo *u, struct err *e)
{
	int ret = take_device(w, p, true, &t->claim, e);
	char *unique;

	(void)output;
	if (ret)
		return ret;
	t->force = w->force;
	json_object_set_new(t->facts, "path", json_string(w->device));
	unique = blockdev_unique((dev_t)t->claim.id.number);
	if (unique)
		json_object_set_new(t->facts, TARGET_UNIQUE, json_string(unique));
	free(unique);
	target_note(t);
	return undo_wipe(u, t->device, uuids(p), claim_json(&t->claim), e);
}

/* --- all of them ---------------------------------------------------------------------- */

static const struct {
	int (*check)(const struct target_wants *w, const struct plan *p, const char *output,
		     struct err *e);
	int (*open)(struct target *t, const struct target_wants *w, const struct plan *p,
		    const char *output, struct undo *u, struct err *e);
} kinds[] = {
	[TARGET_IMAGE] = { check_image, open_image },
	[TARGET_DEVICE] = { check_device, open_device },
	[TARGET_DIR] = { target_check_dir, target_open_dir },
	[TARGET_NULL_BLK] = { target_check_null_blk, target_open_null_blk },
	[TARGET_ZRAM] = { target_check_zram, target_open_zram },
};

int target_check(const struct target_wants *w, const struct plan *p, const char *output,
		 struct err *e)
{
	int ret = kinds[w->kind].check(w, p, output, e);

	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}

/* Directories of our own: to mount on, and for what must not lie on the measured file system. */
static int make_places(struct target *t, struct undo *u, struct err *e)
{
	char name[TARGET_NAME], *base;
	int ret;

	target_draw_name(name);
	base = xasprintf("%s/run-%s", u->dir, name);
	t->work = xasprintf("%s/work", base);
	if (!t->mnt)
		t->mnt = xasprintf("%s/mnt", base);
	ret = undo_dir(u, base, e);
	if (!ret)
		ret = fs_mkdir_p(t->work, e);
	if (!ret)
		ret = fs_mkdir_p(t->mnt, e);
	if (!ret && !t->existing)
		ret = undo_mount(u, t->device, t->mnt, e);
	free(base);
	return ret;
}

int target_open(struct target *t, const struct target_wants *w, const struct plan *p,
		const char *output, struct undo *u, struct err *e)
{
	struct stat st;
	int ret;

	*t = (struct target){ .kind = w->kind,
			      .claim = CLAIM_NONE,
			      .dir_fd = -1,
			      .facts = json_pack("{s:s}", "kind", target_kind_names[w->kind]) };
	ret = kinds[w->kind].open(t, w, p, output, u, e);
	if (!ret)
		ret = make_places(t, u, e);
	if (!ret) {
		t->log_name = mount_device_name(t->device);
		if (!t->log_name)
			t->log_name = xstrdup(t->device);
		if (!stat(t->device, &st) && S_ISBLK(st.st_mode))
			blockdev_facts(st.st_rdev, t->facts);
	} else {
		err_exit(e, FSDUEL_MACHINE);
		target_close(t);
	}
	return ret;
}

int target_begin(struct target *t, struct err *e)
{
	int ret = t->force ? claim_take(&t->claim, true, e) : 0;

	return t->force && !ret ? blockdev_wipe(t->claim.excl, t->device, e) : ret;
}

/*
 * A mount of somebody else's there would be taken for ours. Our directories lie beside each
 * other.
 */
static int check_places(const struct target *t, struct err *e)
{
	struct stat mnt, work;

	if (stat(t->mnt, &mnt) || stat(t->work, &work))
		return err_sys(e, errno, "cannot look at %s", t->mnt);
	if (mnt.st_dev == work.st_dev)
		return 0;
	return err_add(e, EBUSY,
		       "somebody has mounted something on %s, where fsduel mounts: "
		       "unmount it",
		       t->mnt);
}

int target_ready(struct target *t, struct err *e)
{
	int ret;

	if (t->existing)
		return target_ready_dir(t, e);
	ret = check_places(t, e);
	return ret ? ret : claim_blank(&t->claim, e);
}

json_t *target_identity(const struct target *t)
{
	/* Names change from boot to boot, and the rest is the kernel's choice, which is compared.
	 */
	static const char *const changing[] = { TARGET_UNIQUE, "path",       "source",
						"mounted_on",  "scheduler",  "queue_depth",
						"rotational",  "write_cache" };
	json_t *j = json_deep_copy(t->facts);

	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		json_object_del(j, changing[i]);
	return j;
}

void target_close(struct target *t)
{
	claim_release(&t->claim);
	if (t->dir_fd >= 0)
		close(t->dir_fd);
	free(t->device);
	free(t->log_name);
	free(t->mnt);
	free(t->work);
	free(t->existing);
	free(t->dir);
	json_decref(t->facts);
	*t = (struct target)TARGET_NONE;
}
