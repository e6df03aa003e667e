/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_claim.c: nothing is written to a device that somebody else uses, or that is
 * another than the one that was claimed. Devices, mounts and swaps are real; without
 * root or a program those tests skip and say so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/cell/claim.h"
#include "runners/cell/mount.h"
#include "runners/host/disks.h"
#include "runners/suite/suite.h"
#include "tests/unit/skip.h"

#define IMAGE_BYTES (320 << 20)

/* Drawn anew: the kernel and mkfs.btrfs refuse a UUID that a device of another run has. */
struct place {
	char uuid[40], other[40];
	char dir[32], mnt[48], image[48], dev[32], claimed_as[48];
	int loop_fd;
	struct claim c;
};

static void make_image(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(ftruncate(fd, IMAGE_BYTES), 0);
	close(fd);
}

static void draw_uuid(char dst[40])
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	if (fs_read("/proc/sys/kernel/random/uuid", 0, &b, &e))
		fail_msg("%s", e.text);
	snprintf(dst, 40, "%.36s", buf_str(&b));
	buf_release(&b);
}

static int make_place(void **state)
{
	struct place *p = xcalloc(1, sizeof(*p));
	int fd;

	p->c = CLAIM_NONE;
	p->loop_fd = -1;
	draw_uuid(p->uuid);
	draw_uuid(p->other);
	strcpy(p->dir, "/tmp/fsduel-claim-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	snprintf(p->mnt, sizeof(p->mnt), "%s/mnt", p->dir);
	snprintf(p->image, sizeof(p->image), "%s/image", p->dir);
	snprintf(p->claimed_as, sizeof(p->claimed_as), "%s/node", p->dir);
	assert_int_equal(mkdir(p->mnt, 0700), 0);
	make_image(p->image);
	*state = p;
	if (geteuid() || loop_supported(NULL))
		return 0;
	fd = open(p->image, O_RDWR | O_CLOEXEC);
	assert_int_equal(loop_attach(fd, p->image, &p->loop_fd, p->dev, NULL), 0);
	assert_int_equal(symlink(p->dev, p->claimed_as), 0);
	close(fd);
	return 0;
}

static int drop_place(void **state)
{
	struct place *p = *state;

	claim_release(&p->c);
	umount2(p->mnt, MNT_DETACH);
	swapoff(p->dev);
	if (p->loop_fd >= 0)
		close(p->loop_fd);
	assert_int_equal(fs_remove_tree(p->dir, NULL), 0);
	free(p);
	return 0;
}

/* The place with its device claimed as a run does it. */
static struct place *claimed(void **state)
{
	struct place *p = *state;
	struct err e = ERR_INIT;

	if (p->loop_fd < 0)
		skip_because("skipped: needs root and loop devices");
	if (claim_open(&p->c, p->claimed_as, true, blockdev_user, &e))
		fail_msg("%s", e.text);
	return p;
}

static void run(const char *command)
{
	const char *argv[] = { "sh", "-c", command, NULL };
	struct err e = ERR_INIT;

	if (proc_check(argv, NULL, NULL, &e))
		fail_msg("%s", e.text);
}

/* What is on the device itself, not in the page cache of a mount. */
static void sum(const struct place *p, char dst[SHA256_HEX])
{
	sync();
	assert_int_equal(sha256_file(p->image, dst, NULL), 0);
}

static void refused(int ret, int want, const struct err *e, const char *says)
{
	if (ret != want || !strstr(e->text, says))
		fail_msg("%d: %s", ret, e->text);
}

/* mkfs.btrfs wants no other device with its UUID, whatever file system that is for. */
static bool make_fs(const struct place *p, const char *fs)
{
	const struct fs_type *t = fs_type_find(fs);
	char *path = proc_which(t->mkfs), *line;
	struct strv argv = STRV_INIT;
	struct buf b = BUF_INIT;

	if (!path) {
		print_message("# %s is not here\n", t->mkfs);
		return false;
	}
	assert_int_equal(fs_type_mkfs(t, NULL, strcmp(p->dev, p->c.path) ? p->other : p->uuid,
				      p->uuid, &argv, NULL),
			 0);
	for (size_t i = 0; i < argv.n; i++)
		buf_addf(&b, "%s ", argv.v[i]);
	line = xasprintf("wipefs -qa %s; %s%s 2>&1 > /dev/null", p->dev, buf_str(&b), p->dev);
	run(line);
	free(line);
	free(path);
	buf_release(&b);
	strv_release(&argv);
	return true;
}

/* --- nobody else's data is discarded ----------------------------------------------------- */

static void a_device_that_is_mounted_is_not_blanked(void **state)
{
	static const char *const names[] = { "ext4", "xfs", "btrfs" };
	struct place *p = claimed(state);
	char before[SHA256_HEX], after[SHA256_HEX];

	assert_int_equal(claim_lend(&p->c, NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		struct err e = ERR_INIT;

		if (!make_fs(p, names[i]))
			continue;
		if (mount_do(fs_type_find(names[i]), "noatime", p->dev, p->mnt, &e))
			fail_msg("%s", e.text);
		sum(p, before);
		refused(claim_blank(&p->c, &e), -EBUSY, &e, "is in use: it is mounted on ");
		sum(p, after);
		assert_string_equal(before, after);
		assert_int_equal(umount2(p->mnt, 0), 0);
	}
}

/* To the kernel they are two devices; only where they overlap are they one content. */
static void a_device_whose_file_another_one_has_mounted_is_not_blanked(void **state)
{
	struct place *p = claimed(state);
	char before[SHA256_HEX], after[SHA256_HEX], other[32];
	int file = open(p->image, O_RDWR | O_CLOEXEC), loop = -1;
	struct err e = ERR_INIT;

	assert_int_equal(claim_lend(&p->c, NULL), 0);
	if (!make_fs(p, "ext4"))
		skip_because("skipped: needs mke2fs");
	assert_int_equal(loop_attach(file, p->image, &loop, other, &e), 0);
	close(file);
	if (mount_do(fs_type_find("ext4"), "noatime", other, p->mnt, &e))
		fail_msg("%s", e.text);
	sum(p, before);
	refused(claim_blank(&p->c, &e), -EBUSY, &e, "its file is behind /dev/loop");
	sum(p, after);
	assert_string_equal(before, after);
	assert_int_equal(umount2(p->mnt, 0), 0);
	err_clear(&e);
	if (claim_take(&p->c, true, &e)) /* attached is not used */
		fail_msg("%s", e.text);
	close(loop);
}

#define SWAP_KIB 40 /* the least that mkswap makes */

/* All of a swap's device but the pages of the swap, which the kernel may write to at any time. */
static void sum_beside_swap(const struct place *p, char dst[2][SHA256_HEX])
{
	const void *data;
	size_t len;

	sync();
	assert_int_equal(fs_map(p->image, &data, &len, NULL), 0);
	sha256_hex(data, 4096, dst[0]); /* its header */
	sha256_hex((const char *)data + SWAP_KIB * 1024, len - SWAP_KIB * 1024, dst[1]);
	fs_unmap(data, len);
}

/* Make the system swap, as it does when memory is short. */
static void swap_out(void)
{
	size_t len = 64 << 10;
	char *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	memset(memory, 'x', len);
	madvise(memory, len, MADV_PAGEOUT);
	munmap(memory, len);
}

static void a_device_that_is_swapped_to_is_not_blanked(void **state)
{
	struct place *p = claimed(state);
	char before[2][SHA256_HEX], after[2][SHA256_HEX],
		*line = xasprintf("mkswap %s %d > /dev/null", p->dev, SWAP_KIB);
	struct err e = ERR_INIT;
	int fd;

	assert_int_equal(claim_lend(&p->c, NULL), 0);
	run(line);
	free(line);
	fd = open(p->dev, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "content", 7, IMAGE_BYTES / 2), 7);
	close(fd);
	if (swapon(p->dev, 0))
		skip_because("skipped: swapon does not work here");
	sum_beside_swap(p, before);
	swap_out();
	refused(claim_blank(&p->c, &e), -EBUSY, &e, "the system swaps to it");
	sum_beside_swap(p, after);
	assert_memory_equal(before, after, sizeof(before));
}

static void a_device_that_a_program_holds_is_not_blanked(void **state)
{
	struct place *p = claimed(state);
	struct err e = ERR_INIT;
	int fd;

	assert_int_equal(claim_lend(&p->c, NULL), 0);
	fd = open(p->dev, O_RDONLY | O_EXCL | O_CLOEXEC);
	assert_true(fd >= 0);
	refused(claim_blank(&p->c, &e), -EBUSY, &e, "is in use");
	close(fd);
	if (claim_blank(&p->c, &e))
		fail_msg("%s", e.text);
}

static void while_it_is_claimed_nobody_else_gets_it(void **state)
{
	struct place *p = claimed(state);

	assert_int_equal(open(p->dev, O_RDWR | O_EXCL | O_CLOEXEC), -1);
	assert_int_equal(mount(p->dev, p->mnt, "ext4", 0, NULL), -1);
	assert_int_equal(errno, EBUSY);
}

/* --- nor that of another device ------------------------------------------------------------ */

/* A loop device that is not ours, with something on it. */
static int other_loop(struct place *p, char dev[32])
{
	char *path = xasprintf("%s/other", p->dir);
	int file, fd;

	make_image(path);
	file = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(loop_attach(file, path, &fd, dev, NULL), 0);
	close(file);
	free(path);
	return fd;
}

static void a_path_that_leads_elsewhere_is_refused(void **state)
{
	struct place *p = claimed(state);
	struct err e = ERR_INIT;
	char other[32];
	int fd = other_loop(p, other);
	struct stat st;

	/* A link to another device, to nothing, then a node and a file in its place. */
	assert_int_equal(unlink(p->claimed_as), 0);
	assert_int_equal(symlink(other, p->claimed_as), 0);
	refused(claim_blank(&p->c, &e), -ENODEV, &e, "its path leads to another device");
	err_clear(&e);
	assert_int_equal(unlink(p->claimed_as), 0);
	refused(claim_lend(&p->c, &e), -ENODEV, &e, "is not there any more");
	err_clear(&e);
	assert_int_equal(stat(other, &st), 0);
	assert_int_equal(mknod(p->claimed_as, S_IFBLK | 0600, st.st_rdev), 0);
	refused(claim_take(&p->c, true, &e), -ENODEV, &e, "its path leads to another device");
	err_clear(&e);
	assert_int_equal(unlink(p->claimed_as), 0);
	make_image(p->claimed_as);
	refused(claim_take(&p->c, true, &e), -ENODEV, &e, "its path leads to another device");
	/* Back again: a node of its own number is as good as the link. */
	assert_int_equal(unlink(p->claimed_as), 0);
	assert_int_equal(mknod(p->claimed_as, S_IFBLK | 0600, p->c.id.number), 0);
	err_clear(&e);
	if (claim_blank(&p->c, &e))
		fail_msg("%s", e.text);
	close(fd);
}

/* The number stays with the device that we hold: nothing else can be put behind it. */
static void a_loop_device_that_is_held_gets_no_other_file(void **state)
{
	struct place *p = claimed(state);
	char *path = xasprintf("%s/other", p->dir);
	struct loop_config c = { 0 };
	int fd;

	make_image(path);
	close(p->loop_fd);
	p->loop_fd = open(p->dev, O_RDWR | O_CLOEXEC);
	c.fd = (uint32_t)open(path, O_RDWR | O_CLOEXEC);
	ioctl(p->loop_fd, LOOP_CLR_FD);
	fd = open(p->dev, O_RDWR | O_CLOEXEC);
	assert_int_equal(ioctl(fd, LOOP_CONFIGURE, &c), -1);
	assert_int_equal(errno, EBUSY);
	close(fd);
	close((int)c.fd);
	free(path);
}

/* Set something of the loop device: claim_check must refuse it with this. */
static void changed(struct place *p, uint64_t offset, uint64_t limit, const char *says)
{
	struct loop_info64 old, info;
	struct err e = ERR_INIT;

	assert_int_equal(ioctl(p->loop_fd, LOOP_GET_STATUS64, &old), 0);
	info = old;
	info.lo_offset = offset;
	info.lo_sizelimit = limit;
	assert_int_equal(ioctl(p->loop_fd, LOOP_SET_STATUS64, &info), 0);
	refused(claim_check(&p->c, &e), -ENODEV, &e, says);
	assert_int_equal(truncate(p->image, IMAGE_BYTES), 0);
	assert_int_equal(ioctl(p->loop_fd, LOOP_SET_STATUS64, &old), 0);
	err_clear(&e);
	if (claim_check(&p->c, &e))
		fail_msg("%s", e.text);
}

static void a_device_that_changes_under_us_is_refused(void **state)
{
	struct place *p = claimed(state);

	changed(p, 0, IMAGE_BYTES / 2, "its size is another");
	assert_int_equal(truncate(p->image, IMAGE_BYTES + 65536), 0);
	changed(p, 65536, 0, "it shows another part of its file");
}

static void a_device_that_cannot_be_written_is_refused_at_once(void **state)
{
	struct place *p = claimed(state);
	struct claim c;
	struct err e = ERR_INIT;
	int read_only = 1, fd;

	claim_release(&p->c);
	fd = open(p->dev, O_RDONLY | O_CLOEXEC);
	assert_int_equal(ioctl(fd, BLKROSET, &read_only), 0);
	refused(claim_open(&c, p->dev, true, blockdev_user, &e), -EROFS, &e, "is read-only");
	err_clear(&e);
	refused(claim_open(&c, p->image, true, blockdev_user, &e), -ENOTBLK, &e,
		"is no block device");
	err_clear(&e);
	refused(claim_open(&c, "/dev/no-such", true, blockdev_user, &e), -ENOENT, &e,
		"cannot use /dev/no-such");
	read_only = 0; /* it would stay so for the next file */
	assert_int_equal(ioctl(fd, BLKROSET, &read_only), 0);
	close(fd);
}

/* --- what is written is on it, and what is mounted ----------------------------------------- */

static void the_uuid_tells_that_mkfs_wrote_here(void **state)
{
	struct place *p = claimed(state);
	struct err e = ERR_INIT;

	for (const struct fs_type *t = fs_types; t->name; t++) {
		err_clear(&e);
		if (claim_blank(&p->c, &e))
			fail_msg("%s", e.text);
		refused(claim_carries(&p->c, t->uuid_at, p->uuid, &e), -EIO, &e, "is not on");
		err_clear(&e);
		if (claim_lend(&p->c, &e))
			fail_msg("%s", e.text);
		if (!make_fs(p, t->name))
			continue;
		if (claim_take(&p->c, false, &e) || claim_carries(&p->c, t->uuid_at, p->uuid, &e))
			fail_msg("%s: %s", t->name, e.text);
		assert_int_equal(claim_carries(&p->c, t->uuid_at, p->other, NULL), -EIO);
	}
}

static void a_mount_of_another_device_is_seen(void **state)
{
	struct place *p = claimed(state);
	struct err e = ERR_INIT;
	char other[32];
	int fd = other_loop(p, other);

	for (const struct fs_type *t = fs_types; t->name; t++) {
		assert_int_equal(claim_lend(&p->c, &e), 0);
		if (!make_fs(p, t->name))
			continue;
		if (mount_do(t, "", p->dev, p->mnt, &e) || claim_mounted(&p->c, p->mnt, &e))
			fail_msg("%s: %s", t->name, e.text);
		assert_int_equal(umount2(p->mnt, 0), 0);
		refused(claim_mounted(&p->c, p->mnt, &e), -ENODEV, &e, "is not mounted on");
		strcpy(p->dev, other); /* make_fs and mount_do take that one */
		assert_true(make_fs(p, t->name));
		err_clear(&e);
		if (mount_do(t, "", other, p->mnt, &e))
			fail_msg("%s: %s", t->name, e.text);
		refused(claim_mounted(&p->c, p->mnt, &e), -ENODEV, &e, "is not mounted on");
		assert_int_equal(umount2(p->mnt, 0), 0);
		strcpy(p->dev, p->c.path);
		err_clear(&e);
	}
	close(fd);
}

#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, drop_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLACED(a_device_that_is_mounted_is_not_blanked),
		PLACED(a_device_whose_file_another_one_has_mounted_is_not_blanked),
		PLACED(a_device_that_is_swapped_to_is_not_blanked),
		PLACED(a_device_that_a_program_holds_is_not_blanked),
		PLACED(while_it_is_claimed_nobody_else_gets_it),
		PLACED(a_path_that_leads_elsewhere_is_refused),
		PLACED(a_loop_device_that_is_held_gets_no_other_file),
		PLACED(a_device_that_changes_under_us_is_refused),
		PLACED(a_device_that_cannot_be_written_is_refused_at_once),
		PLACED(the_uuid_tells_that_mkfs_wrote_here),
		PLACED(a_mount_of_another_device_is_seen),
	};

	setenv("BLKID_FILE", "/dev/null", 1); /* as main.c does, for mkfs.btrfs */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
