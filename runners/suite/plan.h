/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan.h: a suite multiplied out: the cells, and every cell run ("unit") in the
 * order in which it is to be measured. A pure function of the suite.
 */
#ifndef FSDUEL_RUNNERS_PLAN_H
#define FSDUEL_RUNNERS_PLAN_H

#include <jansson.h>

#include "runners/suite/suite.h"

struct plan_cell {
	size_t workload;   /* index into suite->workloads */
	char *params;      /* "bs=4k;threads=8": every parameter set, sorted by key */
	char *varying;     /* only those with several values in this workload; may be "" */
	struct mix mix;    /* resolved; unused for fio */
	char *fio_text;    /* the job file with the parameters put in; NULL for a mix */
	char *fio_before;  /* jobs that fio runs before it, unmeasured; NULL: none */
	uint64_t timed_ns; /* expected length of the timed part; 0: unknown (bound by operations) */
	uint64_t before_ns;      /* expected length of fio_before */
	unsigned role_threads;   /* threads in all */
	unsigned helper_threads; /* of these, those that fio or the kernel starts beside a job */
	uint64_t
		file_bytes; /* what its files take on the device; 0: a job file that does not say */
	bool fills;         /* it writes until the device is full */
};

struct plan_unit {
	size_t cell, variant;
	unsigned block;    /* from 1 */
	unsigned position; /* of the variant within this cell, block and pass, from 1 */
	enum pass pass;
	uint64_t seed; /* plan_block_seed: the same for every variant and cell */
};

struct plan {
	const struct suite *suite; /* borrowed, must outlive the plan */
	struct plan_cell *cells;
	size_t nr_cells;
	struct plan_unit *units;
	size_t nr_units;
};

/*
 * The limit of a cell run on its own clock: a guest's, virtual or not, or on the host the
 * wall's. Where the suite does not say the latter, a long job has three times its runtime.
 */
uint64_t plan_limit_ns(const struct suite *s, const struct plan_cell *c);

/*
 * Order: block by block, cell by cell, every variant once in an order drawn by
 * a fair coin per block, seeded by order_seed (Fisher-Yates for more than two), and shared by
 * all cells of the block; in the suite's first watch_blocks blocks then every
 * variant once more, in the same order, for each watching pass. The units of the
 * throughput pass are the same with and without others. -EINVAL for an empty matrix or a cell that
 * contradicts itself, with the suite's line.
 */
int plan_make(struct plan *p, const struct suite *s, struct err *e);
void plan_release(struct plan *p);

/* Its units once more, after the suite's order_seed has changed. */
void plan_order(struct plan *p);

/*
 * The block's seed: rng_mix(seed, block) cut to its upper 53 bits, so that JSON
 * readers, R and spreadsheets show the number that was used.
 */
uint64_t plan_block_seed(uint64_t suite_seed, unsigned block);

/*
 * Name of a unit's part file without a suffix, "b0001-c0003-v01-throughput"
 * (all counted from 1): it does not depend on the coin and sorts block by
 * block, cell by cell.
 */
void plan_unit_key(const struct plan_unit *u, char dst[64]);

/* The first unit of a block, from 1; the blocks may differ in length. */
const struct plan_unit *plan_block_units(const struct plan *p, unsigned block);

/* Rough wall seconds for the whole plan with that many guests at once; the model stands in plan.c.
 */
double plan_expected_wall_s(const struct plan *p, unsigned guests);

#endif
