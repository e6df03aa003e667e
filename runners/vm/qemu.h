/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu.h: which QEMU is used and what it can do. It is asked, never guessed
 * from its version: builds of one version differ, and names come and go.
 */
#ifndef FSDUEL_RUNNERS_QEMU_H
#define FSDUEL_RUNNERS_QEMU_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

/*
 * Path (malloc'ed) of the QEMU to use: given, else $FSDUEL_QEMU, else
 * qemu-system-x86_64, looked up in PATH unless it is a path. NULL with a
 * sentence, FSDUEL_MACHINE noted.
 */
char *qemu_find(const char *given, struct err *e);

/* Append what QEMU prints for an option ("-L", "help") and its word (NULL: none). -errno with a
 * sentence. */
int qemu_says(const char *qemu, const char *option, const char *word, struct buf *out,
	      struct err *e);

enum qemu_thing { QEMU_ACCEL, QEMU_DEVICE, QEMU_MACHINE_PROPERTY };

/* Does it have one of that name? A QEMU that cannot say has not. */
bool qemu_has(const char *qemu, enum qemu_thing thing, const char *name);

#endif
