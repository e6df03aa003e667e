/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * klog.h: what the kernel said during a cell, from /dev/kmsg. A cell beside
 * which the kernel complained has not measured what it says, whatever its
 * figures (liburing's runtests.sh looks into dmesg after every test for the
 * same reason).
 */
#ifndef FSDUEL_RUNNERS_KLOG_H
#define FSDUEL_RUNNERS_KLOG_H

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/cell/trouble.h"

struct klog {
	int fd;             /* -1: closed */
	const char *device; /* lines that name another one are passed over; NULL: none are */
	struct buf tail;    /* what was read; of a log without end, the last part */
};

#define KLOG_NONE                                                                                  \
	{                                                                                          \
		.fd = -1                                                                           \
	}

/* Note the end of the log as it is now. */
int klog_open(struct klog *k, struct err *e);

/*
 * Read what the kernel itself (not user space through /dev/kmsg) has logged
 * since klog_open or the last klog_scan, and look for trouble in it. Records that
 * were overwritten before they could be read are a trouble too, for nobody knows
 * what they said. 0, or -errno when the log cannot be read.
 */
int klog_scan(struct klog *k, struct trouble_found *f, struct err *e);

void klog_close(struct klog *k); /* accepts KLOG_NONE */

#endif
