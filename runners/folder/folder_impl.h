/* SPDX-License-Identifier: GPL-2.0-or-later */
/* folder_impl.h: for folder.c and folder_describe.c only. */
#ifndef FSDUEL_RUNNERS_FOLDER_IMPL_H
#define FSDUEL_RUNNERS_FOLDER_IMPL_H

#include "runners/folder/folder.h"

/* All that a reader of run.json needs to know what should be there. */
json_t *folder_describe(const struct folder *f);

#endif
