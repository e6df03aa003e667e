/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit.c: names and seeds of cell runs; see plan.h. Apart from plan.c because
 * the guest needs them too, and not the rest of plan.c.
 */
#include <stdio.h>

#include "lib/rng.h"
#include "runners/suite/plan.h"

uint64_t plan_block_seed(uint64_t suite_seed, unsigned block)
{
	return rng_mix(suite_seed, block) >> 11;
}

void plan_unit_key(const struct plan_unit *u, char dst[64])
{
	snprintf(dst, 64, "b%04u-c%04zu-v%02zu-%s", u->block, u->cell + 1, u->variant + 1,
		 pass_names[u->pass]);
}
