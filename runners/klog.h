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

struct klog {
	int fd;   /* -1: closed */
};

#define KLOG_NONE { -1 }

/* Note the end of the log as it is now. */
int klog_open(struct klog *k, struct err *e);

/*
 * Read what the kernel itself (not user space through /dev/kmsg) has logged
 * since klog_open or the last klog_scan. 1: a line matches, and the first that
 * does is appended to hit; 0: none does. Records that were overwritten before
 * they could be read count as a hit, for nobody knows what they said.
 */
int klog_scan(struct klog *k, struct buf *hit, struct err *e);

/* The pattern of the table that the line matches, or NULL. */
const char *klog_match(const char *line);

void klog_close(struct klog *k);   /* accepts KLOG_NONE */

#endif
