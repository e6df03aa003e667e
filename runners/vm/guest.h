/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest.h: names and limits shared by the guest's first process and the host. */
#ifndef FSDUEL_RUNNERS_GUEST_H
#define FSDUEL_RUNNERS_GUEST_H

#define GUEST_MODULES_DIR "/modules"
#define GUEST_MODULES_ORDER GUEST_MODULES_DIR "/order" /* file names, one a line, load order */

/*
 * Given to every module: the kernel ignores parameters that a module does not know but for
 * a line in its log. null_blk must not make a device of its own.
 */
#define GUEST_MODULE_PARAMS "nr_devices=0"

/*
 * The recording of a pass: its most in the guest's memory, as a share of that; the longest one
 * that is compressed; and the longest that is then sent, one port write a byte.
 */
#define GUEST_RECORDING_SHARE 8
#define GUEST_RAW_MAX ((size_t)32 << 20)
#define GUEST_SEND_MAX ((size_t)4 << 20)
#define GUEST_RAW_RECORD "raw"
#define GUEST_SYMBOLS_RECORD "kallsyms"
#define GUEST_KALLSYMS_MAX ((size_t)48 << 20)

/* A spec that holds this and nothing else asks for a sign of life, not for a cell run. */
#define GUEST_TRIAL_KEY "trial"

#endif
