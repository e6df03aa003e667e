/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h: what the guest's first process and the host that packs its
 * initramfs must agree on.
 */
#ifndef FSDUEL_RUNNERS_GUEST_H
#define FSDUEL_RUNNERS_GUEST_H

#define GUEST_MODULES_DIR "/modules"
#define GUEST_MODULES_ORDER GUEST_MODULES_DIR "/order"  /* file names, one a line, load order */

/*
 * Given to every module: the kernel ignores what a module does not know but for
 * a line in its log. null_blk must not make a device of its own.
 */
#define GUEST_MODULE_PARAMS "nr_devices=0"
#define GUEST_CMDLINE_NULLBLK "null_blk.nr_devices=0"

#endif
