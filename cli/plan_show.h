/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan_show.h: the parts of `fsduel plan`. */
#ifndef FSDUEL_CLI_PLAN_SHOW_H
#define FSDUEL_CLI_PLAN_SHOW_H

#include <jansson.h>

#include "runners/suite/plan.h"

/* How many blocks a pass measures, from the first one on; 0: none. */
unsigned plan_pass_blocks(const struct suite *s, enum pass pass);

/* The plan as JSON to stdout. */
int plan_print_json(const struct plan *p, unsigned guests, struct err *e);

/* What a results folder still lacks, by kernel and block, to stdout. */
int plan_missing(const char *dir, struct err *e);

#endif
