/* SPDX-License-Identifier: GPL-2.0-or-later */
/* passes.h: the passes of a folder that is gone on with: those it has, and those asked for now. */
#ifndef FSDUEL_CLI_PASSES_H
#define FSDUEL_CLI_PASSES_H

#include <jansson.h>

#include "cli/command.h"

/*
 * Each name once, in *all; the strings stay run's and asked's, either of which may be
 * NULL. A folder never loses a pass: what it measured would no longer be in its tables.
 */
void passes_join(struct option_strings *all, const struct option_strings *asked, const json_t *run);

#endif
