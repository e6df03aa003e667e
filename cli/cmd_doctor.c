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

static const struct doctor_row {
	const char *name;
	check_fn check;
	const char *arg;
	bool duel;        /* `fsduel duel` does not work without it */
	const char *help; /* what to do where the check does not say ok */
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
	{ "kernel fetch", check_apt, NULL, false,
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
	{ NULL, NULL, NULL, false, NULL },
};

static const struct doctor_row measure_rows[] = {
	{ "spread", check_spread, ".", false,
	  "changes smaller than that need many blocks: end other programs, heed the lines above, "
	  "or use mode exact" },
	{ NULL, NULL, NULL, false, NULL },
};

static const char *const health_names[] = {
	[HEALTH_OK] = "ok",
	[HEALTH_LIMITED] = "limited",
	[HEALTH_MISSING] = "missing",
};

struct doctor_options {
	bool measure;
};

static const struct option_row options[] = {
	{ 'm', "measure", OPT_FLAG, NULL,
	  "also work for 5 s in the working directory, to see how much one run differs from the "
	  "next",
	  offsetof(struct doctor_options, measure), false },
	{ 0 },
};

/* Returns how many things are missing that a duel needs. */
static unsigned show(const struct doctor_row *row)
{
	unsigned lacking = 0;

	for (; row->name; row++) {
		struct buf said = BUF_INIT;
		enum health h = row->check(row->arg, &said);

		printf("%-7s  %-12s  %s%s%s\n", health_names[h], row->name, buf_str(&said),
		       said.len && h != HEALTH_OK ? "; " : "", h == HEALTH_OK ? "" : row->help);
		lacking += row->duel && h == HEALTH_MISSING;
		buf_release(&said);
	}
	return lacking;
}

static int run(const void *opts, char *const *args, unsigned nr_args, struct err *e)
{
	const struct doctor_options *o = opts;
	unsigned lacking = show(rows);

	(void)args;
	(void)nr_args;
	if (o->measure)
		lacking += show(measure_rows);
	if (!lacking)
		return FSDUEL_OK;
	err_add(e, ENOENT, "`fsduel duel` cannot work here: %u thing%s it needs %s missing",
		lacking, lacking == 1 ? "" : "s", lacking == 1 ? "is" : "are");
	return FSDUEL_MACHINE;
}

const struct command command_doctor = {
	.name = "doctor",
	.args = "",
	.summary = "say what this machine can do, and what is missing",
	.text = "One line a thing: ok, limited or missing, what was found, and what to do about\n"
		"it. Exit code 0 when `fsduel duel` has all it needs, else 3. The lines from\n"
		"governor on grade the machine for measuring on it in host mode.",
	.options = options,
	.options_size = sizeof(struct doctor_options),
	.run = run,
};
