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

#include "lib/err.h"

/* device: formatted and mounted. options: those in effect, one a line. Into facts goes what results
 * depend on, and "effective", an object whose "why" names the options without effect ("": there are
 * none). 0 or -errno with a sentence. */
typedef int judge_fn(const char *device, const char *options, json_t *facts, struct err *e);

judge_fn *judge_find(const char *fs); /* NULL: that file system has none */

/* ext4 prints dioread_nolock in /proc/fs/ext4/DEV/options also where it has no effect: the reason,
 * or "". extents: the file system has that feature. */
const char *ext4_no_dioread_nolock(bool extents, const char *options);

#endif
