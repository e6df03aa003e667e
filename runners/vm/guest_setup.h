/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest_setup.h: the steps of a guest that are the same for every cell, and may be saved. */
#ifndef FSDUEL_RUNNERS_GUEST_SETUP_H
#define FSDUEL_RUNNERS_GUEST_SETUP_H

#include "lib/err.h"
#include "runners/cell/cell.h"
#include "runners/tables/fs_type.h"

/* The clock source is chosen for good about a second after boot. */
extern const struct settle guest_settle;
/*
 * Mounts and modules; what each mkfs says of itself, by fs_types, NULL where it is not there. The
 * guest is idle then, and stops itself where the host asked it to.
 */
int guest_set_up(char *mkfs_versions[FS_TYPES_MAX], struct err *e);

#endif
