/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge.h: a file system's own hook, which says what the options in effect really come to. It is
 * `int judge_NAME(...)` in the file judge_NAME.c, for the row NAME of fs_types; make finds the
 * file. A file system without one has nothing to say.
 */
#ifndef FSDUEL_RUNNERS_JUDGE_H
#define FSDUEL_RUNNERS_JUDGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

/*
 * device: formatted and mounted. options: those in effect, one a line. Into facts goes what results
 * depend on, and "effective", an object whose "why" names the options without effect ("": there are
 * none). 0 or -errno with a sentence.
 */
typedef int judge_fn(const char *device, const char *options, json_t *facts, struct err *e);

judge_fn *judge_find(const char *fs); /* NULL: that file system has none */

/* --- ext4, whose options file prints dioread_nolock also where it has no effect --- */

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
