/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * modules.h: module files in a folder; what is in them is kernel_modules of kernel.h. Private
 * to runners/kernel/.
 */
#ifndef FSDUEL_RUNNERS_MODULES_H
#define FSDUEL_RUNNERS_MODULES_H

#include <stdbool.h>

/* Is there a module file (.ko, .ko.xz, .ko.zst, .ko.gz) anywhere below dir? */
bool modules_any(const char *dir);

#endif
