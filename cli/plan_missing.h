/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_missing.h: what a results folder still lacks, printed to stdout. */
#ifndef FSDUEL_CLI_PLAN_MISSING_H
#define FSDUEL_CLI_PLAN_MISSING_H

#include "lib/err.h"

int plan_missing(const char *dir, struct err *e);

#endif
