/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zipf.h: ranks that are drawn with probability proportional to rank^-theta, as
 * of popular blocks (Gray et al., "Quickly Generating Billion-Record Synthetic
 * Databases", SIGMOD 1994, section 3.2). Their way and rejection-inversion
 * (Hoermann and Derflinger, ACM TOMACS 6(3), 1996) need pow() for each draw. Here
 * ranks are put into bands as hist.h puts latencies into buckets, each with its
 * exact share of the probability, and drawn in two integer steps: the band by a
 * guide table (Chen and Asau, CACM 1974), then a rank of it uniformly. Below 128
 * each rank is a band of its own; above, one rank's probability is off by less
 * than theta x 0.8 %, that of a band by nothing.
 */
#ifndef FSDUEL_WORKLOADS_ZIPF_H
#define FSDUEL_WORKLOADS_ZIPF_H

#include <stdint.h>

#include "lib/rng.h"

#define ZIPF_GUIDE_BITS 11

struct zipf_band {
	uint64_t below;     /* 2^63 x probability of this band and all before it */
	uint64_t first, nr; /* ranks from 0 */
};

/* Read-only once made: the threads of a role share one. */
struct zipf {
	struct zipf_band *band;
	unsigned nr;
	uint16_t guide[1 << ZIPF_GUIDE_BITS]; /* band that holds the first value of each slice */
};

/* n ranks, 0 < n <= 2^60; theta in thousandths of a per cent (99000 is 0.99), at most 10. */
void zipf_init(struct zipf *z, uint64_t n, uint64_t theta_milli_pct);
void zipf_release(struct zipf *z);

/* A rank from 0, the likeliest first; no floating point. */
static inline uint64_t zipf_next(const struct zipf *z, struct rng *rng)
{
	uint64_t u = rng_next(rng) >> 1;
	const struct zipf_band *b = &z->band[z->guide[u >> (63 - ZIPF_GUIDE_BITS)]];

	while (u >= b->below)
		b++;
	return b->nr == 1 ? b->first : b->first + rng_below(rng, b->nr);
}

#endif
