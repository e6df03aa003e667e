/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_doctor.c: `fsduel doctor`: what this machine can do, one line a thing,
 * with what to install or to do where it cannot. The checks are in
 * doctor_checks.c; here is the table that says what each is for.
 */
#include <errno.h>
#include <stdio.h>

#include "cli/command.h"
#include "cli/doctor_checks.h"

static const struct {
	const char *name;
	check_fn check;
	const char *arg;
	bool duel;          /* `fsduel duel` does not work without it */
	const char *help;   /* what to do where the check does not say ok */
} rows[] = {
	{ "qemu", check_program, "qemu-system-x86_64 --version", true,
	  "install qemu-system-x86" },
	{ "exact mode", check_tcg, NULL, true,
	  "install Debian's qemu-system-x86: it has TCG and icount" },
	{ "kvm", check_kvm, NULL, false,
	  "mode kvm needs it, exact and tcg do not" },
	{ "mke2fs", check_program, "mke2fs -V", true, "install e2fsprogs" },
	{ "mkfs.xfs", check_program, "mkfs.xfs -V", false, "install xfsprogs to measure XFS" },
	{ "fio", check_program, "fio --version", true, "install fio" },
	{ "perf", check_program, "perf --version", false, "install linux-perf to record locks" },
	{ "lock events", check_tracepoint, "lock/contention_begin", false,
	  "only host mode needs it: Linux 5.19, and mount -t tracefs nodev "
	  "/sys/kernel/tracing as root" },
	{ "gnuplot", check_program, "gnuplot --version", false,
	  "install gnuplot-nox to draw plots" },
	{ "kernel fetch", check_apt, NULL, false,
	  "only Debian and its kin can fetch; give bzImages of your own instead" },
	{ "memory", check_memory, NULL, false, "a guest takes about 1 GiB; end other programs" },
	{ "cores", check_cores, NULL, false, "guests run one after another on a single core" },
	{ "cache", check_cache, NULL, true,
	  "fetched kernels take about 100 MiB each; FSDUEL_CACHE names another folder" },
	{ "root", check_root, NULL, false, "only host mode needs it: run it as root" },
	{ "loop devices", check_loop, NULL, false,
	  "only host mode can use them: modprobe loop, as root" },
	{ "gcc", check_program, "gcc --version", false, "install gcc to build fsduel" },
};

static const char *const health_names[] = {
	[HEALTH_OK] = "ok",
	[HEALTH_LIMITED] = "limited",
	[HEALTH_MISSING] = "missing",
};

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	unsigned lacking = 0;

	(void)opts;
	(void)args;
	(void)nr_args;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf said = BUF_INIT;
		enum health h = rows[i].check(rows[i].arg, &said);

		printf("%-7s  %-12s  %s%s%s\n", health_names[h], rows[i].name, buf_str(&said),
		       said.len && h != HEALTH_OK ? "; " : "", h == HEALTH_OK ? "" : rows[i].help);
		lacking += rows[i].duel && h == HEALTH_MISSING;
		buf_release(&said);
	}
	if (!lacking)
		return FSDUEL_OK;
	err_add(e, ENOENT, "`fsduel duel` cannot work here: %u thing%s it needs %s missing", lacking,
		lacking == 1 ? "" : "s", lacking == 1 ? "is" : "are");
	return FSDUEL_MACHINE;
}

const struct command command_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "say what this machine can do, and what is missing",
	.text = "One line a thing: ok, limited or missing, what was found, and what to do about\n"
		"it. Exit code 0 when `fsduel duel` has all it needs, else 3.",
	.run = run,
};
