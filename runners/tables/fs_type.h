/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fs_type.h: the file systems, one row each, and the mkfs command that follows from a row. A new
 * file system is a row of fs_type.c. Where its options do not say all that matters, it also has
 * a file runners/cell/judge_NAME.c (judge.h), which make finds by its name.
 */
#ifndef FSDUEL_RUNNERS_FS_TYPE_H
#define FSDUEL_RUNNERS_FS_TYPE_H

#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

struct fs_type {
	const char *name;      /* "ext4" */
	const char *mkfs;      /* program */
	const char *mkfs_args; /* always given; {uuid} and {hash_seed} are the block's */
	/* A command that reads the whole device and fails if it is not clean; NULL: none. */
	const char *check;
	uint64_t uuid_at;           /* offset on the device of the first super block's UUID */
	const char *always_options; /* mount options always given, or "" */
	/* File of the options in effect, "/proc/fs/ext4/{dev}/options"; NULL: /proc/self/mounts. */
	const char *options_file;
	const char *modules;     /* to load unless built in; by blanks */
	const char *mkfs_user;   /* option letters the user may give, in getopt's notation */
	const char *mkfs_ours;   /* likewise those that only mkfs_args may give */
	const char *mkfs_joined; /* mkfs heeds only the last option of these letters: join lists */
	struct { /* a user's option whose list holds word drops ours of letter drops */
		char letter, drops;
		const char *word;
	} mkfs_drop;
	const char *mkfs_never; /* keys in a list that would name another device or file */
	uint64_t min_bytes;     /* mkfs refuses less; 0: it takes any size */
};

#define FS_TYPES_MAX 8
extern const struct fs_type fs_types[]; /* ends with a NULL name; the first is the default */
const struct fs_type *fs_type_find(const char *name);

/*
 * Append the mkfs command without the device to argv: the program, our arguments and the user's.
 * The user's option replaces ours of the same letter; lists of a joined letter (-E) are joined,
 * ours first, because the last of a key wins. user may be NULL. -EINVAL: a word that is no option
 * (mkfs could take it for a device), or an option that fsduel gives itself.
 */
int fs_type_mkfs(const struct fs_type *t, const struct strv *user, const char *uuid,
		 const char *hash_seed, struct strv *argv, struct err *e);

#endif
