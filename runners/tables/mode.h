/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mode.h: the modes and the passes of a run, and the disks that a guest can have, as data. A row of
 * a mode says what QEMU and the guest's kernel are given, how many guests may run at once, and
 * which note stands under every table. docs/modes.md and docs/exact.md give the reason for each
 * argument.
 */
#ifndef FSDUEL_RUNNERS_MODE_H
#define FSDUEL_RUNNERS_MODE_H

#include <stdbool.h>
#include <stdint.h>

/* MODE_AUTO: kvm where it is proven to run a guest, else exact; settled before measuring. */
enum mode { MODE_EXACT, MODE_TCG, MODE_KVM, MODE_HOST, MODE_AUTO };
extern const char *const mode_names[]; /* ends with NULL */

/* One pass watches a cell at a time, in cell runs of its own. Only PASS_THROUGHPUT, which nothing
 * watches, is judged; every suite has it. */
enum pass { PASS_THROUGHPUT, PASS_LOCKS, PASS_PROFILE, NR_PASSES };
extern const char *const pass_names[]; /* ends with NULL */

struct mode_info {
	const char *note;        /* what figures of this mode are and are not, one sentence */
	const char *accel;       /* as `-accel help` names it; NULL: no guests in this mode */
	const char *const *args; /* QEMU's accelerator and clock; ends with NULL */
	const char *cpu;         /* for -cpu, unless a suite names another */
	/* Properties of -machine; one that this QEMU does not have is left out. */
	const char *const *machine;
	const char *cmdline;         /* of the guest's kernel */
	const char *one_cpu_cmdline; /* more of it for a guest with one CPU */
	bool virtual_clock;          /* the host's speed and load are not in the figures */
	bool alone;                  /* one guest at a time */
};

/* The memory of a guest that can be saved, among QEMU's objects. */
#define GUEST_MEMORY "ram"

/* By enum mode. MODE_AUTO has no row of its own: trial_choose settles it. */
extern const struct mode_info modes[];

/* null_blk in the guest's memory, or a file or device of the host's, see runners/vm/disk.c. */
enum device_kind { DEVICE_NULL_BLK, DEVICE_VIRTIO, DEVICE_NVME };

/* All but the size are null_blk's; DOMAIN.md says why cache_bytes matters. */
struct suite_device {
	enum device_kind kind;
	uint64_t size_bytes; /* 0: that of the suite's device_path */
	uint64_t latency_ns, cache_bytes, bandwidth_bytes_per_s; /* the last two: 0 none */
};

struct device_info {
	bool host_timed;       /* completes on the host's clock: never in exact mode */
	const char *modules;   /* the guest needs them unless they are built in; by blanks */
	const char *node;      /* its path in the guest */
	const char *config;    /* the kernel options it needs, for people */
	const char *qemu_name; /* as in `-device help`; NULL: QEMU gives nothing */
	const char *qemu_args; /* what follows the name in -device */
};

extern const struct device_info devices[];    /* by enum device_kind */
extern const char *const device_kind_names[]; /* likewise, ends with NULL */

#endif
