/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.h: wait until the machine is idle, so that self-tests after boot or writeback are not
 * measured. On the virtual clock of a guest waiting costs nothing.
 */
#ifndef FSDUEL_RUNNERS_SETTLE_H
#define FSDUEL_RUNNERS_SETTLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/err.h"

struct settle {
	uint64_t max_ns;        /* give up after that; 0: do not wait at all */
	uint64_t min_uptime_ns; /* and not before the machine has been up that long */
	const dev_t *devices;   /* block devices that must be idle too; borrowed */
	size_t nr_devices; /* those that sysfs does not know (btrfs' own, tmpfs) are left out */
};

/*
 * 1: in three intervals of 0.2 s in a row the CPUs were 95 % idle and the devices did nothing. 0:
 * not within max_ns, or *stop became non-zero. -errno: /proc/stat cannot be read.
 */
int settle_wait(const struct settle *s, const atomic_int *stop, struct err *e);

/* The CPUs' time since boot, in ticks, all of them together; [0] is not used. */
enum { CPU_TIME_IDLE = 4, CPU_TIME_IOWAIT = 5, CPU_TIME_STEAL = 8, CPU_TIME_FIELDS };
struct cpu_time {
	uint64_t ticks[CPU_TIME_FIELDS];
};

/* root is "", or where tests keep a /proc/stat. -errno: it cannot be read. */
int cpu_time_read(const char *root, struct cpu_time *t, struct err *e);

/*
 * Operations that have ended on all of them, none of one that sysfs does not know; *busy: some have
 * not.
 */
uint64_t devices_done(const dev_t *devices, size_t nr, bool *busy);

#endif
