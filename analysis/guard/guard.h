/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * guard.h: did direct reads return what the disk held before? The counts of the role stale_read,
 * and a verdict a variant. Clean needs a number of reads and a control that was hit.
 */
#ifndef FSDUEL_ANALYSIS_GUARD_H
#define FSDUEL_ANALYSIS_GUARD_H

#include "analysis/results/results.h"
#include "lib/buf.h"

#define GUARD_LEAST 100000 /* judged reads for clean, where the suite does not say */

enum guard_verdict { GUARD_CLEAN, GUARD_STALE, GUARD_UNSURE, NR_GUARD_VERDICTS };
extern const char *const guard_verdict_names[NR_GUARD_VERDICTS]; /* "clean", "stale", "unsure" */

/* The findings of the reads of some cell runs. */
struct guard_counts {
	uint64_t zero, current;        /* right */
	uint64_t poison, stamp, other; /* stale */
	uint64_t eio;                  /* failed, and survived */
};

uint64_t guard_hits(const struct guard_counts *c);
uint64_t guard_reads(const struct guard_counts *c); /* all that were tried: with eio */

/* A stale read; workload NULL: none. */
struct guard_hit {
	const char *workload, *params, *varying;
	unsigned block; /* from 1 */
	const char *seed;
	uint64_t after_ns, offset;   /* since the start; in the file */
	bool has_address, has_stamp; /* what it carried: the mark, a stamp, or neither */
	uint64_t address, from, round;
};

struct guard_cell {
	const char *workload, *params, *varying;
	unsigned runs; /* that have counts */
	struct guard_counts counts;
	struct guard_hit first; /* that which took the least time */
};

struct guard_variant {
	const char *name;
	bool control;                             /* named so by the suite */
	const struct guard_variant *held_against; /* a stale control as its baseline, or NULL */
	struct guard_cell *cells;                 /* guard.nr_cells, in plan order */
	struct guard_counts counts;
	struct guard_hit first;
	unsigned planned, runs, troubled; /* cell runs; with counts; with a complaint beside hits */
	const char *trouble;              /* the first of those, or NULL */
	enum guard_verdict verdict;
	char *why; /* unsure: why; else NULL */
};

struct guard {
	struct guard_variant *variants;
	size_t nr_variants, nr_cells;
	uint64_t least; /* judged reads for clean */
	bool has_control, control_hit;
};

/* r must outlive *out. -ENOENT: every cell has a run that was fine and looked for nothing. */
int guard_make(struct guard *out, const struct results *r, struct err *e);
void guard_release(struct guard *g);

/* Variants with that verdict, controls apart. */
unsigned guard_count(const struct guard *g, enum guard_verdict v);
/* Stale, no control, and not held against one either: what exit code 1 is for. */
unsigned guard_alarms(const struct guard *g);

/* "the mark of device address 143388672" */
void guard_carried(struct buf *b, const struct guard_hit *h);

#endif
