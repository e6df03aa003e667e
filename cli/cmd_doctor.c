/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cmd_doctor.c: `fsduel doctor`: the things that this machine can do, one line a thing. */
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
#define GIB 1073741824.0
#define GUEST_BYTES (1024ull << 20)
#define RECORDING_BYTES (16u << 20)
#define CACHE_BYTES (512ull << 20)
#define STEAL_LIMIT_PCT 1.0

enum health { HEALTH_OK, HEALTH_LIMITED, HEALTH_MISSING };

/* A check looks at the thing that arg names, or at what is known of the machine. */
#define UNUSED __attribute__((unused))
#define CHECK(name)                                                                                \
	static enum health check_##name(UNUSED const char *arg, UNUSED const struct machine *m,    \
					struct buf *said)

static enum health limited(bool is)
{
	return is ? HEALTH_LIMITED : HEALTH_OK;
}

/* ret < 0: missing, with the sentence that says why; else ok, with this text. */
static enum health found(int ret, const struct err *why, const char *text, struct buf *said)
{
	buf_adds(said, ret ? why->text : text);
	return ret ? HEALTH_MISSING : HEALTH_OK;
}

/* --- what commands need ------------------------------------------------------------------ */

static int ask(const char *program, const char *option, const char *more, struct buf *out)
{
	const char *const argv[] = { program, option, more, NULL };
	const struct proc_opts o = { .out = out, .err = out, .timeout_ns = CHECK_TIMEOUT_NS };
	struct proc_exit x;

	return proc_run(argv, &o, NULL, &x, NULL);
}

/* "mke2fs -V": one program, and the option that prints its version. */
CHECK(program)
{
	struct strv words = STRV_INIT;
	struct buf out = BUF_INIT;
	int ret;

	strv_split(&words, arg, " ");
	ret = ask(words.v[0], words.v[1], NULL, &out);
	buf_add(said, buf_str(&out), strcspn(buf_str(&out), "\n"));
	buf_release(&out);
	strv_release(&words);
	return ret ? HEALTH_MISSING : HEALTH_OK;
}

CHECK(qemu)
{
	struct err e = ERR_INIT;
	char *qemu = qemu_find(NULL, &e), *command = xasprintf("%s --version", qemu ? qemu : "");
	enum health h = qemu ? check_program(command, m, said) : found(-ENOENT, &e, NULL, said);

	free(command);
	free(qemu);
	return h;
}

/* The version of QEMU does not say that it has TCG. */
CHECK(tcg)
{
	char *qemu = qemu_find(NULL, NULL);
	struct buf out = BUF_INIT;
	bool has = qemu && !ask(qemu, "-accel", "help", &out) && strstr(buf_str(&out), "tcg");

	buf_adds(said, has ? "QEMU has TCG" : "no QEMU with TCG");
	buf_release(&out);
	free(qemu);
	return has ? HEALTH_OK : HEALTH_MISSING;
}

CHECK(kvm)
{
	struct err e = ERR_INIT;

	if (trial_kvm_device(KVM_DEVICE, &e))
		return found(-ENODEV, &e, NULL, said);
	buf_adds(said, "/dev/kvm opens; only a trial boot of a kernel proves more");
	return HEALTH_LIMITED;
}

/* Does `perf lock record` get ready to record here? */
CHECK(perf_lock)
{
	char file[] = "/tmp/fsduel-doctor-XXXXXX";
	struct lock_record *r = NULL;
	struct err e = ERR_INIT;
	int fd = mkstemp(file), ret;

	ret = fd < 0 ? err_sys(&e, errno, "cannot make a file in /tmp")
		     : lock_record_open(&r, file, RECORDING_BYTES, &e);
	buf_adds(said, ret ? e.text : "perf lock record is ready to record");
	if (fd >= 0) {
		close(fd);
		unlink(file);
	}
	lock_record_release(r);
	return limited(ret);
}

CHECK(root)
{
	buf_addf(said, "user id %u", (unsigned)geteuid());
	return limited(geteuid());
}

CHECK(loop)
{
	int fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	buf_addf(said, "/dev/loop-control %s", fd < 0 ? strerror(errno) : "opens");
	if (fd >= 0)
		close(fd);
	return limited(fd < 0);
}

CHECK(build)
{
	struct err e = ERR_INIT;

	return found(kernel_build_check(&e), &e, "all programs are here", said);
}

CHECK(memory)
{
	unsigned fit = vm_guests_fit(GUEST_BYTES);

	buf_addf(said, "%.1f GiB available, room for %u guest%s of 1 GiB",
		 (double)memory_available("") / GIB, fit, fit == 1 ? "" : "s");
	return limited(!fit);
}

CHECK(cores)
{
	buf_addf(said, "%u", vm_cpus());
	return limited(vm_cpus() < 2);
}

CHECK(cache)
{
	struct err e = ERR_INIT;
	struct statvfs v = { 0 };
	char *dir = NULL;
	int ret = fs_cache_room("", &dir, &e);
	double room;

	if (!ret && (statvfs(dir, &v) || access(dir, W_OK)))
		ret = err_sys(&e, errno, "%s", dir);
	room = (double)v.f_bavail * (double)v.f_frsize;
	if (!ret)
		buf_addf(said, "%.1f GiB free in %s", room / GIB, dir);
	free(dir);
	return ret ? found(ret, &e, NULL, said) : limited(room < CACHE_BYTES);
}

/* --- what makes figures differ from run to run ------------------------------------------ */

CHECK(governor)
{
	buf_adds(said, *m->governors ? m->governors : "no frequency control to be seen");
	return limited(*m->governors && strcmp(m->governors, "performance"));
}

static enum health answered(const char *what, enum answer answer, struct buf *said)
{
	static const char *const answers[] = { "not to be seen", "off", "on" };

	buf_addf(said, "%s %s", what, answers[answer]);
	return limited(answer == ANSWER_YES);
}

CHECK(turbo)
{
	return answered("turbo is", m->turbo, said);
}

CHECK(smt)
{
	return answered("two threads a core are", m->smt, said);
}

CHECK(numa)
{
	buf_addf(said, "%u memory node%s", m->numa_nodes, m->numa_nodes == 1 ? "" : "s");
	return limited(m->numa_nodes != 1);
}

CHECK(hypervisor)
{
	buf_adds(said, *m->hypervisor ? m->hypervisor : "none");
	return limited(*m->hypervisor);
}

CHECK(steal)
{
	if (m->steal_pct < 0)
		buf_adds(said, "the kernel does not tell");
	else
		buf_addf(said, "%.2f %% of CPU time since boot", m->steal_pct);
	return limited(m->steal_pct > STEAL_LIMIT_PCT);
}

static const struct row {
	const char *name;
	enum health (*check)(const char *arg, const struct machine *m, struct buf *said);
	const char *arg;
	bool duel;        /* a duel needs it */
	const char *help; /* what to do where the state is not ok */
} rows[] = {
	{ "qemu", check_qemu, NULL, true,
	  "install qemu-system-x86, or name another by FSDUEL_QEMU" },
	{ "exact mode", check_tcg, NULL, true,
	  "install Debian's qemu-system-x86: it has TCG and icount" },
	{ "kvm", check_kvm, NULL, false,
	  "mode kvm needs it, exact and tcg do not, auto does without" },
	{ "mke2fs", check_program, "mke2fs -V", true, "install e2fsprogs" },
	{ "mkfs.xfs", check_program, "mkfs.xfs -V", false, "install xfsprogs to measure XFS" },
	{ "fio", check_program, "fio --version", true, "install fio" },
	{ "perf", check_program, "perf --version", false,
	  "install linux-perf: it records locks, here and in guests" },
	{ "lock events", check_perf_lock, NULL, false,
	  "only host mode needs it: run it as root, on Linux 5.19 or later" },
	{ "gnuplot", check_program, "gnuplot --version", false,
	  "install gnuplot-nox to draw plots" },
	{ "kernel fetch", check_program, "apt-get --version", false,
	  "only Debian and its kin can fetch; give bzImages of your own instead" },
	{ "kernel build", check_build, NULL, false,
	  "only kernels of your own need it, fetched ones do not" },
	{ "memory", check_memory, NULL, false, "a guest takes about 1 GiB; end other programs" },
	{ "cores", check_cores, NULL, false, "guests run one after another on a single core" },
	{ "cache", check_cache, NULL, true,
	  "fetched kernels take about 100 MiB each; FSDUEL_CACHE names another folder" },
	{ "root", check_root, NULL, false, "only host mode needs it: run it as root" },
	{ "loop devices", check_loop, NULL, false,
	  "only host mode can use them: modprobe loop, as root" },
	{ "kexec", check_program, "kexec --version", false,
	  "only fsduel run --kexec needs it: install kexec-tools" },
	{ "gcc", check_program, "gcc --version", false, "install gcc to build fsduel" },
	{ "governor", check_governor, NULL, false,
	  "only host mode is touched, and fsduel run sets it to performance meanwhile" },
	{ "turbo", check_turbo, NULL, false,
	  "host mode's figures depend on the heat: echo 1 > "
	  "/sys/devices/system/cpu/intel_pstate/no_turbo, or 0 > "
	  "/sys/devices/system/cpu/cpufreq/boost" },
	{ "smt", check_smt, NULL, false,
	  "host mode's threads slow their neighbours: echo off > "
	  "/sys/devices/system/cpu/smt/control" },
	{ "numa", check_numa, NULL, false,
	  "host mode's figures depend on where threads and pages land: run it under numactl "
	  "--cpunodebind=0 --membind=0" },
	{ "hypervisor", check_hypervisor, NULL, false,
	  "host mode shares a machine with strangers: measure on bare metal, or in exact mode" },
	{ "steal", check_steal, NULL, false,
	  "the hypervisor gives our CPU time to others: mode exact does not mind" },
};

static enum health show(const struct row *row, const struct machine *m)
{
	static const char *const words[] = { "ok", "limited", "missing" };
	struct buf said = BUF_INIT;
	enum health h = row->check(row->arg, m, &said);

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
