/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_ext4.h: what ext4 will really do, from its superblock and its options. The options file
 * prints dioread_nolock also where the kernel does not act on it (DOMAIN.md, traps 1 and 2).
 */
#ifndef FSDUEL_RUNNERS_JUDGE_EXT4_H
#define FSDUEL_RUNNERS_JUDGE_EXT4_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "lib/err.h"

struct ext4_super {
	uint32_t block_bytes, inode_bytes;
	bool extents, has_journal;
	uint64_t journal_bytes; /* of the internal journal; 0 without one or on another device */
};

struct ext4_effective {
	bool dioread_nolock, delalloc;
	char why[160]; /* why dioread_nolock, which is printed, is without effect; else "" */
};

/* Read the primary superblock of a device or image. -EINVAL: not an ext2, ext3 or ext4. */
int ext4_read_super(struct ext4_super *s, const char *device, struct err *e);

/* options: the text of /proc/fs/ext4/DEV/options. */
void ext4_effective(struct ext4_effective *f, const struct ext4_super *s, const char *options);

#endif
