/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * initramfs.h: the guest's file system as a cpio archive, a pure function of
 * the files put in: sorted names, no times, no owners, numbered inodes, not
 * compressed (unpacking would cost the guest more than the host saves).
 *
 * The base archive (first process, tools, their libraries) is part of the
 * machine and has the hash that compare requires to be equal; the modules of a
 * kernel are an archive of their own behind it, part of that kernel.
 */
#ifndef FSDUEL_RUNNERS_INITRAMFS_H
#define FSDUEL_RUNNERS_INITRAMFS_H

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/kernel/kernel.h"

/*
 * The base archive into out: the guest's first process (found beside this
 * program) as /init, and each tool (looked up in PATH, NULL-terminated list)
 * with the libraries it links to. -ENOENT: a tool is missing, exit code
 * FSDUEL_MACHINE noted.
 */
int initramfs_base(const char *const *tools, struct buf *out, struct err *e);

/* perf and its libraries, for guests of a locks pass alone. Empty where perf is not installed. */
int initramfs_perf(struct buf *out, struct err *e);

/* The archive of these modules of k and what they need; empty where all are built in. */
int initramfs_modules(const struct kernel *k, const char *const *names, struct buf *out,
		      struct err *e);

#endif
