/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kernel.h: a kernel to boot, read once: a build that goes on in its tree changes nothing. */
#ifndef FSDUEL_RUNNERS_KERNEL_H
#define FSDUEL_RUNNERS_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"
#include "lib/err.h"

struct kernel {
	char *ref;         /* as given */
	char *image_path;  /* absolute */
	char *modules_dir; /* .../lib/modules/RELEASE or a build tree, with modules; NULL: none */
	bool uki; /* image_path is a unified kernel image; the rest is of the kernel in it */
	struct buf image;   /* the bzImage's bytes */
	struct buf vmlinux; /* the ELF inside it, kept when QEMU can boot it directly (PVH); else
			       empty */
	char sha256[65];    /* of the image */
	char *release;      /* "6.12.117+deb12-cloud-amd64" */
	char *version;      /* "#1 SMP PREEMPT_DYNAMIC ..." from the image's header, or "" */
	char build_id[65];  /* hex of the GNU build id in the vmlinux inside; "" when it has none */
};

/* ref is a bzImage, a unified kernel image, a folder that holds one, or a name fetched by
 * kernel_fetch. -EINVAL with a sentence: not there, not a bzImage, cut short, several in one
 * folder. An unknown name says how to fetch it. Exit code noted. */
int kernel_load(struct kernel *k, const char *ref, struct err *e);
void kernel_release(struct kernel *k);

/*
 * The modules of these names (NULL-terminated; '-' and '_' are the same) and those
 * they need, in load order, from k->modules_dir (.ko, .ko.xz, .ko.zst, .ko.gz). Names not found
 * are taken to be built in. Each file's decompressed bytes go to fn; a non-zero return of
 * fn ends it. -EINVAL: not a module, or one built for another kernel; -ENOENT: a module
 * that one of them needs is missing.
 */
int kernel_modules(const struct kernel *k, const char *const *names,
		   int (*fn)(void *arg, const char *name, const void *data, size_t len,
			     struct err *e),
		   void *arg, struct err *e);

/* Is there a module file anywhere below dir? */
bool kernel_has_modules(const char *dir);

/*
 * Bring a cloud image of Debian's into the cache, where kernel_load finds it by this name: a
 * series ("6.1", the current one of its meta-package) or a version ("6.1.0-47", "6.12.107"; once
 * it is there, nothing is done). *path is the folder (malloc'ed). -EINVAL, FSDUEL_USAGE noted: no
 * such name; -EIO, FSDUEL_MACHINE noted: no apt, no network, or not in the archive.
 */
int kernel_fetch(const char *name, char **path, struct err *e);

/* Append the archive's kernels, oldest first: "NAME VERSION PACKAGE" a line. -EIO as above. */
int kernel_fetch_list(struct buf *out, struct err *e);

/* Path of that kernel in the cache, or where it would be (malloc'ed); "": the folder, made. */
int kernel_cached(const char *name, char **path, struct err *e);

#endif
