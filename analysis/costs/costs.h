/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * costs.h: the instructions of an operation by function and subsystem, on both sides of each
 * contrast (profile.csv). Counts are a function's own; figures are means over pairs (blocks with
 * figures on both sides) of instructions / operations. Functions of one subsystem and one name,
 * without the compiler's suffixes, are summed.
 *
 * A cost has moved, not grown, from one function to another of its subsystem where one of them is
 * executed on one side only and their changes add up to at most 1 % of the larger: the function was
 * renamed, inlined or taken out of its caller. Each function is in one such pair at most; pairs of
 * two functions that are each on one side only come first, then those of the larger change.
 */
#ifndef FSDUEL_ANALYSIS_COSTS_H
#define FSDUEL_ANALYSIS_COSTS_H

#include "analysis/compare/compare.h"
#include "lib/subsystems.h"

#define COSTS_PASS "profile"
#define COSTS_UNKNOWN "[unknown]" /* the name of what has none */

/* A function, a subsystem or the whole of one cell and contrast; [2]: baseline, patched. */
struct cost_line {
	const char *name;      /* without suffixes, or COSTS_UNKNOWN */
	const char *object[2]; /* of a function; NULL where it was not executed */
	unsigned subsystem;
	bool there[2];                         /* executed at all */
	uint64_t total[2];                     /* instructions in all pairs */
	double instructions[2];                /* an operation */
	double calls[2];                       /* an operation; of a function */
	double change, change_min, change_max; /* an operation; the latter over pairs */
	double share;               /* of the whole change; only where the cell has_share */
	bool has_split;             /* of the change: then by_calls + by_length == change */
	double by_calls, by_length; /* called more often; longer each time */
	const char *no_split;       /* why there is none, of a function */
	unsigned namesakes;         /* functions of that name on a side, the larger number */
	/* Of a function: the one that gained what it lost, or lost what it gained; NULL: none. */
	const struct cost_line *moved;
};

/* One cell of one contrast. */
struct cost_cell {
	const char *contrast, *baseline, *patched, *workload, *params, *varying;
	unsigned planned, pairs; /* blocks in which a side was profiled; both, with figures */
	const char *reason;      /* why there are fewer pairs: the first, or NULL */

	/* Only where pairs > 0. */
	double operations[2]; /* in all pairs */
	struct cost_line whole;
	struct cost_line subsystem[SUBSYSTEMS_MAX]; /* nr_subsystems of them */
	struct cost_line *lines;
	size_t nr_lines; /* functions, largest change first */
	bool has_share;  /* the whole change is no remainder of larger ones */
	bool has_causes; /* the same without costs that only moved */
	bool has_time;
	double time_ns[2]; /* virtual time, an operation */
	double idle_ns[2]; /* of it, while no instruction was executed */
};

/* One row of profile.csv: where a function lies, in one cell run. */
struct cost_piece {
	const char *object, *function; /* as in the file, with suffixes */
	uint64_t address;              /* 0: not known */
	uint64_t end; /* where the next one executed there starts; UINT64_MAX: none */
	uint64_t instructions, calls;
};

struct costs {
	struct cost_cell *cells;
	size_t nr_cells; /* contrasts, then cells in plan order */
	unsigned blocks;
	const char *rate;       /* first primary metric: "ops_per_s" */
	struct strv notes;      /* what is invalid or was skipped, and why: a sentence each */
	struct cost_data *data; /* private */
};

/* Read DIR/profile.csv for r, which must outlive *out; NULL where run.json plans no such pass.
 * -EINVAL: a bad row, or a cell run of the pass that has none. */
int costs_load(struct costs **out, const struct results *r, const char *dir, struct err *e);
/* The same from memory; name stands for the path in sentences. */
int costs_load_mem(struct costs **out, const struct results *r, const char *name, const char *data,
		   size_t len, struct err *e);
void costs_free(struct costs *c); /* accepts NULL */

/* -EINVAL with the known names where a contrast or workload (NULL: any) is not there. */
int costs_check(const struct costs *c, const char *contrast, const char *workload, struct err *e);

/* The cell's function of that name (suffixes are passed over), or NULL. */
const struct cost_line *costs_find(const struct cost_cell *c, const char *function);

/* The pieces of a function in one cell run, by address, freed by the caller; their number. */
size_t costs_pieces(const struct costs *c, uint32_t cell, uint32_t variant, unsigned block,
		    const char *function, struct cost_piece **out);

/* Numbers in run.json of a cell and both variants, operations by side; false: no pair. */
struct cost_run {
	uint32_t cell, variant[2];
	double operations[2];
};
bool costs_run(const struct costs *c, const struct cost_cell *cell, unsigned block,
	       struct cost_run *out);

/* The sides' means over blocks; inverse: of 1e9 / value. A side without a sample where the other
 * has one counts as 0: of a subsystem nothing was executed. */
void path_means(const struct comparison_row *row, bool inverse, double side[2]);

/* Fill struct row_costs (compare.h) and notes. After comparison_judge; c may be NULL. */
void comparison_add_costs(struct comparison *comp, const struct costs *c);

#endif
