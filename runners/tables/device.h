/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h: the kinds of disk a guest can have, one row each: null_blk in the guest's memory, or
 * a file or device of the host through virtio or NVMe. disk.h says which file or device that is
 * and whether it may be overwritten.
 */
#ifndef FSDUEL_RUNNERS_DEVICE_H
#define FSDUEL_RUNNERS_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

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
