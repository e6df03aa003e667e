/* SPDX-License-Identifier: GPL-2.0-or-later */
/* looks.h: DIR/looks.json, such as [6, 9]: unplanned looks; why: analysis/compare/judge.h. */
#ifndef FSDUEL_LIB_LOOKS_H
#define FSDUEL_LIB_LOOKS_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/err.h"

bool looks_exist(const char *dir);

/* A new array of growing numbers from 1 on, empty where there is no record. -EINVAL: damaged. */
int looks_read(const char *dir, json_t **out, struct err *e);

/* Add a look, unless it is there. A folder that nobody may write into is no error. */
int looks_add(const char *dir, unsigned blocks, struct err *e);

#endif
