/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target.c: the kinds of target, one row each: its check, and how it is made; see target.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/cell/claim.h"
#include "runners/cell/cell.h"
#include "runners/cell/mount.h"
#include "runners/host/disks.h"
#include "runners/host/target_impl.h"

#define SIZE_DEFAULT (1ull << 30)
#define RAM_DIR "/dev/shm"

const char *const target_kind_names[] = { "image", "device", "dir", "null_blk", "ram", NULL };

/* The size of a device that is made: as wanted, else as the suite's [device]. */
static uint64_t size_of(const struct target_use *use)
{
	uint64_t size = use->wants->size_bytes;

	size = size ? size : use->plan->suite->device.size_bytes;
	return size ? size : SIZE_DEFAULT;
}

/* Claim a device that was made, for as long as t is open. */
static int hold(struct target *t, const char *dev, struct err *e)
{
	return claim_open(&t->claim, dev, true, blockdev_user, e);
}

/* --- image, ram --------------------------------------------------------------------- */

/* Where the image is. */
static const char *image_dir(const struct target_use *use)
{
	return use->wants->kind == TARGET_RAM ? RAM_DIR : use->output;
}

static int check_image(const struct target_use *use, struct err *e)
{
	char *dir = fs_nearest(image_dir(use));
	uint64_t size = size_of(use);
	struct statvfs v;
	int ret = loop_supported(e);

	if (!ret && size % 4096)
		ret = err_add(e, EINVAL, "an image of %llu bytes: it takes a multiple of 4096",
			      (unsigned long long)size);
	if (!ret)
		ret = target_check_room(use, size, "the image", e);
	if (!ret && statvfs(dir, &v))
		ret = err_sys(e, errno, "cannot tell how much room there is in %s", dir);
	/* It is sparse: it takes only the blocks that the cells write. */
	if (!ret)
		ret = target_check_room(use, (uint64_t)v.f_bavail * v.f_frsize, dir, e);
	free(dir);
	return ret;
}

/* The image, in the journal before it is there. */
static int make_image(const char *path, uint64_t size, struct undo *u, int *fd, struct err *e)
{
	int ret = undo_file(u, path, e);

	if (ret)
		return ret;
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*fd < 0 || ftruncate(*fd, (off_t)size))
		return err_sys(e, errno, "cannot make the image %s of %llu bytes", path,
			       (unsigned long long)size);
	return blockdev_check_direct(*fd, path, e);
}

static int open_image(struct target *t, const struct target_use *use, struct undo *u, struct err *e)
{
	char *folder = realpath(image_dir(use), NULL), *path, dev[32];
	char name[TARGET_NAME];
	int fd = -1, loop = -1, ret;

	if (!folder)
		return err_sys(e, errno, "cannot find %s", image_dir(use));
	target_draw_name(name);
	path = xasprintf("%s/.fsduel-image-%s", folder, name);
	free(folder);
	ret = make_image(path, size_of(use), u, &fd, e);
	if (!ret)
		ret = loop_attach(fd, path, &loop, dev, e);
	if (!ret)
		ret = hold(t, dev, e);
	if (loop >= 0)
		close(loop);
	if (fd >= 0)
		close(fd);
	free(path);
	return ret;
}

static int check_ram(const struct target_use *use, struct err *e)
{
	struct statfs f;

	if (statfs(RAM_DIR, &f) || f.f_type != TMPFS_MAGIC)
		return err_add(e, ENODEV,
			       "there is no tmpfs on " RAM_DIR ", where a file in memory could be: "
			       "mount one, or use --image");
	return check_image(use, e);
}

/* --- device ------------------------------------------------------------------------- */

/* All checks of a device that the user named twice; claimed then, unless one fails. */
static int take_device(const struct target_use *use, bool write, struct claim *c, struct err *e)
{
	const struct target_wants *w = use->wants;
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
		ret = target_check_room(use, c->id.size_bytes, w->device, e);
	if (ret)
		claim_release(c);
	return ret;
}

/* Not for writing: udev would look at the device when it is closed, and a desktop mount it. */
static int check_device(const struct target_use *use, struct err *e)
{
	struct claim c = CLAIM_NONE;
	int ret = take_device(use, false, &c, e);

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

static int open_device(struct target *t, const struct target_use *use, struct undo *u,
		       struct err *e)
{
	int ret = take_device(use, true, &t->claim, e);
	char *unique;

	if (ret)
		return ret;
	t->force = use->wants->force;
	json_object_set_new(t->facts, "path", json_string(use->wants->device));
	unique = blockdev_unique((dev_t)t->claim.id.number);
	if (unique)
		json_object_set_new(t->facts, TARGET_UNIQUE, json_string(unique));
	free(unique);
	return undo_wipe(u, t->claim.path, uuids(use->plan), claim_json(&t->claim), e);
}

/* --- null_blk ------------------------------------------------------------------ */

static int check_null_blk(const struct target_use *use, struct err *e)
{
	int ret = nullblk_supported(e);

	if (ret)
		return err_add(e, -ret,
			       "where it is a module: modprobe null_blk nr_devices=0, and mount -t "
			       "configfs none /sys/kernel/config; else use --image");
	return target_check_room(use, size_of(use), "null_blk", e);
}

static int open_null_blk(struct target *t, const struct target_use *use, struct undo *u,
			 struct err *e)
{
	struct suite_device d = use->plan->suite->device;
	char name[TARGET_NAME], *item, dev[32];
	int ret;

	d.size_bytes = size_of(use);
	target_draw_name(name);
	item = xasprintf("fsduel%.8s", name);
	ret = undo_nullblk(u, item, e);
	if (!ret)
		ret = nullblk_create(&d, item, dev, e);
	free(item);
	if (ret)
		return ret;
	json_object_update_new(
		t->facts, json_pack("{s:I, s:I, s:I}", "latency_ns", (json_int_t)d.latency_ns,
				    "cache_bytes", (json_int_t)d.cache_bytes,
				    "bandwidth_bytes_per_s", (json_int_t)d.bandwidth_bytes_per_s));
	return hold(t, dev, e);
}

static const struct {
	int (*check)(const struct target_use *use, struct err *e);
	int (*open)(struct target *t, const struct target_use *use, struct undo *u, struct err *e);
} kinds[] = {
	[TARGET_IMAGE] = { check_image, open_image },
	[TARGET_DEVICE] = { check_device, open_device },
	[TARGET_DIR] = { target_check_dir, target_open_dir },
	[TARGET_NULL_BLK] = { check_null_blk, open_null_blk },
	[TARGET_RAM] = { check_ram, open_image },
};

int target_check(const struct target_wants *w, const struct plan *p, const char *output,
		 struct err *e)
{
	int ret = kinds[w->kind].check(&(struct target_use){ w, p, output }, e);

	if (ret)
		err_exit(e, FSDUEL_MACHINE);
	return ret;
}

/* Directories of our own: to mount on, and for files that are not to be measured. */
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
	ret = kinds[w->kind].open(t, &(struct target_use){ w, p, output }, u, e);
	if (!ret && !t->existing) {
		t->device = xstrdup(t->claim.path);
		json_object_set_new(t->facts, "size_bytes",
				    json_integer((json_int_t)t->claim.id.size_bytes));
	}
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

/* A mount of somebody else's would be taken for ours: it shows beside our other directory. */
static int check_places(const struct target *t, struct err *e)
{
	struct stat mnt, work;

	if (stat(t->mnt, &mnt) || stat(t->work, &work))
		return err_sys(e, errno, "cannot look at %s", t->mnt);
	if (mnt.st_dev == work.st_dev)
		return 0;
	return err_add(e, EBUSY,
		       "somebody has mounted something on %s, where fsduel mounts: unmount it",
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
	/* Names change with each boot; the rest is the kernel's choice, which is compared. */
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
