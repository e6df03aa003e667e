/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan.h: a suite's cells and cell runs ("units") in order. Equal suites give equal plans. */
#ifndef FSDUEL_RUNNERS_PLAN_H
#define FSDUEL_RUNNERS_PLAN_H

#include "runners/suite/suite.h"

struct plan_cell {
	size_t workload;         /* index into suite->workloads */
	char *name;              /* "mix threads=8": the workload and varying; for people */
	char *params;            /* "bs=4k;threads=8": every parameter set, sorted by key */
	char *varying;           /* only those with several values in this workload; may be "" */
	struct mix mix;          /* resolved; unused for fio */
	char *fio_text;          /* the job file with the parameters put in; NULL for a mix */
	char *fio_before;        /* jobs that fio runs before it, unmeasured; NULL: none */
	uint64_t timed_ns;       /* expected length of the timed part; 0: bound by operations */
	uint64_t before_ns;      /* expected length of fio_before */
	unsigned role_threads;   /* threads in all */
	unsigned helper_threads; /* of these, those that fio or the kernel starts beside a job */
	uint64_t file_bytes;     /* its files on the device; 0: a job file that does not say */
	bool fills;              /* it writes until the device is full */
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
 * Order: block by block, cell by cell, every variant once, in an order that a coin draws for each
 * block by order_seed. In the first watch_blocks blocks every variant follows once more for each
 * watching pass, which leaves the units of the throughput pass as they are. -EINVAL with the
 * suite's line: no variant, or a cell that contradicts itself or does not fit the machine.
 */
int plan_make(struct plan *p, const struct suite *s, struct err *e);
void plan_release(struct plan *p);

/* Make the units again, after the suite's order_seed has changed. */
void plan_order(struct plan *p);

/* Limit of a cell run: virtual time in a guest; on the host wall time, at least 3 runtimes. */
uint64_t plan_limit_ns(const struct suite *s, const struct plan_cell *c);

/* rng_mix(seed, block), its upper 53 bits, so that JSON readers and R show the number used. */
uint64_t plan_block_seed(uint64_t suite_seed, unsigned block);

/* Name of a unit's part file without a suffix, "b0001-c0003-v01-throughput" (all counted from 1):
 * it does not depend on the coin, and it sorts block by block, cell by cell. */
void plan_unit_key(const struct plan_unit *u, char dst[64]);

/* The first unit of a block, from 1; the blocks may differ in length. */
const struct plan_unit *plan_block_units(const struct plan *p, unsigned block);

/* Rough wall seconds for the whole plan with that many guests at once. */
double plan_expected_wall_s(const struct plan *p, unsigned guests);

/* --- one workload, for the suite reader, too --------------------------------------------- */

/* Names in {braces} in a mix line, each once. -EINVAL: a lone brace, or a bad name. */
int plan_placeholders(const char *mix, struct strv *names, struct err *e);

/* Number of combinations of the workload's values; SIZE_MAX: it does not fit. */
size_t plan_cells(const struct suite_workload *w);

/* Combination number index (the parameter written first changes last) into *c, which may be
 * released in any case. It must fit the machine of s. -EINVAL: a sentence for each contradiction,
 * without path and line. */
int plan_cell_make(const struct suite_workload *w, size_t index, const struct suite *s,
		   struct plan_cell *c, struct err *e);
void plan_cell_release(struct plan_cell *c);

#endif
