/* SPDX-License-Identifier: GPL-2.0-or-later */
/* few_blocks.h: can a plan end in a verdict at all? Said before anything is measured. */
#ifndef FSDUEL_CLI_FEW_BLOCKS_H
#define FSDUEL_CLI_FEW_BLOCKS_H

#include "lib/buf.h"
#include "runners/suite/plan.h"

/*
 * Append a sentence to b where no verdict can come of any cell, whatever is measured, or
 * where one more cell that knows two states could prevent it.
 */
void few_blocks_say(const struct plan *p, struct buf *b);

#endif
