/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge_impl.h: what the files behind judge.h share: judge.c (which
 * rows), evidence.c (one family), headline.c (the contrast in a line), checks.c (what is odd in the
 * data), remarks.c (what the data can show at all). Private to analysis/.
 */
#ifndef FSDUEL_ANALYSIS_JUDGE_IMPL_H
#define FSDUEL_ANALYSIS_JUDGE_IMPL_H

#include "analysis/judge.h"
#include "analysis/results/results_impl.h"

struct judge {
	double margin;            /* 0: see margin_of */
	const json_t *floor, *margins; /* borrowed, may be NULL */
	bool exact_mode, paired, adaptive;
	size_t families;
	size_t *family_of;        /* by number of the contrast in struct results */
	struct judge_look *looks;
	size_t nr_looks;
	uint64_t seed, draws;     /* draws: of family_max_t, 0 for its own choice */
};

/* Fill medians, ratios and mark of a row whose pairs are there; scratch: 3 x planned. */
void row_summarise(struct comparison_row *row, double *scratch);

void judge_release(struct judge *j); /* accepts NULL */

/* The log ratios of a row's first upto blocks, one a pair. */
struct logs {
	double *d;                /* n of them, in order of blocks */
	unsigned *block;          /* from 1, of each */
	unsigned n;
	bool identical;           /* n > 0 and every pair equal to the last digit */
	const char *no_ratio;     /* why some pair has none: then d is not to be used */
};

/* Room for planned blocks; freed by logs_release. */
void logs_init(struct logs *l, const struct comparison_row *row, unsigned upto);
void logs_release(struct logs *l);

/* Test the rows as one family at each look and rule on each. They share planned. */
void judge_rows(const struct judge *j, struct comparison_row **rows, size_t nr);

/* 1: higher is better, -1: lower is, 0: neither. */
int row_direction(const struct comparison_row *row);

/* Is there a change to be explained: past the margin, and not shown to be the same? */
bool row_changed(const struct comparison_row *row);

/* The number of a row's contrast in r. */
size_t row_contrast(const struct results *r, const struct comparison_row *row);

/* "randrw threads=8", cleaned of nothing: for sentences. Appends to b. */
void row_name(struct buf *b, const struct comparison_row *row);

/* The rows of one contrast that decide, in order; *nr of them, freed by the caller. */
struct comparison_row **deciding_rows(const struct comparison *c, const char *contrast, size_t *nr);

void headline_fill(struct comparison *c, const struct results *r);
void checks_fill(struct comparison *c, const struct results *r);
void remarks_fill(struct comparison *c, const struct results *r);

#endif
