/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_undo.c: the journal of a host run: what is noted is on disk before it is
 * made, what is ours goes, and what only looks like it stays. Loop devices and
 * mounts are real; without root those tests skip and say so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/cell/claim.h"
#include "runners/host/disks.h"
#include "runners/host/undo.h"
#include "tests/unit/skip.h"

#define UUID_A "11111111-2222-4333-8444-555555555555"
#define UUID_B "11111111-2222-4333-8444-666666666666"

struct place {
	char dir[32];
	struct undo u;
};

static int make_place(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));
	char *own;

	strcpy(p->dir, "/tmp/fsduel-undo-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	own = xasprintf("%s/state", p->dir);
	setenv("FSDUEL_STATE", own, 1);
	free(own);
	assert_int_equal(undo_open(&p->u, NULL), 0);
	*state = p;
	return 0;
}

static int drop_place(void **state)
{
	struct place *p = *state;

	undo_close(&p->u);
	assert_int_equal(fs_remove_tree(p->dir, NULL), 0);
	free(p);
	return 0;
}

static char *in(const struct place *p, const char *name)
{
	return xasprintf("%s/%s", p->dir, name);
}

static void touch(const char *path)
{
	assert_int_equal(fs_write_atomic(path, "x", 1, NULL), 0);
}

/* As after kill -9: the journal is all that is known. */
static void reopen(struct place *p)
{
	undo_close(&p->u);
	assert_int_equal(undo_open(&p->u, NULL), 0);
}

/* How many things were there to be undone; all of them must succeed. */
static size_t undo_them(struct place *p)
{
	struct strv said = STRV_INIT;
	struct err e = ERR_INIT;
	size_t n;

	if (undo_all(&p->u, &said, &e))
		fail_msg("%s", e.text);
	n = said.n;
	strv_release(&said);
	assert_int_equal(undo_left(&p->u), 0);
	assert_false(fs_exists(p->u.journal));
	return n;
}

static void what_is_noted_outlives_the_process_and_what_was_never_made_is_fine(void **state)
{
	struct place *p = *state;
	char *file = in(p, "image"), *dir = in(p, "run");

	assert_int_equal(undo_file(&p->u, file, NULL), 0);
	assert_int_equal(undo_dir(&p->u, dir, NULL), 0);
	assert_false(fs_exists(file));
	reopen(p);
	assert_int_equal(undo_left(&p->u), 2);
	assert_int_equal(undo_them(p), 0);
	free(file);
	free(dir);
}

static void what_was_made_is_removed(void **state)
{
	struct place *p = *state;
	char *file = in(p, "image"), *dir = in(p, "run"), *below = in(p, "run/a/b");

	undo_file(&p->u, file, NULL);
	undo_dir(&p->u, dir, NULL);
	touch(file);
	assert_int_equal(fs_mkdir_p(below, NULL), 0);
	reopen(p);
	assert_int_equal(undo_them(p), 2);
	assert_false(fs_exists(file));
	assert_false(fs_exists(dir));
	free(file);
	free(dir);
	free(below);
}

static void one_run_at_a_time(void **state)
{
	struct undo second;
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(undo_open(&second, &e), -EBUSY);
	assert_non_null(strstr(e.text, "is measuring on this machine"));
	assert_int_equal(e.exit_code, FSDUEL_MACHINE);
}

static void a_setting_is_put_back_unless_somebody_changed_it_since(void **state)
{
	static const struct {
		const char *now, *then;
		size_t undone;
	} cases[] = {
		{ "performance", "powersave", 1 },
		{ "schedutil", "schedutil", 0 },
		{ "powersave", "powersave", 0 },
	};
	struct place *p = *state;
	char *path = in(p, "governor");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *line;

		fs_write_atomic(path, "powersave", 9, NULL);
		assert_int_equal(undo_sysfs(&p->u, path, "performance", NULL), 0);
		fs_write_atomic(path, cases[i].now, strlen(cases[i].now), NULL);
		reopen(p);
		assert_int_equal(undo_them(p), cases[i].undone);
		line = fs_read_line(path);
		/* Written over the longer word that was there: a file is not a setting. */
		assert_int_equal(strncmp(line, cases[i].then, strlen(cases[i].then)), 0);
		free(line);
	}
	free(path);
}

static void only_half_written_results_are_removed(void **state)
{
	static const char *const gone[] = { "run.json.tmp", "samples.csv.tmp",
					    "parts/b0001-c0001-v01-throughput.json.tmp" };
	static const char *const stay[] = { "run.json", "mine.tmp", "parts/mine.json.tmp",
					    "parts/b0001-c0001-v01-throughput.json" };
	struct place *p = *state;
	char *path = in(p, "parts");

	fs_mkdir_p(path, NULL);
	free(path);
	/* Those that stay first: writing one of them uses its .tmp name. */
	for (size_t i = 0; i < 7; i++) {
		path = in(p, i < 4 ? stay[i] : gone[i - 4]);
		touch(path);
		free(path);
	}
	/* A directory is nobody's half-written file, and does not stop the rest. */
	path = in(p, "latency.csv.tmp");
	fs_mkdir_p(path, NULL);
	undo_results(&p->u, p->dir, NULL);
	reopen(p);
	assert_int_equal(undo_them(p), 3);
	assert_true(fs_exists(path));
	free(path);
	for (size_t i = 0; i < 3; i++) {
		path = in(p, gone[i]);
		assert_false(fs_exists(path));
		free(path);
	}
	for (size_t i = 0; i < 4; i++) {
		path = in(p, stay[i]);
		assert_true(fs_exists(path));
		free(path);
	}
}

static void a_damaged_journal_is_told_and_kept(void **state)
{
	static const char *const damaged[] = { "", "{", "[]", "{\"items\": 1}" };
	struct place *p = *state;
	char *journal = xstrdup(p->u.journal);

	undo_close(&p->u);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct err e = ERR_INIT;

		fs_write_atomic(journal, damaged[i], strlen(damaged[i]), NULL);
		assert_int_equal(undo_open(&p->u, &e), -EINVAL);
		assert_true(e.text[0]);
		assert_true(fs_exists(journal));
	}
	free(journal);
}

static void an_item_of_another_fsduel_stays(void **state)
{
	static const char text[] = "{\"items\": [{\"kind\": \"moon\", \"boot\": \"x\"}, {}, 7]}";
	struct place *p = *state;
	struct strv said = STRV_INIT;
	struct err e = ERR_INIT;

	fs_write_atomic(p->u.journal, text, sizeof(text) - 1, NULL);
	reopen(p);
	assert_int_equal(undo_all(&p->u, &said, &e), -EINVAL);
	assert_int_equal(undo_left(&p->u), 3);
	assert_int_equal(said.n, 0);
}

/* A journal that somebody has edited. */
static void an_item_without_a_path_is_nothing(void **state)
{
	struct place *p = *state;

	json_array_append_new(p->u.items,
			      json_pack("{s:s, s:s}", "kind", "file", "boot", p->u.boot));
	json_array_append_new(p->u.items,
			      json_pack("{s:s, s:s}", "kind", "mount", "boot", p->u.boot));
	assert_int_equal(undo_them(p), 0);
}

static void make_image(const char *path, const char *uuid)
{
	const char *argv[] = { "mke2fs", "-q", "-F", "-t", "ext4", "-U", uuid, path, NULL };
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 16 << 20), 0);
	close(fd);
	assert_int_equal(proc_check(argv, NULL, NULL, NULL), 0);
}

static void need(const char *program, bool root)
{
	char *path = proc_which(program);

	free(path);
	if (!path)
		skip_because("skipped: no %s", program);
	if (root && geteuid())
		skip_because("skipped: needs root");
	if (root && loop_supported(NULL))
		skip_because("skipped: no loop devices");
}

/* A loop device that stays when we close it, as losetup makes them. */
static void attach(const char *path, char dev[32])
{
	struct loop_config c = { .fd = (uint32_t)open(path, O_RDWR | O_CLOEXEC) };
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), fd;

	for (int i = 0; i < 20; i++) {
		snprintf(dev, 32, "/dev/loop%d", ioctl(control, LOOP_CTL_GET_FREE));
		fd = open(dev, O_RDWR | O_CLOEXEC);
		if (!ioctl(fd, LOOP_CONFIGURE, &c))
			break;
		close(fd);
		fd = -1;
	}
	assert_true(fd >= 0);
	close(fd);
	close(control);
	close((int)c.fd);
}

static void attach_as(const char *path, const char *dev)
{
	struct loop_config c = { .fd = (uint32_t)open(path, O_RDWR | O_CLOEXEC) };
	int fd = open(dev, O_RDWR | O_CLOEXEC);

	assert_int_equal(ioctl(fd, LOOP_CONFIGURE, &c), 0);
	close(fd);
	close((int)c.fd);
}

static void detach(const char *dev)
{
	int fd = open(dev, O_RDONLY | O_CLOEXEC);

	assert_int_equal(ioctl(fd, LOOP_CLR_FD), 0);
	close(fd);
}

/* Noted as a run does it, which then ends. */
static void note_wipe(struct place *p, const char *dev)
{
	struct claim c;
	struct err e = ERR_INIT;

	if (claim_open(&c, dev, true, blockdev_user, &e) ||
	    undo_wipe(&p->u, dev, json_pack("[s, s]", UUID_A, "more"), claim_json(&c), &e))
		fail_msg("%s", e.text);
	claim_release(&c);
}

static bool has_file_system(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *uuid = blockdev_uuid(fd);
	bool has = uuid;

	free(uuid);
	close(fd);
	return has;
}

static void only_file_systems_of_ours_are_taken_off(void **state)
{
	struct place *p = *state;
	char *ours = in(p, "ours"), *theirs = in(p, "theirs");
	char before[SHA256_HEX], after[SHA256_HEX], a[32], b[32];

	need("mke2fs", true);
	make_image(ours, UUID_A);
	make_image(theirs, UUID_B);
	sha256_file(theirs, before, NULL);
	attach(ours, a);
	attach(theirs, b);
	note_wipe(p, a);
	note_wipe(p, b);
	reopen(p);
	assert_int_equal(undo_them(p), 1);
	detach(a);
	detach(b);
	sha256_file(theirs, after, NULL);
	assert_string_equal(before, after);
	assert_false(has_file_system(ours));
	free(ours);
	free(theirs);
}

/* Even one with a UUID of ours: those of a suite are the same in every run of it. */
static void another_device_in_the_place_of_ours_is_left_alone(void **state)
{
	struct place *p = *state;
	char *ours = in(p, "ours"), *clone = in(p, "clone"), dev[32];

	need("mke2fs", true);
	make_image(ours, UUID_A);
	make_image(clone, UUID_A);
	attach(ours, dev);
	note_wipe(p, dev);
	detach(dev);
	attach_as(clone, dev);
	reopen(p);
	assert_int_equal(undo_them(p), 1); /* which says that it stays */
	detach(dev);
	assert_true(has_file_system(clone));
	free(ours);
	free(clone);
}

/* The journal of another boot: numbers are others then, the size is not. */
static void after_a_restart_the_size_and_the_uuid_tell(void **state)
{
	struct place *p = *state;
	char *ours = in(p, "ours"), dev[32];
	json_t *item;

	need("mke2fs", true);
	make_image(ours, UUID_A);
	attach(ours, dev);
	for (int round = 0; round < 2; round++) {
		note_wipe(p, dev);
		item = json_array_get(p->u.items, 0);
		json_object_set_new(item, "boot", json_string("another"));
		item = json_object_get(item, "identity");
		json_object_set_new(item, "number", json_integer(1));
		if (!round)
			json_object_set_new(item, "size_bytes", json_integer(1));
		assert_int_equal(undo_them(p), 1);
		assert_int_equal(has_file_system(ours), !round);
	}
	detach(dev);
	free(ours);
}

/* An earlier boot's settings have gone with it; that value now is somebody's. */
static void an_earlier_boot_has_no_settings_left(void **state)
{
	struct place *p = *state;
	char *path = in(p, "governor"), *line;

	fs_write_atomic(path, "powersave", 9, NULL);
	assert_int_equal(undo_sysfs(&p->u, path, "performance", NULL), 0);
	json_object_set_new(json_array_get(p->u.items, 0), "boot", json_string("before"));
	fs_write_atomic(path, "performance", 11, NULL);
	assert_int_equal(undo_them(p), 0);
	line = fs_read_line(path);
	assert_string_equal(line, "performance");
	free(line);
	free(path);
}

static void mounts_are_known_by_place_and_source(void **state)
{
	struct place *p = *state;
	char *ours = in(p, "image"), *dir = in(p, "mnt"), dev[32];
	struct strv said = STRV_INIT;
	struct err e = ERR_INIT;

	need("mke2fs", true);
	make_image(ours, UUID_A);
	fs_mkdir_p(dir, NULL);
	attach(ours, dev);
	undo_mount(&p->u, dev, dir, NULL);
	assert_int_equal(mount(dev, dir, "ext4", 0, ""), 0);
	assert_int_equal(undo_them(p), 1);

	undo_mount(&p->u, dev, dir, NULL);
	assert_int_equal(mount("somebody", dir, "tmpfs", 0, ""), 0);
	assert_int_equal(undo_all(&p->u, &said, &e), -EBUSY);
	assert_non_null(strstr(e.text, "is not ours: unmount it"));
	assert_int_equal(undo_left(&p->u), 1);
	assert_int_equal(umount2(dir, 0), 0); /* still there */
	assert_int_equal(undo_them(p), 0);
	detach(dev);
	free(ours);
	free(dir);
}

int main(void)
{
#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)
	const struct CMUnitTest tests[] = {
		PLACED(what_is_noted_outlives_the_process_and_what_was_never_made_is_fine),
		PLACED(what_was_made_is_removed),
		PLACED(one_run_at_a_time),
		PLACED(a_setting_is_put_back_unless_somebody_changed_it_since),
		PLACED(only_half_written_results_are_removed),
		PLACED(a_damaged_journal_is_told_and_kept),
		PLACED(an_item_of_another_fsduel_stays),
		PLACED(an_item_without_a_path_is_nothing),
		PLACED(only_file_systems_of_ours_are_taken_off),
		PLACED(another_device_in_the_place_of_ours_is_left_alone),
		PLACED(after_a_restart_the_size_and_the_uuid_tell),
		PLACED(an_earlier_boot_has_no_settings_left),
		PLACED(mounts_are_known_by_place_and_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
