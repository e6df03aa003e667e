/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_impl.h: the rows of profile.csv, as costs.c reads and costs_sum.c sums them. */
#ifndef FSDUEL_ANALYSIS_COSTS_IMPL_H
#define FSDUEL_ANALYSIS_COSTS_IMPL_H

#include "analysis/costs/costs.h"
#include "analysis/results/tables.h"

#define COSTS_SHARE_LEAST 0.1 /* the whole change against all by amount, to be shared out */

/* Functions that are summed as one: of one name, without suffixes, in one subsystem. */
struct cost_function {
	uint32_t subsystem, name; /* the latter in cost_data.strings; 0: not known */
};

struct cost_row {
	uint64_t address, instructions, calls;
	uint32_t run;       /* results_run_at */
	uint32_t object;    /* in strings */
	uint32_t function;  /* in cost_data.functions */
	uint32_t full_name; /* in strings, with suffixes; 0: not known */
	uint8_t piece;      /* enum piece */
};

/* One cell run of the profile pass. */
struct cost_figures {
	double operations, elapsed_ns; /* 0: not measured */
	size_t from, to;               /* its rows */
};

struct cost_data {
	const struct results *r;
	uint32_t pass;
	struct intern strings;                    /* 0 is "" */
	struct intern function_index, name_index; /* the latter of objects with full names */
	struct {
		uint32_t function;
		enum piece piece;
	} * names;                       /* name_index.nr */
	struct cost_function *functions; /* function_index.nr */
	struct cost_row *rows;
	size_t nr_rows;            /* by run, then address */
	struct cost_figures *runs; /* results_nr_runs */
};

static inline struct cost_cell *costs_cell(const struct costs *c, uint32_t contrast, uint32_t cell)
{
	return &c->cells[(size_t)contrast * c->data->r->cell_index.nr + cell];
}

/* --- sentences: costs_because.c ---------------------------------------------------------- */

#define BECAUSE_NAMED 3    /* functions or subsystems in a sentence */
#define BECAUSE_LEAST 0.1  /* of the whole change: less is not named */
#define BECAUSE_ENOUGH 0.8 /* of it: then no further is named */

/* "randwrite threads=8 -16.7 %: ", or behind what the locks say. */
void because_begin(struct buf *b, const struct comparison_row *row, bool after_locks);
void because_count(struct buf *b, double v);
void because_both(struct buf *b, const double v[2]);   /* "200 -> 600" */
void because_change(struct buf *b, const double v[2]); /* "+400 (200 -> 600)" */
/* The functions behind the change of the path, bulk left out; false: they are not half of it. */
bool because_path_functions(struct buf *b, const struct cost_cell *c);
void because_moved(struct buf *b, const struct cost_cell *c);

/* What the profile of a cell says of its row. */
void because_costs(struct comparison *comp, struct comparison_row *row, const struct cost_cell *c);

/* Why that cell run has no figures, kept by d; NULL: it has. */
const char *costs_missing(struct cost_data *d, uint32_t cell, uint32_t variant, uint32_t block);

/* Fill everything of out that needs pairs; its names are there. */
void costs_sum(struct cost_cell *out, struct cost_data *d, uint32_t cell,
	       const struct results_contrast *contrast);

#endif
