/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cell.h: one cell run, from mkfs to unmounting, the same code on the host and in the guest. */
#ifndef FSDUEL_RUNNERS_CELL_H
#define FSDUEL_RUNNERS_CELL_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "runners/suite/plan.h"
#include "runners/cell/claim.h"
#include "runners/result/result.h"

/* --- until the machine is idle, so that self-tests after boot or writeback are not measured --- */

struct settle {
	uint64_t max_ns;        /* give up after that; 0: do not wait at all */
	uint64_t min_uptime_ns; /* and not before the machine has been up that long */
	const dev_t *devices;   /* block devices that must be idle too; borrowed */
	size_t nr_devices; /* those that sysfs does not know (btrfs' own, tmpfs) are left out */
};

/* 1: in three intervals of 0.2 s in a row the CPUs were 95 % idle and the devices did nothing. 0:
 * not within max_ns, or *stop became non-zero. -errno: /proc/stat cannot be read. */
int settle_wait(const struct settle *s, const atomic_int *stop, struct err *e);

/* The CPUs' time since boot, in ticks, all of them together; [0] is not used. */
enum { CPU_TIME_IDLE = 4, CPU_TIME_IOWAIT = 5, CPU_TIME_STEAL = 8, CPU_TIME_FIELDS };
struct cpu_time {
	uint64_t ticks[CPU_TIME_FIELDS];
};

/* root is "", or where tests keep a /proc/stat. -errno: it cannot be read. */
int cpu_time_read(const char *root, struct cpu_time *t, struct err *e);

/* --- a cell run --- */

/* All that a cell run depends on. No label, no run id: two labels of one image are alike. */
struct cell_spec {
	char *fs;            /* row of fs_types */
	struct strv mkfs;    /* the whole mkfs command, without the device */
	char *mount_options; /* as the suite says */
	char *mix;           /* "dio_overwrite:4 ..." canonical, or NULL */
	struct strv mix_set; /* "runtime=1s", "dio_overwrite.bs=4k", ... all of them, explicit */
	char *fio;           /* job text with parameters and seed, or NULL */
	char *fio_before;    /* jobs that are run before it, unmeasured, or NULL */
	uint64_t seed;
	enum pass pass;
	uint64_t limit_ns; /* of the whole cell run on its own clock */
	struct suite_device device;
};

/* The spec of a unit; uuid and hash seed come from the block's seed. */
int cell_spec_make(struct cell_spec *c, const struct plan *p, const struct plan_unit *u,
		   struct err *e);
void cell_spec_release(struct cell_spec *c);
json_t *cell_spec_to_json(const struct cell_spec *c);
int cell_spec_from_json(struct cell_spec *c, const json_t *j, struct err *e);

/* The UUID that the file systems of a block with this seed get. Caller frees. */
char *cell_uuid(uint64_t seed);

enum cell_count { COUNT_SOON, COUNT_BEGIN, COUNT_END }; /* soon: in a moment it begins */

/* Where it runs. */
struct cell_place {
	const char *device; /* block device, ours to format; or the one below dir */
	struct claim
		*claim;  /* mkfs and mount go through it; NULL in a guest, or if not formatted */
	const char *dir; /* empty directory to mount on */
	const char *existing; /* mount point of a file system to use as it is, or NULL */
	const char
		*log_name; /* "loop0": the kernel's lines on other devices do not count; or NULL */
	char *const *mkfs_versions; /* of fs_types, known already; NULL: mkfs is asked */
	const char *work; /* directory for scratch files outside the measured file system */
	uint64_t recording_max_bytes; /* a pass that records more there fails; 0: 256 MiB */
	uint64_t raw_max_bytes;       /* longer recordings are reduced, not kept; 0: all are kept */
	void (*mark)(void *arg, int begin); /* timed part begins / has ended; may be NULL */
	void *mark_arg;
	/* Called around the part that a profile counts; may be NULL. In a fio job the library in
	 * fio marks that part (fio_run.h), and "counted_ns" and "counted_ops" are facts of it. */
	void (*count)(enum cell_count when);
	void (*stepped)(void *arg, const char *step, uint64_t ns); /* of each step; or NULL */
	void *stepped_arg;
	struct settle settle;   /* how long to wait for an idle machine before measuring */
	const atomic_int *stop; /* non-zero: give up, clean up, STATUS_FAILED "interrupted" */
};

/* Run it. *r, initialised here, says how it went. -errno only when it could not clean up, or when
 * the device is no longer ours: then nothing more may be run on it. */
int cell_run(const struct cell_spec *c, const struct cell_place *at, struct result *r,
	     struct err *e);

#endif
