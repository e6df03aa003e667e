/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h: how far a plan has been carried out, for who shows it to people. */
#ifndef FSDUEL_RUNNERS_PROGRESS_H
#define FSDUEL_RUNNERS_PROGRESS_H

#include "runners/suite/plan.h"
#include "runners/cell/result.h"

/* Told after each cell run, and at times in between with unit NULL. */
struct progress {
	unsigned total, done, failed, running;   /* cell runs; done counts the failed ones too */
	uint64_t elapsed_ns, left_ns;            /* left_ns 0: not known yet */
	const struct plan_unit *unit;
	const struct result *result;
};

#endif
