/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mode.c: the tables of mode.h. */
#include "runners/tables/mode.h"

#include <stddef.h>

const char *const mode_names[] = {
	[MODE_EXACT] = "exact", [MODE_TCG] = "tcg",   [MODE_KVM] = "kvm",
	[MODE_HOST] = "host",   [MODE_AUTO] = "auto", NULL,
};

const char *const pass_names[] = {
	[PASS_THROUGHPUT] = "throughput",
	[PASS_LOCKS] = "locks",
	[PASS_PROFILE] = "profile",
	[NR_PASSES] = NULL,
};

/* In all modes: no screen, and a guest that restarts has ended. QEMU's random numbers are always
 * the same: the guest draws a cell's from its seed (runners/vm/guest_main.c). */
#define ANY_ARGS "-nodefaults", "-display", "none", "-no-reboot", "-seed", "1"

/* What every x86 of the last fifteen years has and QEMU's TCG can do (docs/exact.md has what each
 * moves). Without SSE4.2 and PCLMULQDQ a checksum costs more than the write that it covers.
 * enforce: a QEMU that lacks one is refused. */
#define EMULATED_CPU "qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+pclmulqdq,+aes,enforce"

/* 2^0 ns an instruction; idle time is skipped; one instruction stream for all CPUs. */
/* clang-format off */
static const char *const exact_args[] = {
	"-accel", "tcg,tb-size=256", "-icount", "shift=0,sleep=off",
	"-rtc", "base=2020-01-01T00:00:00,clock=vm",
	/* Names the CPU thread, for preload/exact_order.c. */
	"-name", "debug-threads=on", ANY_ARGS, NULL,
};
/* clang-format on */

static const char *const tcg_args[] = { "-accel", "tcg,thread=multi,tb-size=256", ANY_ARGS, NULL };

static const char *const kvm_args[] = { "-accel", "kvm", ANY_ARGS, NULL };

static const char *const none[] = { NULL };
static const char *const tcg_machine[] = { "vmport=off", NULL };
/* KVM's guests have a clock of their own; one that took the HPET would exit for each reading. */
static const char *const kvm_machine[] = { "vmport=off", "hpet=off", NULL };

/* A guest in trouble ends at once with its words on the console, not silently at its limit. */
#define WATCH "oops=panic softlockup_panic=1 nmi_watchdog=panic "
/* A waiter for a spinlock spins on PAUSE, and TCG takes about 50 s of a core for a virtual second
 * of that: a lockup must be found after 2 s and not 20, or the wall limit comes first. Only on a
 * virtual clock, because a busy host would look like a lockup on the wall clock. */
#define WATCH_VIRTUAL WATCH "watchdog_thresh=1 "
#define CMDLINE "console=ttyS0 panic=-1 nokaslr loglevel=3 "
#define CMDLINE_END "cryptomgr.notests null_blk.nr_devices=0"

const struct mode_info modes[] = {
	[MODE_EXACT] = {
		.note = "It is exact, not true: every instruction costs 1 ns, no caches, no branch "
			"misses, no real device.",
		.accel = "tcg",
		.args = exact_args,
		.cpu = EMULATED_CPU,
		.machine = none,
		.cmdline = CMDLINE "random.trust_cpu=off tsc=reliable " WATCH_VIRTUAL CMDLINE_END,
		/* The kernel calibrates the local APIC's timer for 100 ms in a PAUSE loop, and
		 * under TCG each PAUSE leaves the translated code: 2.7 s of a 6.2 s boot. A single
		 * CPU does as well with the HPET. */
		.one_cpu_cmdline = " nolapic_timer",
		.virtual_clock = true,
	},
	[MODE_TCG] = {
		.note = "The machine is emulated, on the wall clock: path lengths differ from real "
			"hardware, and the host's load is in the numbers.",
		.accel = "tcg",
		.args = tcg_args,
		.cpu = EMULATED_CPU,
		.machine = tcg_machine,
		.cmdline = CMDLINE WATCH CMDLINE_END,
		.one_cpu_cmdline = "",
		.alone = true,
	},
	[MODE_KVM] = {
		.note = "A virtual machine on the wall clock: the host's load and what leaving the "
			"guest costs are in the numbers.",
		.accel = "kvm",
		.args = kvm_args,
		.cpu = "host",
		.machine = kvm_machine,
		.cmdline = CMDLINE WATCH CMDLINE_END,
		.one_cpu_cmdline = "",
		.alone = true,
	},
	[MODE_HOST] = {
		.note = "This machine itself, on the wall clock: its other work is in the numbers.",
		.alone = true,
	},
	[MODE_AUTO] = { .note = "" },
};

/* --- devices -------------------------------------------------------------------------- */

const char *const device_kind_names[] = {
	[DEVICE_NULL_BLK] = "null_blk",
	[DEVICE_VIRTIO] = "virtio",
	[DEVICE_NVME] = "nvme",
	NULL,
};

const struct device_info devices[] = {
	[DEVICE_NULL_BLK] = {
		.modules = "null_blk",
		.node = "/dev/nullb0",
		.config = "CONFIG_BLK_DEV_NULL_BLK and CONFIG_CONFIGFS_FS",
	},
	[DEVICE_VIRTIO] = {
		.host_timed = true,
		.modules = "virtio_pci virtio_blk",
		.node = "/dev/vda",
		.config = "CONFIG_VIRTIO_PCI and CONFIG_VIRTIO_BLK",
		.qemu_name = "virtio-blk-pci",
		.qemu_args = "",
	},
	[DEVICE_NVME] = {
		.host_timed = true,
		.modules = "nvme",
		.node = "/dev/nvme0n1",
		.config = "CONFIG_BLK_DEV_NVME",
		.qemu_name = "nvme",
		.qemu_args = ",serial=fsduel",
	},
};
