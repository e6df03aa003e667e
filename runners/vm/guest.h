/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guest.h: what the guest's first process and the host that packs its
 * initramfs must agree on.
 */
#ifndef FSDUEL_RUNNERS_GUEST_H
#define FSDUEL_RUNNERS_GUEST_H

#define GUEST_MODULES_DIR "/modules"
#define GUEST_MODULES_ORDER GUEST_MODULES_DIR "/order" /* file names, one a line, load order */

/*
 * Given to every module: the kernel ignores what a module does not know but for
 * a line in its log. null_blk must not make a device of its own.
 */
#define GUEST_MODULE_PARAMS "nr_devices=0"

/*
 * What a pass recorded: what it may grow to in the guest's memory, as a share of that;
 * what of it is worth compressing; and what of that is worth sending, one port write a byte.
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
