/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zram.h: the kernel's compressed memory disk, added and removed through
 * /sys/class/zram-control (the kernel's blockdev/zram.rst).
 */
#ifndef FSDUEL_RUNNERS_HOST_ZRAM_H
#define FSDUEL_RUNNERS_HOST_ZRAM_H

#include <stdint.h>

#include "lib/err.h"

/* -ENODEV: this kernel has no zram, or it is not loaded. */
int zram_supported(struct err *e);
/* A new one, without a size: its number, or -errno. */
int zram_add(struct err *e);
/* The number that no other zram gets later (since 5.15; NULL before). Caller frees. */
char *zram_diskseq(int id);
int zram_set_size(int id, uint64_t size_bytes, struct err *e);
/* 1: removed; 0: it was not there; -EBUSY: somebody uses it. */
int zram_remove(int id, struct err *e);

#endif
