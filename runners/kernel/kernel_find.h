/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kernel_find.h: where folders keep a kernel and its modules: unpacked packages, an installed
 * root, a build tree, a NixOS system. Private to runners/kernel/.
 */
#ifndef FSDUEL_RUNNERS_KERNEL_FIND_H
#define FSDUEL_RUNNERS_KERNEL_FIND_H

#include <stdbool.h>

#include "lib/buf.h"
#include "lib/err.h"

/* Path of the one image under root (malloc'ed), copies aside. ref: root's name in sentences. */
int kernel_find_image(const char *root, const char *ref, char **image, struct err *e);

/*
 * Folder with the release's modules (malloc'ed), or NULL. image is a path without links; root is
 * the folder it was found in, or NULL. *looked: the folders looked at, joined by ", " (malloc'ed).
 */
char *kernel_find_modules(const char *image, const char *root, const char *release, char **looked);

/* Is there a module file (.ko, .ko.xz, .ko.zst, .ko.gz) anywhere below dir? In modules.c. */
bool modules_any(const char *dir);

#endif
