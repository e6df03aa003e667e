/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_doctor.c: `fsduel doctor`: the things that this machine can do, one line a thing, and
 * the way out where it cannot. No check prints or changes the machine. A check tries the
 * thing where trying is cheap: the version of QEMU does not say that it has TCG.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/command.h"
#include "lib/fs.h"
#include "lib/memory.h"
#include "lib/num.h"
#include "lib/proc.h"
#include "runners/host/machine.h"
#include "runners/kernel/kernel_build.h"
#include "runners/lock/record.h"
#include "runners/vm/vm.h"

#define CHECK_TIMEOUT_NS 5000000000u
#define TRIAL_ROM_BYTES 65536
#define TRIAL_RESET 0xfff0 /* where in the last 64 KiB an x86 begins */
#define TRIAL_EXIT 33      /* isa-debug-exit: 0x10 << 1 | 1 */
#define GIB 1073741824.0
#define GUEST_BYTES (1024ull << 20)
#define RECORDING_BYTES (16u << 20)
#define CACHE_BYTES (512ull << 20)
#define STEAL_LIMIT_PCT 1.0

enum health { HEALTH_OK, HEALTH_LIMITED, HEALTH_MISSING };

/* Is each program there? "mke2fs -V": one program, and the option that prints its version. */
static enum health check_programs(const char *arg, struct buf *said)
{
	struct strv words = STRV_INIT;
	struct buf out = BUF_INIT;
	const struct proc_opts o = { .out = &out, .err = &out, .timeout_ns = CHECK_TIMEOUT_NS };
	const char *missing = NULL;
	struct proc_exit x;
	bool version;

	strv_split(&words, arg, " ");
	version = words.n > 1 && *words.v[1] == '-';
	for (size_t i = 0; i < (version ? 1 : words.n) && !missing; i++) {
		char *path = proc_which(words.v[i]);

		missing = path ? NULL : words.v[i];
		free(path);
	}
	if (!missing && !version)
		buf_adds(said, arg);
	else if (!missing && !proc_run((const char *const *)words.v, &o, NULL, &x, NULL))
		buf_add(said, buf_str(&out), strcspn(buf_str(&out), "\n"));
	else if (missing && words.n > 1 && !version)
		buf_addf(said, "no %s", missing);
	buf_release(&out);
	strv_release(&words);
	return missing ? HEALTH_MISSING : HEALTH_OK;
}

/* ret < 0: missing, with the sentence that says why; else ok, with this text. */
static enum health found(int ret, const struct err *why, const char *text, struct buf *said)
{
	buf_adds(said, ret ? why->text : text);
	return ret ? HEALTH_MISSING : HEALTH_OK;
}

static enum health check_qemu(const char *option, struct buf *said)
{
	struct err e = ERR_INIT;
	char *qemu = qemu_find(NULL, &e), *command;
	enum health h;

	if (!qemu)
		return found(-ENOENT, &e, NULL, said);
	command = xasprintf("%s %s", qemu, option);
	h = check_programs(command, said);
	free(command);
	free(qemu);
	return h;
}

/* Does a ROM (mov al,0x10; out 0xf4,al; hlt) run under these arguments, and exit as it says? */
static int trial(const char *args, struct err *e)
{
	static const unsigned char code[] = { 0xb0, 0x10, 0xe6, 0xf4, 0xf4 };
	struct buf out = BUF_INIT;
	const struct proc_opts o = { .out = &out, .err = &out, .timeout_ns = CHECK_TIMEOUT_NS };
	char rom[] = "/tmp/fsduel-doctor-XXXXXX", *qemu = qemu_find(NULL, e);
	int fd = qemu ? mkstemp(rom) : -1, ret = -EIO;
	struct proc_exit x = { .status = -1 };
	struct strv argv = STRV_INIT;
	char *line = xasprintf(
		"-m 16 -smp 1 -display none -monitor none -nic none -vga none -serial none "
		"-parallel none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=1 -bios %s %s",
		rom, args);

	if (fd < 0)
		goto out;
	strv_add(&argv, qemu);
	strv_split(&argv, line, " ");
	if (!ftruncate(fd, TRIAL_ROM_BYTES) &&
	    pwrite(fd, code, sizeof(code), TRIAL_RESET) == (ssize_t)sizeof(code) &&
	    !proc_run((const char *const *)argv.v, &o, NULL, &x, NULL) && x.status == TRIAL_EXIT)
		ret = 0;
	close(fd);
	unlink(rom);
	if (ret)
		err_add(e, EIO, "a guest does not run: %.*s",
			out.len ? (int)strcspn(out.data, "\n") : 18,
			out.len ? out.data : "no answer from it");
out:
	strv_release(&argv);
	buf_release(&out);
	free(line);
	free(qemu);
	return ret;
}

static enum health check_tcg(const char *args, struct buf *said)
{
	struct err e = ERR_INIT;

	return found(trial(args, &e), &e, "a guest ran on the virtual clock", said);
}

static enum health check_kvm(const char *args, struct buf *said)
{
	struct err e = ERR_INIT;

	if (trial_kvm_device(KVM_DEVICE, &e))
		return found(-ENODEV, &e, NULL, said);
	buf_addf(said, "/dev/kvm opens and %s",
		 trial(args, &e)
			 ? "a guest does not run"
			 : "three instructions ran; only a trial boot of a kernel proves more");
	return HEALTH_LIMITED;
}

/* Does `perf lock record` get ready to record here? */
static enum health check_perf_lock(const char *arg, struct buf *said)
{
	char file[] = "/tmp/fsduel-doctor-XXXXXX";
	struct lock_record *r = NULL;
	struct err e = ERR_INIT;
	int fd = mkstemp(file), ret;

	(void)arg;
	ret = fd < 0 ? err_sys(&e, errno, "cannot make a file in /tmp")
		     : lock_record_open(&r, file, RECORDING_BYTES, &e);
	buf_adds(said, ret ? e.text : "perf lock record is ready to record");
	if (fd >= 0) {
		close(fd);
		unlink(file);
	}
	lock_record_release(r);
	return ret ? HEALTH_LIMITED : HEALTH_OK;
}

static enum health check_root(const char *arg, struct buf *said)
{
	(void)arg;
	buf_addf(said, "user id %u", (unsigned)geteuid());
	return geteuid() ? HEALTH_LIMITED : HEALTH_OK;
}

static enum health check_loop(const char *arg, struct buf *said)
{
	int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC), why = errno;

	(void)arg;
	if (fd >= 0)
		close(fd);
	buf_addf(said, "/dev/loop-control%s", fd < 0 ? ": " : " opens");
	buf_adds(said, fd < 0 ? strerror(why) : "");
	return fd >= 0 ? HEALTH_OK : why == ENOENT ? HEALTH_MISSING : HEALTH_LIMITED;
}

static enum health check_build(const char *arg, struct buf *said)
{
	struct err e = ERR_INIT;

	(void)arg;
	return found(kernel_build_check(&e), &e, "all programs are here", said);
}

static enum health check_memory(const char *arg, struct buf *said)
{
	unsigned fit = vm_guests_fit(GUEST_BYTES);

	(void)arg;
	buf_addf(said, "%.1f GiB available, room for %u guest%s of 1 GiB",
		 (double)memory_available("") / GIB, fit, fit == 1 ? "" : "s");
	return fit ? HEALTH_OK : HEALTH_LIMITED;
}

static enum health check_cores(const char *arg, struct buf *said)
{
	(void)arg;
	buf_addf(said, "%u", vm_cpus());
	return vm_cpus() < 2 ? HEALTH_LIMITED : HEALTH_OK;
}

static enum health check_cache(const char *arg, struct buf *said)
{
	struct err e = ERR_INIT;
	struct statvfs v;
	char *dir = NULL;
	double room = 0;
	int ret = fs_cache_room("", &dir, &e);

	(void)arg;
	if (!ret && (statvfs(dir, &v) || access(dir, W_OK)))
		ret = err_sys(&e, errno, "%s", dir);
	if (!ret) {
		room = (double)v.f_bavail * (double)v.f_frsize;
		buf_addf(said, "%.1f GiB free in %s", room / GIB, dir);
	}
	free(dir);
	return ret ? found(ret, &e, NULL, said) : room < CACHE_BYTES ? HEALTH_LIMITED : HEALTH_OK;
}

/* --- what makes figures differ from run to run ------------------------------------------ */

static bool grade_governor(const struct machine *m, struct buf *said)
{
	buf_adds(said, *m->governors ? m->governors : "no frequency control to be seen");
	return !*m->governors || !strcmp(m->governors, "performance");
}

static bool grade_answer(const char *what, enum answer answer, struct buf *said)
{
	static const char *const answers[] = { "not to be seen", "off", "on" };

	buf_addf(said, "%s %s", what, answers[answer]);
	return answer != ANSWER_YES;
}

static bool grade_turbo(const struct machine *m, struct buf *said)
{
	return grade_answer("turbo is", m->turbo, said);
}

static bool grade_smt(const struct machine *m, struct buf *said)
{
	return grade_answer("two threads a core are", m->smt, said);
}

static bool grade_numa(const struct machine *m, struct buf *said)
{
	buf_addf(said, "%u memory node%s", m->numa_nodes, m->numa_nodes == 1 ? "" : "s");
	return m->numa_nodes == 1;
}

static bool grade_hypervisor(const struct machine *m, struct buf *said)
{
	buf_adds(said, *m->hypervisor ? m->hypervisor : "none");
	return !*m->hypervisor;
}

static bool grade_steal(const struct machine *m, struct buf *said)
{
	if (m->steal_pct < 0)
		buf_adds(said, "the kernel does not tell");
	else
		buf_addf(said, "%.2f %% of CPU time since boot", m->steal_pct);
	return m->steal_pct <= STEAL_LIMIT_PCT;
}

static const struct row {
	const char *name;
	enum health (*check)(const char *arg, struct buf *said);
	const char *arg;
	bool (*grade)(const struct machine *m, struct buf *said); /* false: limited */
	bool duel;                                                /* a duel needs it */
	const char *help; /* what to do where the state is not ok */
} rows[] = {
	{ "qemu", check_qemu, "--version", NULL, true,
	  "install qemu-system-x86, or name another by FSDUEL_QEMU" },
	{ "exact mode", check_tcg, "-accel tcg -icount shift=0,sleep=off -cpu qemu64", NULL, true,
	  "install Debian's qemu-system-x86: it has TCG and icount" },
	{ "kvm", check_kvm, "-accel kvm -cpu host", NULL, false,
	  "mode kvm needs it, exact and tcg do not, auto does without" },
	{ "mke2fs", check_programs, "mke2fs -V", NULL, true, "install e2fsprogs" },
	{ "mkfs.xfs", check_programs, "mkfs.xfs -V", NULL, false,
	  "install xfsprogs to measure XFS" },
	{ "fio", check_programs, "fio --version", NULL, true, "install fio" },
	{ "perf", check_programs, "perf --version", NULL, false,
	  "install linux-perf: it records locks, here and in guests" },
	{ "lock events", check_perf_lock, NULL, NULL, false,
	  "only host mode needs it: run it as root, on Linux 5.19 or later" },
	{ "gnuplot", check_programs, "gnuplot --version", NULL, false,
	  "install gnuplot-nox to draw plots" },
	{ "kernel fetch", check_programs, "apt-get apt-cache dpkg-deb", NULL, false,
	  "only Debian and its kin can fetch; give bzImages of your own instead" },
	{ "kernel build", check_build, NULL, NULL, false,
	  "only kernels of your own need it, fetched ones do not" },
	{ "memory", check_memory, NULL, NULL, false,
	  "a guest takes about 1 GiB; end other programs" },
	{ "cores", check_cores, NULL, NULL, false,
	  "guests run one after another on a single core" },
	{ "cache", check_cache, NULL, NULL, true,
	  "fetched kernels take about 100 MiB each; FSDUEL_CACHE names another folder" },
	{ "root", check_root, NULL, NULL, false, "only host mode needs it: run it as root" },
	{ "loop devices", check_loop, NULL, NULL, false,
	  "only host mode can use them: modprobe loop, as root" },
	{ "kexec", check_programs, "kexec --version", NULL, false,
	  "only fsduel run --kexec needs it: install kexec-tools" },
	{ "gcc", check_programs, "gcc --version", NULL, false, "install gcc to build fsduel" },
	{ "governor", NULL, NULL, grade_governor, false,
	  "only host mode is touched, and fsduel run sets it to performance meanwhile" },
	{ "turbo", NULL, NULL, grade_turbo, false,
	  "host mode's figures depend on the heat: echo 1 > "
	  "/sys/devices/system/cpu/intel_pstate/no_turbo, or 0 > "
	  "/sys/devices/system/cpu/cpufreq/boost" },
	{ "smt", NULL, NULL, grade_smt, false,
	  "host mode's threads slow their neighbours: echo off > "
	  "/sys/devices/system/cpu/smt/control" },
	{ "numa", NULL, NULL, grade_numa, false,
	  "host mode's figures depend on where threads and pages land: run it under numactl "
	  "--cpunodebind=0 --membind=0" },
	{ "hypervisor", NULL, NULL, grade_hypervisor, false,
	  "host mode shares a machine with strangers: measure on bare metal, or in exact mode" },
	{ "steal", NULL, NULL, grade_steal, false,
	  "the hypervisor gives our CPU time to others: mode exact does not mind" },
};

/* --- the command ----------------------------------------------------------------------- */

static enum health show(const struct row *row, const struct machine *m)
{
	static const char *const words[] = { "ok", "limited", "missing" };
	struct buf said = BUF_INIT;
	enum health h;

	if (row->check)
		h = row->check(row->arg, &said);
	else
		h = row->grade(m, &said) ? HEALTH_OK : HEALTH_LIMITED;
	printf("%-7s  %-12s  %s%s%s\n", words[h], row->name, buf_str(&said),
	       said.len && h != HEALTH_OK ? "; " : "", h == HEALTH_OK ? "" : row->help);
	buf_release(&said);
	return h;
}

static int run(const struct call *c, struct err *e)
{
	unsigned lacking = 0;
	struct machine m;

	(void)c;
	machine_read(&m, "");
	for (const struct row *row = rows; row < rows + sizeof(rows) / sizeof(rows[0]); row++)
		lacking += show(row, &m) == HEALTH_MISSING && row->duel;
	machine_release(&m);
	if (!lacking)
		return FSDUEL_OK;
	err_add(e, ENOENT, "`fsduel duel` cannot work here: %u thing%s it needs %s missing",
		lacking, lacking == 1 ? "" : "s", lacking == 1 ? "is" : "are");
	return FSDUEL_MACHINE;
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "say what this machine can do, and what is missing",
	.text = "One line a thing: ok, limited or missing, the facts found, and the way out. Exit "
		"code 0: `fsduel duel` has all it needs; else 3. The lines from governor on grade "
		"the machine for measuring on it in host mode.",
	.run = run,
};
