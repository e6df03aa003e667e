/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe.h: how much a fixed piece of work differs from run to run on this machine:
 * arithmetic, direct writes and direct reads of a small file, in turn. A suite cannot tell
 * differences apart that are smaller than this spread.
 */
#ifndef FSDUEL_RUNNERS_HOST_PROBE_H
#define FSDUEL_RUNNERS_HOST_PROBE_H

#include <stdatomic.h>
#include <stdint.h>

#include "lib/err.h"

enum probe_kind { PROBE_CPU, PROBE_WRITE, PROBE_READ, PROBE_KINDS };
extern const char *const probe_names[PROBE_KINDS]; /* "arithmetic", ... */

struct probe {
	unsigned runs; /* of each kind; the mean and the spread are over these */
	double mean_ns[PROBE_KINDS];
	double cv_pct[PROBE_KINDS]; /* standard deviation (n - 1) by mean */
};

/*
 * Take about duration_ns, with a scratch file without a name in dir. -EINTR: *stop (may be
 * NULL) became non-zero. Other -errno: dir cannot hold the file, or knows no direct I/O.
 */
int probe_run(struct probe *p, const char *dir, uint64_t duration_ns, const atomic_int *stop,
	      struct err *e);

#endif
