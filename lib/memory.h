/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memory.h: how much memory programs that are started now may use. */
#ifndef FSDUEL_LIB_MEMORY_H
#define FSDUEL_LIB_MEMORY_H

#include <stdint.h>

/* Bytes that can be used now without swapping: MemAvailable, or less where a control group (version
 * 2) of this process or one above it leaves less, its page cache counted as free. root: "", or a
 * folder that stands for / in a test. 0: it is not known. */
uint64_t memory_available(const char *root);

#endif
