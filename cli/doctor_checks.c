/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_checks.c: see doctor_checks.h. A check tries the thing where trying is
 * cheap: a version number does not say that QEMU has TCG, and an open /dev/kvm
 * does not say that a guest runs.
 */
#include "cli/doctor_checks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/memory.h"
#include "lib/proc.h"
#include "runners/kernel/kernel_build.h"
#include "runners/lock/record.h"
#include "runners/vm/qemu.h"
#include "runners/vm/trial.h"
#include "runners/vm/vm.h"

#define CHECK_TIMEOUT_NS 5000000000u
#define TRIAL_ROM_BYTES 65536
#define TRIAL_RESET 0xfff0 /* where in the last 64 KiB an x86 begins */
#define TRIAL_EXIT 33      /* isa-debug-exit: 0x10 << 1 | 1 */
#define GUEST_BYTES (1024ull << 20)
#define DOCTOR_RECORDING_BYTES (16u << 20)
#define CACHE_BYTES (512ull << 20)

/* First line of what a program prints, or nothing. */
static void first_line(const char *const *argv, struct buf *said)
{
	struct buf out = BUF_INIT;
	struct proc_opts o = { .out = &out, .err = &out, .timeout_ns = CHECK_TIMEOUT_NS };
	struct proc_exit x;

	if (!proc_run(argv, &o, NULL, &x, NULL) && out.len)
		buf_add(said, out.data, strcspn(out.data, "\n"));
	buf_release(&out);
}

enum health check_program(const char *arg, struct buf *said)
{
	struct strv argv = STRV_INIT;
	char *path;

	strv_split(&argv, arg, " ");
	path = proc_which(argv.v[0]);
	if (path && argv.n > 1)
		first_line((const char *const *)argv.v, said);
	else if (path)
		buf_adds(said, path);
	strv_release(&argv);
	if (!path)
		return HEALTH_MISSING;
	free(path);
	return HEALTH_OK;
}

enum health check_qemu(const char *arg, struct buf *said)
{
	struct err e = ERR_INIT;
	char *qemu = qemu_find(NULL, &e);
	const char *const argv[] = { qemu, "--version", NULL };

	(void)arg;
	if (qemu)
		first_line(argv, said);
	else
		buf_adds(said, e.text);
	free(qemu);
	return qemu ? HEALTH_OK : HEALTH_MISSING;
}

/*
 * Run a ROM of three instructions (mov al,0x10; out 0xf4,al; hlt) under these
 * arguments. 0: the guest's own exit came back.
 */
static int trial(const char *qemu, const char *args, struct buf *out)
{
	static const unsigned char code[] = { 0xb0, 0x10, 0xe6, 0xf4, 0xf4 };
	struct proc_opts o = { .out = out, .err = out, .timeout_ns = CHECK_TIMEOUT_NS };
	char rom[] = "/tmp/fsduel-doctor-XXXXXX";
	struct strv argv = STRV_INIT;
	struct proc_exit x;
	int fd = mkstemp(rom), ret = -EIO;

	if (fd < 0)
		return -errno;
	strv_add(&argv, qemu);
	strv_split(&argv,
		   "-m 16 -smp 1 -display none -monitor none -nic none "
		   "-vga none -serial none -parallel none -no-reboot "
		   "-device isa-debug-exit,iobase=0xf4,iosize=1 -bios",
		   " ");
	strv_add(&argv, rom);
	strv_split(&argv, args, " ");
	if (!ftruncate(fd, TRIAL_ROM_BYTES) &&
	    pwrite(fd, code, sizeof(code), TRIAL_RESET) == (ssize_t)sizeof(code) &&
	    !proc_run((const char *const *)argv.v, &o, NULL, &x, NULL))
		ret = x.timed_out ? -ETIMEDOUT : x.status == TRIAL_EXIT ? 0 : -EIO;
	close(fd);
	unlink(rom);
	strv_release(&argv);
	return ret;
}

enum health check_tcg(const char *arg, struct buf *said)
{
	struct buf out = BUF_INIT;
	char *qemu = qemu_find(NULL, NULL);
	int ret;

	(void)arg;
	if (!qemu)
		return HEALTH_MISSING;
	ret = trial(qemu, "-accel tcg -icount shift=0,sleep=off -cpu qemu64", &out);
	free(qemu);
	if (ret)
		buf_addf(said, "a guest does not run: %.*s",
			 out.len ? (int)strcspn(out.data, "\n") : 14,
			 out.len ? out.data : "no answer from it");
	else
		buf_adds(said, "a guest ran on the virtual clock");
	buf_release(&out);
	return ret ? HEALTH_MISSING : HEALTH_OK;
}

enum health check_kvm(const char *arg, struct buf *said)
{
	struct buf out = BUF_INIT;
	struct err e = ERR_INIT;
	char *qemu = qemu_find(NULL, NULL);
	int ret;

	(void)arg;
	if (!qemu || trial_kvm_device(KVM_DEVICE, &e)) {
		buf_adds(said, e.text);
		free(qemu);
		return HEALTH_MISSING;
	}
	ret = trial(qemu, "-accel kvm -cpu host", &out);
	free(qemu);
	buf_release(&out);
	buf_addf(said, "/dev/kvm opens and %s",
		 ret ? "a guest does not run"
		     : "three instructions ran; only a trial boot of a "
		       "kernel proves more");
	return HEALTH_LIMITED;
}

enum health check_perf_lock(const char *arg, struct buf *said)
{
	char file[] = "/tmp/fsduel-doctor-XXXXXX";
	struct lock_record *r = NULL;
	struct err e = ERR_INIT;
	int fd = mkstemp(file);
	enum health health = HEALTH_LIMITED;

	(void)arg;
	if (fd < 0 || lock_record_open(&r, file, DOCTOR_RECORDING_BYTES, &e))
		buf_adds(said, fd < 0 ? "no file can be made in /tmp" : e.text);
	else
		health = HEALTH_OK;
	if (health == HEALTH_OK)
		buf_adds(said, "perf lock record is ready to record");
	if (fd >= 0) {
		close(fd);
		unlink(file);
	}
	lock_record_release(r);
	return health;
}

enum health check_root(const char *arg, struct buf *said)
{
	(void)arg;
	buf_addf(said, "user id %u", (unsigned)geteuid());
	return geteuid() ? HEALTH_LIMITED : HEALTH_OK;
}

enum health check_loop(const char *arg, struct buf *said)
{
	int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	(void)arg;
	if (fd < 0) {
		buf_addf(said, "/dev/loop-control: %s", strerror(errno));
		return errno == ENOENT ? HEALTH_MISSING : HEALTH_LIMITED;
	}
	close(fd);
	buf_adds(said, "/dev/loop-control opens");
	return HEALTH_OK;
}

enum health check_apt(const char *arg, struct buf *said)
{
	static const char *const programs[] = { "apt-get", "apt-cache", "dpkg-deb" };

	(void)arg;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		char *path = proc_which(programs[i]);

		if (!path) {
			buf_addf(said, "no %s", programs[i]);
			return HEALTH_MISSING;
		}
		free(path);
	}
	buf_adds(said, "apt and dpkg-deb");
	return HEALTH_OK;
}

static void add_gib(struct buf *said, uint64_t bytes, const char *what)
{
	buf_addf(said, "%.1f GiB %s", (double)bytes / (double)(1ull << 30), what);
}

enum health check_build(const char *arg, struct buf *said)
{
	struct err e = ERR_INIT;

	(void)arg;
	if (!kernel_build_check(&e)) {
		buf_adds(said, "all programs are here");
		return HEALTH_OK;
	}
	buf_adds(said, e.text);
	return HEALTH_MISSING;
}

enum health check_memory(const char *arg, struct buf *said)
{
	unsigned fit = vm_guests_fit(GUEST_BYTES);

	(void)arg;
	add_gib(said, memory_available(""), "available");
	buf_addf(said, ", room for %u guest%s of 1 GiB", fit, fit == 1 ? "" : "s");
	return fit ? HEALTH_OK : HEALTH_LIMITED;
}

enum health check_cores(const char *arg, struct buf *said)
{
	(void)arg;
	buf_addf(said, "%u", vm_cpus());
	return vm_cpus() < 2 ? HEALTH_LIMITED : HEALTH_OK;
}

enum health check_cache(const char *arg, struct buf *said)
{
	struct err why = ERR_INIT;
	struct statvfs v;
	char *dir = NULL;
	uint64_t room;
	int ret;

	(void)arg;
	if (fs_cache_room("", &dir, &why)) {
		buf_adds(said, why.text);
		return HEALTH_MISSING;
	}
	ret = statvfs(dir, &v);
	if (ret || access(dir, W_OK)) {
		buf_addf(said, "%s: %s", dir, strerror(errno));
		free(dir);
		return HEALTH_MISSING;
	}
	room = (uint64_t)v.f_bavail * v.f_frsize;
	add_gib(said, room, "free in ");
	buf_adds(said, dir);
	free(dir);
	return room < CACHE_BYTES ? HEALTH_LIMITED : HEALTH_OK;
}
