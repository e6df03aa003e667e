/* SPDX-License-Identifier: GPL-2.0-or-later */
/* costs_impl.h: the rows of profile.csv between costs_rows.c and costs_sum.c. */
#ifndef FSDUEL_ANALYSIS_COSTS_IMPL_H
#define FSDUEL_ANALYSIS_COSTS_IMPL_H

#include "analysis/costs/costs.h"
#include "analysis/results/tables.h"

/* Functions that are summed as one: the same name, without suffixes, in the same object. */
struct cost_function {
	uint32_t object, name; /* in cost_data.strings; the latter 0: not known */
	uint32_t same_name;    /* number of the name among the kernel's; INTERN_NONE: user space */
	uint32_t as;           /* the function that stands for it: mostly itself */
	unsigned subsystem;
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
	struct intern strings; /* 0 is "" */
	struct intern function_index, name_index;
	struct cost_function *functions; /* function_index.nr */
	struct cost_row *rows;
	size_t nr_rows;            /* by run, then address */
	struct cost_figures *runs; /* results_nr_runs */
};

/* Append the rows of the file at path (data NULL) or in memory that count; sort and index them. */
int costs_read_rows(struct cost_data *d, const char *path, const char *data, size_t len,
		    struct err *e);

static inline struct cost_cell *costs_cell(const struct costs *c, uint32_t contrast, uint32_t cell)
{
	return &c->cells[(size_t)contrast * c->data->r->cell_index.nr + cell];
}

/* Why that cell run has no figures, kept by d; NULL: it has. */
const char *costs_missing(struct cost_data *d, uint32_t cell, uint32_t variant, uint32_t block);

/* Fill everything of out that needs pairs; its names are there. */
void costs_sum(struct cost_cell *out, struct cost_data *d, uint32_t cell,
	       const struct results_contrast *contrast);

#endif
