/* SPDX-License-Identifier: GPL-2.0-or-later */
/* undo_kinds.c: the kinds of things a host run makes: how each is known and taken away. */
#include <errno.h>
#include <libmount/libmount.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"
#include "runners/cell/claim.h"
#include "runners/folder/folder.h"
#include "runners/fio/fio_run.h"
#include "runners/host/undo.h"
#include "runners/cell/mount.h"

static const char *text(const json_t *item, const char *key)
{
	const char *s = json_string_value(json_object_get(item, key));

	return s ? s : "";
}

static int undo_file_item(const json_t *item, struct strv *said, struct err *e)
{
	const char *path = text(item, "path");
	struct stat st;

	if (lstat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	if (unlink(path))
		return err_sys(e, errno, "cannot remove %s", path);
	strv_addf(said, "removed the file %s", path);
	return 0;
}

static int undo_dir_item(const json_t *item, struct strv *said, struct err *e)
{
	const char *path = text(item, "path");
	int ret;

	if (!fs_exists(path))
		return 0;
	fio_jobs_end(path);
	ret = fs_remove_tree(path, e);
	if (!ret)
		strv_addf(said, "removed the directory %s", path);
	return ret;
}

/* --- mounts ------------------------------------------------------------------------ */

/* How often source is mounted on dir; *foreign: the source of another mount that lies on top. */
static int count_mounts(const char *dir, const char *source, unsigned *ours, char **foreign,
			struct err *e)
{
	struct libmnt_iter *i = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_table *t = mnt_new_table();
	struct libmnt_fs *fs;
	int ret = 0;

	*ours = 0;
	*foreign = NULL;
	if (mnt_table_parse_file(t, "/proc/self/mountinfo"))
		ret = err_add(e, EIO, "cannot read /proc/self/mountinfo");
	while (!ret && !mnt_table_next_fs(t, i, &fs)) {
		const char *at = mnt_fs_get_target(fs), *from = mnt_fs_get_srcpath(fs);

		if (!at || strcmp(at, dir))
			continue;
		free(*foreign);
		*foreign = NULL;
		if (from && !strcmp(from, source))
			++*ours;
		else
			*foreign = xstrdup(from ? from : "something");
	}
	mnt_unref_table(t);
	mnt_free_iter(i);
	return ret;
}

static int undo_mount_item(const json_t *item, struct strv *said, struct err *e)
{
	const char *dir = text(item, "dir"), *source = text(item, "source");
	char *foreign;
	unsigned ours;
	int ret = count_mounts(dir, source, &ours, &foreign, e);

	if (foreign)
		ret = err_add(
			e, EBUSY,
			"%s is mounted on %s, which is not ours: unmount it, then fsduel clean",
			foreign, dir);
	free(foreign);
	if (!ret && ours)
		fio_jobs_end(dir);
	for (unsigned i = 0; !ret && i < ours; i++) {
		ret = mount_undo(dir, e);
		if (!ret)
			strv_addf(said, "unmounted %s from %s", source, dir);
	}
	return ret;
}

/* --- devices ----------------------------------------------------------------------- */

static bool is_listed(const json_t *uuids, const char *uuid)
{
	const json_t *one;
	size_t i;

	json_array_foreach(uuids, i, one)
		if (uuid && json_is_string(one) && !strcmp(json_string_value(one), uuid))
			return true;
	return false;
}

/* Numbers are given anew with each boot. */
static bool is_that_device(const json_t *item, const struct claim *c)
{
	const json_t *then = json_object_get(item, "identity");
	char *boot = fs_read_line(BOOT_ID_FILE);
	bool same_boot = boot && !strcmp(boot, text(item, "boot"));
	json_t *now = claim_json(c);
	bool same = same_boot ? json_equal(then, now)
			      : json_equal(json_object_get(then, "size_bytes"),
					   json_object_get(now, "size_bytes"));

	json_decref(now);
	free(boot);
	return same;
}

static int undo_wipe_item(const json_t *item, struct strv *said, struct err *e)
{
	const char *path = text(item, "path");
	struct claim c = CLAIM_NONE;
	struct err why = ERR_INIT;
	int ret = claim_open(&c, path, true, blockdev_user, &why);
	char *uuid;

	if (ret == -ENOENT || ret == -ENXIO || ret == -ENODEV)
		return 0;
	if (ret)
		return err_add(
			e, -ret,
			"cannot take our file system off %s: %s; when nothing else is on it: "
			"wipefs --all %s",
			path, why.text, path);
	uuid = blockdev_uuid(c.excl);
	if (!is_that_device(item, &c)) {
		if (uuid)
			strv_addf(said,
				  "left the file system on %s: it is another device than the "
				  "measured one",
				  path);
	} else if (is_listed(json_object_get(item, "uuids"), uuid)) {
		ret = blockdev_wipe(c.excl, path, e);
		if (!ret)
			strv_addf(said, "took the last file system off %s", path);
	}
	free(uuid);
	claim_release(&c);
	return ret;
}

static int undo_nullblk_item(const json_t *item, struct strv *said, struct err *e)
{
	const char *name = text(item, "name");
	int ret = nullblk_remove(name, e);

	if (ret > 0)
		strv_addf(said, "removed the null_blk device %s", name);
	return ret < 0 ? ret : 0;
}

/* --- settings and results ----------------------------------------------------------- */

/* A value that somebody has set since then stays. */
static int undo_sysfs_item(const json_t *item, struct strv *said, struct err *e)
{
	const char *path = text(item, "path"), *old = text(item, "old");
	char *now = fs_read_line(path);
	int ret = 0;

	if (now && strcmp(now, old) && !strcmp(now, text(item, "ours"))) {
		ret = fs_write_text(path, old, e);
		if (!ret)
			strv_addf(said, "put %s back into %s", old, path);
	}
	free(now);
	return ret;
}

static int undo_results_item(const json_t *item, struct strv *said, struct err *e)
{
	struct strv halves = STRV_INIT;
	int ret = 0;

	folder_halves(text(item, "path"), &halves);
	for (size_t i = 0; i < halves.n; i++) {
		if (!unlink(halves.v[i]))
			strv_addf(said, "removed the half-written %s", halves.v[i]);
		else if (errno != ENOENT && errno != EISDIR) /* a directory is not ours */
			ret = err_sys(e, errno, "cannot remove %s", halves.v[i]);
	}
	strv_release(&halves);
	return ret;
}

const struct undo_kind undo_kinds[] = {
	{ "file", false, undo_file_item },       { "dir", false, undo_dir_item },
	{ "mount", true, undo_mount_item },      { "wipe", false, undo_wipe_item },
	{ "null_blk", true, undo_nullblk_item }, { "sysfs", true, undo_sysfs_item },
	{ "results", false, undo_results_item }, { .name = NULL },
};
