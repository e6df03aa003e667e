/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_self.h: a suite turned into one that duels a kernel against itself. */
#ifndef FSDUEL_RUNNERS_SUITE_SELF_H
#define FSDUEL_RUNNERS_SUITE_SELF_H

#include "runners/suite/suite.h"

/*
 * Keep the suite's first kernel, give it a twin "again" of the same image, and for
 * each mount a contrast of the two, of the mount's name. Everything else stays.
 */
void suite_self(struct suite *s);

#endif
