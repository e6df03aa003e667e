/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * device.h: the kinds of disk a guest can have, one row each: the guest's own
 * null_blk, or something of the host's through virtio or NVMe. What of the host
 * it is, and whether it may be overwritten, is disk.h's.
 */
#ifndef FSDUEL_RUNNERS_DEVICE_H
#define FSDUEL_RUNNERS_DEVICE_H

#include "lib/err.h"
#include "runners/suite/suite.h"

struct device_info {
	bool host_timed;       /* completes on the host's clock: never in exact mode */
	const char *modules;   /* that the guest needs where they are not built in, by blanks */
	const char *node;      /* where the guest sees it */
	const char *config;    /* the kernel options it needs, for people */
	const char *qemu_name; /* as in `-device help`; NULL: QEMU gives nothing */
	const char *qemu_args; /* what follows the name in -device */
};

extern const struct device_info devices[];    /* by enum device_kind */
extern const char *const device_kind_names[]; /* likewise, ends with NULL */

/*
 * In the guest: make the device or wait until it is there; its path goes to
 * dev. -ENODEV: this kernel has no driver for it.
 */
int device_make(const struct suite_device *d, char dev[32], struct err *e);

#endif
