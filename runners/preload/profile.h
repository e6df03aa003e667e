/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile.h: what the plug-in in profile.c, the guest that marks its measured
 * part and the host that reads the counts agree on.
 */
#ifndef FSDUEL_RUNNERS_PRELOAD_PROFILE_H
#define FSDUEL_RUNNERS_PRELOAD_PROFILE_H

#include <stdint.h>

#define PROFILE_LIB "fsduel-profile.so"

/*
 * QEMU's plug-in interface has a number. This variable says the one that the plug-in
 * claims, a digit from 1 to PROFILE_INTERFACE_MAX; asked by PROFILE_ASK in the place of
 * out=PATH it writes PROFILE_USABLE or why not to stdout, and ends QEMU.
 */
#define PROFILE_INTERFACE_ENV "FSDUEL_PLUGIN_INTERFACE"
#define PROFILE_INTERFACE_MAX 7
#define PROFILE_ASK "ask=interface"
#define PROFILE_USABLE "usable"

/*
 * An instruction that does nothing: nopl DISP32(%rax) with a displacement that no
 * compiler writes. The guest executes it in every pass, so that nothing differs.
 */
#define PROFILE_MARK_BYTES 0x0f, 0x1f, 0x80
#define PROFILE_MARK_LEN 7
#define PROFILE_MARK_BEGIN 0x66736475u
#define PROFILE_MARK_END 0x66736476u

#define PROFILE_MARK(disp)                                                                         \
	__asm__ volatile(".byte 0x0f, 0x1f, 0x80\n\t.long %c0" : : "i"(disp) : "memory")

/*
 * The file of the plug-in: a header and one record for each address that was
 * executed between the marks, by address. Of this machine's own byte order.
 */
#define PROFILE_MAGIC "fsduelP1"

struct profile_header {
	char magic[8];
	uint32_t begins, ends; /* marks seen: the last beginning before the first end counts */
	uint64_t records;
	uint64_t instructions; /* their sum */
};

struct profile_record {
	uint64_t address, count;
};

#endif
