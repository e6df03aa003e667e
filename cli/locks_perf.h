/* SPDX-License-Identifier: GPL-2.0-or-later */
/* locks_perf.h: perf's own table of the recordings of a results folder. */
#ifndef FSDUEL_CLI_LOCKS_PERF_H
#define FSDUEL_CLI_LOCKS_PERF_H

#include "lib/buf.h"
#include "lib/err.h"

/*
 * Append `perf lock contention -i` of every recording that DIR keeps, each below a line with
 * its cell, variant and block. -ENOENT: it keeps none, or there is no perf.
 */
int locks_perf(struct buf *out, const char *dir, struct err *e);

#endif
