/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h: the two sides of a contrast beside each other, cell by cell; judge.h judges them.
 * A pair has a valid value of one cell, block, pass, role, metric and detail on both sides.
 * Strings are borrowed from the results, which must outlive the comparison.
 */
#ifndef FSDUEL_ANALYSIS_COMPARE_H
#define FSDUEL_ANALYSIS_COMPARE_H

#include "analysis/compare/verdict.h"
#include "analysis/results/results.h"
#include "lib/buf.h"

enum mark {
	MARK_NONE,   /* no pair with two valid values */
	MARK_EQUAL,  /* every pair equal to the last digit */
	MARK_BETTER, /* patched better in every pair */
	MARK_WORSE,  /* patched worse in every pair */
	MARK_MIXED,  /* neither, or a metric without a direction that differs */
};
extern const char *const mark_names[]; /* "", "equal", "better", "worse", "mixed" */

/* Why a block is no pair: the worst reason of both sides, or of several blocks. */
enum lack { LACK_NONE, LACK_SKIPPED, LACK_MISSING, LACK_INVALID, LACK_FAILED };
extern const char *const lack_names[]; /* "", "skipped", "not measured", "invalid", "failed" */

/* One planned block of a row. */
struct comparison_pair {
	unsigned block;                 /* from 1 */
	bool has_baseline, has_patched; /* a pair has both */
	enum lack lack;                 /* NONE for a pair */
	double baseline, patched;       /* finite; only where has_ says so */
	const char *reason; /* why it is no pair, "patched failed: ..."; NULL for a pair */
};

/* A value of 0 on one side has no ratio, and is a change all the same. */
enum zero { ZERO_NONE, ZERO_SOME, ZERO_TO, ZERO_FROM };
extern const char *const zero_names[]; /* "", "0 in some blocks", "to 0", "from 0" */

/* Of a row, by judge.h. Changes are ratios patched / baseline: 0.97 is -3 %. p is two-sided. */
struct judgement {
	bool done;    /* else nothing here is set */
	bool decides; /* of the family that decides the exit code */
	struct ruling r;
	bool has_change;          /* the estimate exists: every pair has a log ratio */
	enum zero zero;           /* TO, FROM: of more than half of the pairs; SOME: of fewer */
	double change;            /* Hodges-Lehmann estimate */
	double sd_log;            /* standard deviation of the log ratios */
	struct interval i95, i90; /* of the change, for this row alone */
	double margin;            /* 0.02: within 2 % is the same */
	bool has_p;
	double p_flip, p_signed_rank; /* this row alone; p_flip: of the rank sum where unpaired */
	double p_family, p_holm;      /* step-down max-t; Holm over p_signed_rank */
	unsigned look;                /* of an adaptive run: at how many blocks it was decided; 0 */
};

/* Waits for locks of the workload's own threads, for each operation of the watched runs. */
enum lock_part { LOCKS_NONE, LOCKS_EXPLAIN, LOCKS_PARTLY, LOCKS_NOT };
extern const char *const lock_part_names[]; /* "", "explained", "partly", "no lock" */
struct row_locks {
	bool there;        /* watched on both sides, and the row decides or is a total */
	const char *class; /* the one that explains most, or has most waiting; "none" */
	double waits[2];   /* baseline, patched */
	double wait_ns[2];
	enum lock_part part; /* NONE: there is no change to be explained */
	bool has_share;
	double share;        /* of the change in an operation's time: 0.97 */
	const char *because; /* a sentence, or NULL; kept by the comparison */
};

/* Instructions for each operation of the profiled runs, all and of one function. */
struct row_costs {
	bool there;             /* as above, but profiled */
	double instructions[2]; /* baseline, patched */
	bool has_share;
	double share;         /* of the change in an operation's virtual time: 0.97 */
	const char *function; /* whose instructions changed most, and did not only move; or NULL */
	double of_function[2];
};

/* One cell, pass, role and metric of one contrast. */
struct comparison_row {
	const char *contrast, *baseline, *patched; /* names; the latter two are variants */
	const char *workload, *params, *pass, *role, *metric, *detail, *unit, *better;
	const char *varying; /* params that have several values in this workload */
	unsigned contrast_number, cell_number; /* in the results */
	unsigned role_threads;                 /* of the cell; 0: not known */
	const struct comparison_cell *cell;    /* its cell; set by judge.h */
	bool primary;                          /* of a primary metric in the first pass */
	bool whole;                            /* of the whole workload: role "all" */
	bool needed;                           /* a pair without its value is a gap */
	bool member;                  /* it decides the cell, alone or with others: see cells.c */
	bool path;                    /* of METRIC_PATH, and primary */
	bool total;                   /* of the whole workload, whose roles decide instead */
	bool identical;               /* every sample of its role is equal on both sides */
	double resolution;            /* 0.002: the figure is known to 0.2 % only; 0: finer */
	unsigned pairs, planned;      /* blocks with two valid values, blocks planned */
	struct comparison_pair *pair; /* planned of them, by block; owned by the row */
	double baseline_median, patched_median; /* over the pairs; only when pairs > 0 */
	bool has_ratio;
	double ratio_median, ratio_min, ratio_max; /* of patched / baseline; only when has_ratio */
	enum mark mark;
	enum lack lack;       /* of all its blocks */
	const char *reason;   /* why pairs are missing: first reason found, or NULL */
	const char *no_ratio; /* why pairs > 0 but no ratio, or NULL */
	struct judgement j;
	struct row_locks l;
	struct row_costs p;
	enum lock_part part; /* of the change, explained by locks or instructions */
	const char *because; /* what both say, or NULL; kept by the comparison */
};

/* A planned pair without a valid value of some row that decides. */
struct comparison_gap {
	const char *contrast, *workload, *params, *varying;
	unsigned block;
	bool repaired; /* by the baseline's kernel, which broke; patched was measured */
	const char *reason;
};

/* BROKEN: the patched kernel oopsed, warned, hung or damaged the file system in some block, and the
 * baseline, which measured some, in none; or it hung until the wall limit in all blocks, and the
 * baseline measured all. REPAIRED: the other way round. */
enum cell_end { END_NONE, END_BROKEN, END_REPAIRED };
struct comparison_cell {
	const char *contrast, *workload, *params, *varying;
	enum cell_end end;
	unsigned end_blocks, end_of; /* blocks in which it did so, and that were run */
	const char *line;            /* what the kernel said: the first such reason, or NULL */

	enum verdict verdict; /* by judge.h, with the members; NONE: nothing of it decides */
	size_t nr_members;    /* rows that decide it, in order */
	struct comparison_member {
		const char *role, *metric;
		bool whole;
		enum verdict verdict;
		bool has_change;
		enum zero zero;
		double change;
	} * members;
};

/* One contrast in a line, by judge.h: its deciding rows together. */
struct headline {
	const char *contrast;
	unsigned nr[NR_VERDICTS]; /* cells by verdict */
	/* Of the deciding rows but for the path's; then of the path, in exact mode. */
	struct headline_mean {
		size_t cells;        /* rows that have a change, and so a place in the mean */
		unsigned zeros;      /* left out of it, as a value of 0 has no ratio */
		double mean;         /* geometric mean of the ratios, above 1 being better */
		struct interval i95; /* of the mean, by bootstrap over blocks */
	} rate, path;
	size_t nr_worst, nr_best; /* up to HEADLINE_NAMED; a row is in one of them at most */
	struct headline_cell {
		const char *workload, *varying, *metric, *role; /* role "": the whole workload */
		enum zero zero;                                 /* TO, FROM: there is no change */
		double change;                                  /* patched / baseline, not turned */
	} worst[3], best[3];
};
#define HEADLINE_NAMED 3

struct comparison {
	struct comparison_row *rows; /* contrast, then plan order of cells, pass, role, metric */
	size_t nr_rows;
	struct comparison_gap *gaps;   /* the same order; by block */
	unsigned unmeasured;           /* number of gaps */
	struct comparison_cell *cells; /* the same order; not touched by comparison_select */
	size_t nr_cells;

	/* Filled by judge.h. */
	bool judged, paired;
	double alpha;               /* of each family, over all looks */
	struct headline *headlines; /* a contrast each */
	size_t nr_headlines;
	struct strv warnings;   /* sentences about the data, with the cell's name */
	struct strv remarks;    /* sentences about what the data can show at all */
	struct strv lock_notes; /* sentences about the locks pass; see locks.h */
	struct strv cost_notes; /* sentences about the profile pass; see costs.h */
	struct judge *judge;    /* private */
	struct intern *texts;   /* private: see comparison_keep */
};

/* Compare every contrast of run.json, or only the one named. A primary metric that a cell has
 * nowhere leaves no gap where another was measured. -EINVAL: unknown contrast, too many pairs. */
int compare_results(struct comparison *c, const struct results *r, const char *contrast,
		    struct err *e);

/* Drop the rows that are not to be shown; gaps stay. metric NULL: primary rows, "all": every one.
 * role NULL: the whole workload and each of several roles; "all": only the whole. -EINVAL with the
 * known names for an unknown one. */
int comparison_select(struct comparison *c, const char *metric, const char *role, struct err *e);

/* Do they belong to the same cell of the same contrast? Such rows stand together. */
bool comparison_same_cell(const struct comparison_row *a, const struct comparison_row *b);

/* The row that explains a cell's change: itself, or its roles' total, said once; or NULL. */
const struct comparison_row *comparison_because(const struct comparison *c,
						const struct comparison_row *row);

void comparison_release(struct comparison *c);

/* --- one row, for rooms that explain it: row.c -------------------------------------------- */

/* Keep the text of b, which is released, as long as c. */
const char *comparison_keep(struct comparison *c, struct buf *b);

/* 1: higher is better, -1: lower is, 0: neither. */
int row_direction(const struct comparison_row *row);
bool row_slower(const struct comparison_row *row);
/* Is there a change to be explained: past the margin, and not shown to be the same? */
bool row_changed(const struct comparison_row *row);
/* Does it decide the whole workload or, where roles decide, stand for their total? */
bool row_of_cell(const struct comparison_row *row);
/* Append "randrw threads=8" and, of a role that decides for itself, its name. */
void row_name(struct buf *b, const struct comparison_row *row);

/* A share of the change in an operation's time below that explains nothing of it. */
#define BECAUSE_PARTLY 0.2
enum lock_part because_part(double share);
/* "1.2 ms -> 3 ms" */
void because_times(struct buf *b, const double ns[2]);

#endif
