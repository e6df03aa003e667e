/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * needs.h: the programs and kernel modules that a suite's cells need in a guest.
 * What nothing of the suite executes is not packed: it would make another machine.
 */
#ifndef FSDUEL_RUNNERS_NEEDS_H
#define FSDUEL_RUNNERS_NEEDS_H

#include "lib/buf.h"
#include "runners/suite/plan.h"

/* Append what the guest's cells will execute, and what its kernel may have as modules. */
void guest_needs(const struct suite *s, const struct plan *p, struct strv *tools,
		 struct strv *modules);

#endif
