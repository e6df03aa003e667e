/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_build.h: a kernel of one's own: Debian's source or any tree, patches, a small
 * configuration, and an image in the cache that kernel_load finds by its name. The recipe is
 * kernels/build.sh; docs/kernels.md has its promises. A tree is only read.
 */
#ifndef FSDUEL_RUNNERS_KERNEL_BUILD_H
#define FSDUEL_RUNNERS_KERNEL_BUILD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/buf.h"
#include "lib/err.h"

struct kernel_build_progress {
	const char *step;  /* "reading the source", "compiling" */
	unsigned compiled; /* files so far; 0 outside of that step */
};

struct kernel_build {
	const char *name;           /* of the result: letters, digits and "._+-" */
	const char *tree;           /* a kernel tree, or NULL: Debian's source of that series */
	const char *series;         /* "6.12" */
	const char *const *patches; /* paths, or names of kernels/: excl-dio, slow-600 */
	size_t nr_patches;
	const char *config; /* fragment after our own, later lines win; or NULL */
	void (*progress)(void *arg, const struct kernel_build_progress *p); /* may be NULL */
	void *arg;
	const atomic_int *stop; /* may be NULL; non-zero ends it with -EINTR */
};

/*
 * Build, or find that it has been built. *path is the folder (malloc'ed). One build at a time
 * works on a source; others wait. -EINVAL, FSDUEL_USAGE noted: the name, tree, patches or
 * options cannot be had, or do not compile. -EIO, FSDUEL_MACHINE noted: a missing program, no
 * room, no network.
 */
int kernel_build(const struct kernel_build *b, char **path, struct err *e);

/* The series of Debian's source that is built when the user names none. */
#define KERNEL_BUILD_SERIES "6.12"

/* Is it the name of a Debian series, "6.1" or "6.12"? */
bool kernel_is_series(const char *name);

/* Is this patch given by its path, and not by its name in kernels/? */
bool kernel_patch_is_path(const char *patch);

/* The name that goes with a source and patches (malloc'ed): "stock-6.12", "never-unwritten+widen",
 * or "excl-dio-6.1" of another series than KERNEL_BUILD_SERIES. A path counts as its file's name
 * without ".patch". */
char *kernel_build_name(const char *series, const char *const *patches, size_t nr);

/* Append `fsduel kernel build NAME ...`, the command that builds it. */
void kernel_build_command(const struct kernel_build *b, struct buf *out);

/* Is there a kernel of that name, of Debian's series and these patches as they are now? -ENOENT,
 * FSDUEL_USAGE noted: none, or of other patches; the sentence has the command. -EINVAL, likewise:
 * there is no such patch. */
int kernel_built(const struct kernel_build *b, struct err *e);

/* Are the programs here that a build takes? -EIO, FSDUEL_MACHINE noted, with those to install. */
int kernel_build_check(struct err *e);

#endif
