/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * experiment_host.h: experiments with host_blocks: measured in exact mode and on this machine, and
 * both held against each other.
 */
#ifndef FSDUEL_CLI_EXPERIMENT_HOST_H
#define FSDUEL_CLI_EXPERIMENT_HOST_H

#include "cli/measure.h"
#include "tracking/experiment.h"

#define EXPERIMENT_TRUTH_DIR "exact-against-host" /* beside the results folders */

/* Up to so many blocks of it are measured on this machine as well; 0: none. */
unsigned experiment_host_blocks(const struct experiment *x, bool unscaled);

/* Is folder a results folder? */
bool experiment_is_begun(const char *folder);

/* Measure on this machine, on a device in memory; with host_blocks in as many as it takes. */
int experiment_measure_here(struct job *j, struct err *e);

/* Hold those of chosen that were measured in dir both ways against each other: print that, keep it
 * in EXPERIMENT_TRUTH_DIR, and append a line to ended. Returns an exit code. */
int experiment_show_truth(const struct experiments *chosen, const char *dir, bool unscaled,
			  struct buf *ended, struct err *e);

#endif
