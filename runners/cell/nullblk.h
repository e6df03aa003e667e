/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nullblk.h: the kernel's own memory-backed block device with a set latency,
 * made through configfs, the same way for a built-in and a modular null_blk.
 */
#ifndef FSDUEL_RUNNERS_NULLBLK_H
#define FSDUEL_RUNNERS_NULLBLK_H

#include "lib/err.h"
#include "runners/tables/mode.h"

/*
 * Make the device; its path ("/dev/nullb0") goes to dev. item is its name in configfs and, since
 * 6.1, in /dev, too. Needs configfs on /sys/kernel/config. -ENODEV: this kernel has no null_blk.
 */
int nullblk_create(const struct suite_device *d, const char *item, char dev[32], struct err *e);
int nullblk_supported(struct err *e);
/* 1: removed; 0: it was not there. */
int nullblk_remove(const char *item, struct err *e);

/*
 * In the guest: make the suite's device, null_blk or another, or wait until it is there; its
 * path goes to dev. -ENODEV: this kernel has no driver for it.
 */
int device_make(const struct suite_device *d, char dev[32], struct err *e);

#endif
