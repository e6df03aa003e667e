/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_impl.h: private to the room. From the ground up: row.c, verdict.c (rules, families,
 * looks), evidence.c (one family), floor.c, cells.c, headline.c, oddities.c; judge.c and
 * compare.c lead them.
 */
#ifndef FSDUEL_ANALYSIS_JUDGE_IMPL_H
#define FSDUEL_ANALYSIS_JUDGE_IMPL_H

#include "analysis/compare/judge.h"
#include "analysis/results/tables.h"

struct judge {
	double margin;                 /* 0: see margin_of */
	const json_t *floor, *margins; /* borrowed, may be NULL */
	bool exact_mode, paired, adaptive;
	size_t families;
	size_t *family_of;         /* by number of the contrast in struct results */
	struct family_look *looks; /* of the paired test; alpha: spent by then, by all families */
	size_t nr_looks;
	struct judge_look *shown; /* looks at which rows are ruled on; alpha: of `same` */
	size_t nr_shown;
	unsigned blocks;      /* that were reached */
	size_t nr_before;     /* looks at fewer blocks, where looks were not planned */
	double next_alpha;    /* of `same`, when blocks are added */
	uint64_t seed, draws; /* draws: of family_test, 0 for its own choice */
};

/* Set looks, shown and next_alpha: as planned, or after verdicts shown at nr growing blocks. */
void judge_set_looks(struct judge *j, const struct judge_look *planned, size_t nr);
void judge_set_unplanned(struct judge *j, const unsigned *before, size_t nr, unsigned blocks);
void judge_release(struct judge *j); /* accepts NULL */

/* Fill medians, ratios and mark of a row whose pairs are there; scratch: 3 x planned. */
void row_summarise(struct comparison_row *row, double *scratch);
/* Has either side a value in any block? */
bool row_measured(const struct comparison_row *row);
/* The rows of one contrast that decide, in order; *nr of them, freed by the caller. */
struct comparison_row **deciding_rows(const struct comparison *c, const char *contrast, size_t *nr);

/* "SENTENCE: cell (what), cell (what), cell (what) and 9 more" */
struct row_list {
	struct buf text;
	size_t nr;
};
void row_list_add(struct row_list *l, const char *sentence, const struct comparison_row *row,
		  const char *what);
void row_list_end(struct row_list *l, struct strv *sentences); /* releases it */

/* Which rows of a cell and contrast decide, which are identical, how far each is known. */
void members_choose(struct comparison_row *rows, size_t nr);
/* Fill end, its blocks and line of a cell by its number in r. */
void cell_find_end(struct comparison_cell *out, const struct results *r,
		   const struct results_contrast *contrast, uint32_t cell);
/* The rows that decide, once they are judged, put together cell by cell. */
void cells_fill(struct comparison *c);
/* Say in words how far the coarse ones of the judged rows are known. */
void cells_explain(struct comparison *c);

/* The log ratios of a row's first upto blocks, one a pair. */
struct logs {
	double *d;       /* n of them, in order of blocks */
	unsigned *block; /* from 1, of each */
	unsigned n;
	bool identical;              /* n > 0 and every pair equal to the last digit */
	unsigned to_zero, from_zero; /* of d that are LOG_ZERO or its negative */
	const char *no_ratio;        /* why some pair has none: then d is not to be used */

	double *side[2]; /* logarithms of each side's values, pairs or not: nr of them */
	size_t nr[2];
	bool infinite;      /* some value is 0 */
	const char *no_log; /* some value has no logarithm */
};
/* LOG_ZERO stands for the logarithm of 0, and in a ratio its negative too: ranks and signs are
 * those of infinity, sums stay numbers. No two doubles above 0 lie LOG_FINITE apart. */
#define LOG_ZERO (-1e4)
#define LOG_FINITE 2e3

void logs_init(struct logs *l, const struct comparison_row *row, unsigned upto);
void logs_release(struct logs *l);

/* Test the rows as one family at each look and rule on each. They share planned. */
void judge_rows(const struct judge *j, struct comparison_row **rows, size_t nr);

void headline_fill(struct comparison *c, const struct results *r);
/* Fill warnings and remarks. */
void sentences_fill(struct comparison *c, const struct results *r);

#endif
