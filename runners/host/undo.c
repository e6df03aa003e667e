/* SPDX-License-Identifier: GPL-2.0-or-later */
/* undo.c: the journal of undo.h; the meaning of its items is in undo_kinds.c. */
#include "runners/host/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fs.h"

#define STATE_DIR "/var/lib/fsduel"
#define LOCK_TRIES 100
#define LOCK_WAIT_US 20000

/* --- the journal ------------------------------------------------------------------ */

/* A child that was forked and not yet exec'ed holds the lock of a killed parent a moment longer. */
static int take_lock(struct undo *u, struct err *e)
{
	char *path = xasprintf("%s/lock", u->dir);
	int ret = 0;

	u->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (u->lock_fd < 0)
		ret = err_sys(e, errno, "cannot open %s", path);
	for (int i = 0; !ret && flock(u->lock_fd, LOCK_EX | LOCK_NB); i++) {
		if (i == LOCK_TRIES)
			ret = err_add(e, EBUSY,
				      "another fsduel is measuring on this machine and holds %s: "
				      "wait for it, two would measure each other",
				      path);
		else
			usleep(LOCK_WAIT_US);
	}
	free(path);
	return ret;
}

static int read_journal(struct undo *u, struct err *e)
{
	char *tmp = xasprintf("%s.tmp", u->journal);
	json_t *j = NULL;
	int ret = 0;

	unlink(tmp); /* a crash may leave it; the journal itself is whole */
	free(tmp);
	if (!fs_exists(u->journal)) {
		u->items = json_array();
		return 0;
	}
	ret = fs_read_json(u->journal, &j, e);
	if (!ret && !json_is_array(json_object_get(j, "items")))
		ret = err_add(e, EINVAL, "%s is no journal of fsduel's: look at it and remove it",
			      u->journal);
	if (!ret)
		u->items = json_incref(json_object_get(j, "items"));
	json_decref(j);
	return ret;
}

static int find_state_dir(struct undo *u, struct err *e)
{
	const char *own = getenv("FSDUEL_STATE");
	const char *path = own && *own ? own : STATE_DIR;
	int ret = fs_mkdir_p(path, e);

	if (ret)
		return err_add(e, -ret,
			       "a run keeps its journal there; FSDUEL_STATE names another folder");
	u->dir = realpath(path, NULL);
	if (!u->dir)
		return err_sys(e, errno, "cannot find %s", path);
	/* Devices are mounted below it: nobody else's business. */
	if (chmod(u->dir, 0700))
		return err_sys(e, errno, "cannot close %s to others", u->dir);
	u->journal = xasprintf("%s/undo.json", u->dir);
	return 0;
}

int undo_open(struct undo *u, struct err *e)
{
	int ret;

	*u = (struct undo)UNDO_NONE;
	ret = find_state_dir(u, e);
	if (!ret)
		ret = take_lock(u, e);
	if (!ret)
		ret = read_journal(u, e);
	u->boot = fs_read_line(BOOT_ID_FILE);
	if (!ret && !u->boot)
		ret = err_add(e, ENOENT, "cannot read " BOOT_ID_FILE);
	if (ret) {
		err_exit(e, FSDUEL_MACHINE);
		undo_close(u);
	}
	return ret;
}

size_t undo_left(const struct undo *u)
{
	return json_array_size(u->items);
}

void undo_close(struct undo *u)
{
	json_decref(u->items);
	if (u->lock_fd >= 0)
		close(u->lock_fd);
	free(u->boot);
	free(u->journal);
	free(u->dir);
	*u = (struct undo)UNDO_NONE;
}

static int save(struct undo *u, struct err *e)
{
	json_t *j;
	int ret;

	if (!undo_left(u)) {
		if (unlink(u->journal) && errno != ENOENT)
			return err_sys(e, errno, "cannot remove %s", u->journal);
		return 0;
	}
	j = json_pack("{s:i, s:O}", "pid", (int)getpid(), "items", u->items);
	ret = fs_write_json(u->journal, j, e);
	json_decref(j);
	return ret;
}

/* One more item, which is taken over. */
static int note(struct undo *u, const char *kind, json_t *item, struct err *e)
{
	int ret;

	json_object_set_new(item, "kind", json_string(kind));
	json_object_set_new(item, "boot", json_string(u->boot));
	json_array_append_new(u->items, item);
	ret = save(u, e);
	if (ret)
		json_array_remove(u->items, undo_left(u) - 1);
	return ret;
}

/* --- items ------------------------------------------------------------------------ */

int undo_file(struct undo *u, const char *path, struct err *e)
{
	return note(u, "file", json_pack("{s:s}", "path", path), e);
}

int undo_dir(struct undo *u, const char *path, struct err *e)
{
	return note(u, "dir", json_pack("{s:s}", "path", path), e);
}

int undo_mount(struct undo *u, const char *source, const char *dir, struct err *e)
{
	return note(u, "mount", json_pack("{s:s, s:s}", "source", source, "dir", dir), e);
}

int undo_wipe(struct undo *u, const char *device, json_t *uuids, json_t *identity, struct err *e)
{
	return note(
		u, "wipe",
		json_pack("{s:s, s:o, s:o}", "path", device, "uuids", uuids, "identity", identity),
		e);
}

int undo_nullblk(struct undo *u, const char *name, struct err *e)
{
	return note(u, "null_blk", json_pack("{s:s}", "name", name), e);
}

int undo_sysfs(struct undo *u, const char *path, const char *value, struct err *e)
{
	char *old = fs_read_line(path);
	int ret;

	if (!old)
		return err_add(e, EIO, "cannot read %s, so it is not changed", path);
	ret = note(u, "sysfs",
		   json_pack("{s:s, s:s, s:s}", "path", path, "old", old, "ours", value), e);
	free(old);
	return ret;
}

int undo_results(struct undo *u, const char *dir, struct err *e)
{
	return note(u, "results", json_pack("{s:s}", "path", dir), e);
}

/* --- undoing ---------------------------------------------------------------------- */

static int undo_one(const struct undo *u, const json_t *item, struct strv *said, struct err *e)
{
	const char *kind = json_string_value(json_object_get(item, "kind"));
	const char *boot = json_string_value(json_object_get(item, "boot"));

	for (const struct undo_kind *k = undo_kinds; kind && k->name; k++) {
		if (strcmp(k->name, kind))
			continue;
		if (k->ends_with_boot && (!boot || strcmp(boot, u->boot)))
			return 0;
		return k->undo(item, said, e);
	}
	return err_add(e, EINVAL,
		       "%s has an item that this fsduel does not know: clean up with the one "
		       "that wrote it",
		       u->journal);
}

int undo_all(struct undo *u, struct strv *said, struct err *e)
{
	int first = 0, ret;

	for (size_t i = undo_left(u); i-- > 0;) {
		ret = undo_one(u, json_array_get(u->items, i), said, e);
		if (!ret)
			json_array_remove(u->items, i);
		else if (!first)
			first = ret;
	}
	ret = save(u, e);
	return first ? first : ret;
}
