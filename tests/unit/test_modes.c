/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_modes.c: the tables of modes and devices, what a suite may say of them,
 * a disk that is checked before it is formatted, and a QEMU that is asked.
 * Guests are in tests/cli/modes.t.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/fs.h"
#include "lib/proc.h"
#include "runners/vm/vm.h"
#include "runners/suite/plan.h"
#include "runners/tables/mode.h"
#include "tests/unit/skip.h"

#define MIB (1u << 20)
#define WORK "[workload w]\nmix = dio_overwrite:2\nfile_size = 8M\nruntime = 1s\n"

/* --- tables ------------------------------------------------------------------------- */

static void every_mode_with_guests_says_what_it_is(void **state)
{
	unsigned n = 0;

	(void)state;
	for (; mode_names[n]; n++) {
		if (!modes[n].accel)
			continue;
		assert_non_null(modes[n].args);
		assert_non_null(modes[n].machine);
		assert_non_null(modes[n].cmdline);
		assert_non_null(modes[n].one_cpu_cmdline);
		assert_true(strlen(modes[n].note) > 20);
		/* Only what the clock keeps apart may run at once. */
		assert_true(modes[n].alone != modes[n].virtual_clock);
	}
	assert_int_equal(n, MODE_AUTO + 1);
	assert_null(strstr(modes[MODE_TCG].note, "exact"));
	assert_null(strstr(modes[MODE_KVM].cmdline, "nolapic_timer"));
	assert_null(strstr(modes[MODE_TCG].one_cpu_cmdline, "nolapic_timer"));
	assert_non_null(strstr(modes[MODE_KVM].cmdline, "nokaslr"));
}

static void every_device_has_a_name_and_a_driver(void **state)
{
	unsigned n = 0;

	(void)state;
	for (; device_kind_names[n]; n++) {
		assert_non_null(devices[n].modules);
		assert_non_null(devices[n].node);
		assert_non_null(devices[n].config);
		assert_true(devices[n].host_timed == (devices[n].qemu_name != NULL));
	}
	assert_int_equal(n, DEVICE_NVME + 1);
	assert_false(devices[DEVICE_NULL_BLK].host_timed);
}

/* --- suites ------------------------------------------------------------------------- */

static int load(struct suite *s, const char *text, const char *mode, struct err *e)
{
	const struct suite_overrides o = { .mode = mode };

	err_clear(e);
	return suite_load_mem(s, "s.ini", text, strlen(text), &o, e);
}

static void refused(const char *text, const char *mode, const char *want)
{
	struct err e = ERR_INIT;
	struct suite s;
	struct plan p;

	if (!load(&s, text, mode, &e) && !plan_make(&p, &s, &e))
		fail_msg("accepted: %s", text);
	if (!strstr(e.text, want))
		fail_msg("wanted '%s', got '%s'", want, e.text);
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	suite_release(&s);
}

static void a_device_of_the_hosts_is_for_the_wall_clock(void **state)
{
	struct err e = ERR_INIT;
	struct suite s;

	(void)state;
	refused("[device]\nkind = nvme\n" WORK, NULL, "s.ini:2: kind = nvme completes on the host");
	refused("[suite]\nmode = tcg\n[device]\nkind = nvme\n" WORK, "exact",
		"s.ini:4: kind = nvme");
	assert_int_equal(load(&s, "[device]\nkind = virtio\npath = /dev/sdz\n" WORK, "tcg", &e), 0);
	assert_int_equal(s.mode, MODE_TCG);
	assert_int_equal(s.device.kind, DEVICE_VIRTIO);
	assert_string_equal(s.device_path, "/dev/sdz");
	assert_int_equal(s.device.size_bytes, 0);
	assert_int_equal(s.device.latency_ns, 0);
	suite_release(&s);
	assert_int_equal(load(&s, "[device]\nkind = virtio\nsize = 64M\n" WORK, "auto", &e), 0);
	assert_int_equal(s.mode, MODE_AUTO);
	assert_int_equal(s.device.size_bytes, 64 * MIB);
	suite_release(&s);
}

static void keys_that_do_not_go_together_are_told(void **state)
{
	(void)state;
	refused("[device]\nkind = virtio\ncache = 8M\n" WORK, "tcg",
		"s.ini:3: cache: only null_blk");
	refused("[device]\nkind = virtio\nbandwidth = 8M\n" WORK, "tcg",
		"s.ini:3: bandwidth: only");
	refused("[device]\npath = /dev/sdz\n" WORK, NULL,
		"s.ini:2: path: null_blk is in the guest");
	refused("[device]\nkind = nvme\npath = sdz\n" WORK, "kvm", "does not begin with /");
	refused("[device]\nkind = nvm\n" WORK, "kvm", "unknown kind \"nvm\"");
	refused(WORK, "kwm", "unknown mode \"kwm\"");
	refused("[device]\nkind = virtio\nsize = 16M\n[workload v]\nmix = dio_read:1\n"
		"file_size = 32M\n",
		"tcg", "not fit on the device");
}

/* --- disks -------------------------------------------------------------------------- */

static char *file_of(const char *dir, const char *name, off_t size)
{
	char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
	return path;
}

static bool direct_works(const char *path)
{
	int fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int try(const char *path, const char *destroy, struct disk *d, struct err *e)
{
	const struct suite s = { .mode = MODE_TCG,
				 .device.kind = DEVICE_VIRTIO,
				 .device_path = (char *)path };

	err_clear(e);
	return disk_open(d, &s, destroy, e);
}

static void put_signature(const char *path)
{
	const char *const argv[] = { "mke2fs", "-q", "-F", path, NULL };
	struct err e = ERR_INIT;

	if (proc_check(argv, NULL, NULL, &e))
		fail_msg("%s", e.text);
}

static void a_disk_is_named_twice_and_empty(void **state)
{
	char dir[] = "/tmp/fsduel-test-XXXXXX";
	struct err e = ERR_INIT;
	struct disk d, again;
	char *path, *small;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = file_of(dir, "disk", 32 * MIB);
	small = file_of(dir, "small", MIB);
	assert_int_equal(try(path, NULL, &d, &e), -EINVAL);
	assert_int_equal(e.exit_code, FSDUEL_USAGE);
	assert_int_equal(try(path, small, &d, &e), -EINVAL);
	assert_int_equal(try(dir, dir, &d, &e), -EINVAL);
	assert_non_null(strstr(e.text, "neither a file nor a block device"));
	assert_int_equal(try("/nowhere/disk", "/nowhere/disk", &d, &e), -ENOENT);
	assert_int_equal(try(small, small, &d, &e), -EINVAL);
	assert_non_null(strstr(e.text, "16 MiB"));
	assert_int_equal(d.fd, -1);
	if (!direct_works(path)) {
		fs_remove_tree(dir, NULL);
		skip_because("/tmp has no direct I/O");
	}
	put_signature(path);
	assert_int_equal(try(path, path, &d, &e), -EEXIST);
	assert_non_null(strstr(e.text, "ext2"));
	assert_int_equal(e.exit_code, FSDUEL_MACHINE);
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(truncate(path, 32 * MIB), 0);
	assert_int_equal(try(path, path, &d, &e), 0);
	assert_int_equal(try(path, path, &again, &e), -EBUSY);
	/* What guests leave on it goes; what a later duel finds is empty again. */
	put_signature(path);
	disk_release(&d);
	assert_int_equal(try(path, path, &d, &e), 0);
	disk_release(&d);
	free(path);
	free(small);
	assert_int_equal(fs_remove_tree(dir, NULL), 0);
}

static void a_scratch_disk_has_blocks_and_no_name(void **state)
{
	const struct suite s = { .mode = MODE_TCG,
				 .device = { .kind = DEVICE_NVME, .size_bytes = 16 * MIB } };
	char dir[] = "/tmp/fsduel-test-XXXXXX", *path;
	struct err e = ERR_INIT;
	struct disk d;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = file_of(dir, "probe", MIB);
	if (!direct_works(path)) {
		fs_remove_tree(dir, NULL);
		skip_because("/tmp has no direct I/O");
	}
	unlink(path);
	free(path);
	assert_int_equal(disk_open(&d, &s, "/dev/sdz", &e), -EINVAL);
	assert_int_equal(disk_open(&d, &s, NULL, &e), 0);
	assert_int_equal(d.fd, -1);
	assert_int_equal(disk_scratch(&d, &s, dir, &e), 0);
	assert_int_equal(lseek(d.fd, 0, SEEK_END), 16 * MIB);
	assert_int_equal(lseek(d.fd, 0, SEEK_HOLE), 16 * MIB);
	assert_int_equal(rmdir(dir), 0);
	disk_release(&d);
}

/* --- QEMU and KVM ------------------------------------------------------------------- */

static void qemu_is_asked_not_guessed(void **state)
{
	char *qemu = qemu_find(NULL, NULL);

	(void)state;
	if (!qemu)
		skip_because("no QEMU here");
	assert_true(qemu_has(qemu, QEMU_ACCEL, "tcg"));
	assert_false(qemu_has(qemu, QEMU_ACCEL, "tc"));
	assert_true(qemu_has(qemu, QEMU_DEVICE, "isa-debugcon"));
	assert_false(qemu_has(qemu, QEMU_DEVICE, "isa-debug"));
	assert_true(qemu_has(qemu, QEMU_MACHINE_PROPERTY, "vmport"));
	assert_false(qemu_has(qemu, QEMU_MACHINE_PROPERTY, "port"));
	assert_false(qemu_has("/bin/false", QEMU_ACCEL, "tcg"));
	free(qemu);
}

static void a_qemu_that_is_not_there_is_named(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_null(qemu_find("/nowhere/qemu", &e));
	assert_non_null(strstr(e.text, "/nowhere/qemu"));
	assert_int_equal(e.exit_code, FSDUEL_MACHINE);
}

static void what_opens_need_not_be_kvm(void **state)
{
	struct err e = ERR_INIT;

	(void)state;
	assert_int_equal(trial_kvm_device("/nowhere/kvm", &e), -ENOENT);
	assert_non_null(strstr(e.text, "/nowhere/kvm does not open: No such file"));
	err_clear(&e);
	assert_int_equal(trial_kvm_device("/dev/null", &e), -ENOTSUP);
	assert_non_null(strstr(e.text, "it is no KVM"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mode_with_guests_says_what_it_is),
		cmocka_unit_test(every_device_has_a_name_and_a_driver),
		cmocka_unit_test(a_device_of_the_hosts_is_for_the_wall_clock),
		cmocka_unit_test(keys_that_do_not_go_together_are_told),
		cmocka_unit_test(a_disk_is_named_twice_and_empty),
		cmocka_unit_test(a_scratch_disk_has_blocks_and_no_name),
		cmocka_unit_test(qemu_is_asked_not_guessed),
		cmocka_unit_test(a_qemu_that_is_not_there_is_named),
		cmocka_unit_test(what_opens_need_not_be_kvm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
