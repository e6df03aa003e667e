/* SPDX-License-Identifier: GPL-2.0-or-later */
/* progress.h: how far a plan has been carried out, for the programs that show it to people. */
#ifndef FSDUEL_RUNNERS_PROGRESS_H
#define FSDUEL_RUNNERS_PROGRESS_H

#include <stdbool.h>

#include "runners/suite/plan.h"
#include "runners/result/result.h"

/* Told after each cell run, and at times in between with unit NULL. */
struct progress {
	unsigned total, done, failed, running; /* cell runs; done counts the failed ones too */
	uint64_t elapsed_ns, left_ns;          /* left_ns 0: not known yet */
	uint64_t ended_ns;                     /* elapsed when the last cell run ended */
	const struct plan_unit *unit;
	const struct result *result;
};

/*
 * Set the times: "here" cell runs were measured in elapsed_ns; ended: one has just ended. The
 * time left is the mean of these for each cell run to come; it only falls while none ends.
 */
void progress_time(struct progress *p, unsigned here, uint64_t elapsed_ns, bool ended);

#endif
