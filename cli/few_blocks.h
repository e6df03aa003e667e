/* SPDX-License-Identifier: GPL-2.0-or-later */
/* few_blocks.h: can a plan end in a verdict at all? Said before anything is measured. */
#ifndef FSDUEL_CLI_FEW_BLOCKS_H
#define FSDUEL_CLI_FEW_BLOCKS_H

#include "lib/buf.h"
#include "runners/suite/plan.h"

/* Append a sentence to b where no verdict can come of some cell, whatever is measured. */
void few_blocks_say(const struct plan *p, struct buf *b);

#endif
