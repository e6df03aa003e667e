/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nullblk.h: the kernel's memory-backed block device with a set latency, by configfs. */
#ifndef FSDUEL_RUNNERS_NULLBLK_H
#define FSDUEL_RUNNERS_NULLBLK_H

#include "lib/err.h"
#include "runners/tables/device.h"

/*
 * Make the device; its path goes to dev. item is its name in /sys/kernel/config, which must be
 * mounted, and since 6.1 in /dev. -ENODEV: this kernel has no null_blk.
 */
int nullblk_create(const struct suite_device *d, const char *item, char dev[32], struct err *e);
int nullblk_supported(struct err *e);
/* 1: removed; 0: it was not there. */
int nullblk_remove(const char *item, struct err *e);

/* In the guest: make the suite's device, or wait for it. -ENODEV: there is no driver for it. */
int device_make(const struct suite_device *d, char dev[32], struct err *e);

#endif
