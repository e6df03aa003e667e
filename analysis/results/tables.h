/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tables.h: the inside of struct results, for the rooms of analysis/. Variants, cells, metrics
 * and passes are numbers in the order of run.json, measures in the order of tables. Samples are
 * sorted by cell, measure, variant, block; only the highest attempt of each cell run is left.
 */
#ifndef FSDUEL_ANALYSIS_TABLES_H
#define FSDUEL_ANALYSIS_TABLES_H

#include "analysis/results/intern.h"
#include "analysis/results/results.h"
#include "lib/buf.h"

#define ROLE_ALL "all"

enum sample_status { SAMPLE_OK, SAMPLE_SKIPPED, SAMPLE_FAILED, SAMPLE_INVALID, NR_SAMPLE_STATUS };
extern const char *const sample_status_names[NR_SAMPLE_STATUS];

struct results_variant {
	const char *name, *kernel, *mount, *fs; /* fs: the mount's, or NULL (unknown) */
};

struct results_cell {
	const char *workload, *params, *varying;
	uint32_t role_threads; /* 0: run.json does not say */
};

#define CELL_NAMES(cell)                                                                           \
	.workload = (cell)->workload, .params = (cell)->params, .varying = (cell)->varying

struct results_metric {
	const char *name, *unit, *better; /* unit NULL: no sample has said it yet */
	bool primary, planned;            /* planned: run.json names it */
};

struct results_contrast {
	const char *name;
	uint32_t baseline, patched; /* variants */
};

struct measure {
	uint32_t pass, role, metric, detail; /* role and detail: numbers in strings */
	bool required;                       /* its absence from a planned pair is to be reported */
	uint32_t number;                     /* private to samples.c */
};

struct sample {
	double value;                           /* only where told */
	uint32_t cell, measure, variant, block; /* block from 1 */
	uint32_t attempt, line, reason;         /* reason: number in strings */
	uint8_t status;                         /* enum sample_status */
	bool has_value;                         /* status ok and a value there */
	bool told;                              /* a value there, whatever the status */
};

/* A planned cell run: cell, variant, block and pass. */
struct unit {
	uint32_t seen;     /* highest attempt + 1; 0: no row */
	uint32_t reason;   /* of the worst status in that attempt; a number in strings */
	uint32_t marks;    /* what disturbed it; a number in strings */
	uint16_t position; /* of the variant in its block, from 1; 0: not said */
	uint8_t status;    /* the worst in that attempt */
	bool broken, hung; /* its marks have MARK_BROKEN, MARK_HUNG */
};

struct results {
	json_t *run, *looks; /* looks: lib/looks.h; NULL: not read */
	char *path;          /* of run.json, for sentences */
	const char *run_id, *mode;
	uint32_t blocks;
	uint32_t watched; /* blocks, from the first on, that passes after the first have */

	struct intern variant_index, cell_index, metric_index, pass_index, measure_index;
	struct results_variant *variants; /* variant_index.nr */
	struct results_cell *cells;       /* cell_index.nr */
	struct results_metric *metrics;   /* metric_index.nr */
	struct results_contrast *contrasts;
	size_t nr_contrasts;
	struct measure *measures; /* measure_index.nr */

	struct intern strings;   /* roles, details, reasons; 0 is "", 1 is "all" */
	uint32_t *seed_of_block; /* number in strings plus 1; 0: no row says it */
	struct unit *units;      /* see results_unit */
	struct sample *samples;
	size_t nr_samples;
	size_t *cell_start; /* those of cell c: [cell_start[c], cell_start[c + 1]) */
};

#define STRING_EMPTY 0u
#define STRING_ALL 1u

/* The number of a cell run among those of one pass: cells x variants x blocks. */
static inline size_t results_run_at(const struct results *r, uint32_t cell, uint32_t variant,
				    uint32_t block)
{
	return ((size_t)cell * r->variant_index.nr + variant) * r->blocks + block - 1;
}

static inline size_t results_nr_runs(const struct results *r)
{
	return results_run_at(r, r->cell_index.nr, 0, 1);
}

static inline struct unit *results_unit(const struct results *r, uint32_t cell, uint32_t variant,
					uint32_t block, uint32_t pass)
{
	return &r->units[results_run_at(r, cell, variant, block) * r->pass_index.nr + pass];
}

static inline bool unit_ok(const struct unit *u)
{
	return u->seen && u->status == SAMPLE_OK;
}

/* "failed: no space left" */
void results_add_reason(struct buf *b, const struct results *r, uint8_t status, uint32_t reason);

/* The number of a cell; INTERN_NONE: it is not there, or, of results_new_cell, it is. */
uint32_t results_find_cell(const struct results *r, const char *workload, const char *params);
uint32_t results_new_cell(struct results *r, const char *workload, const char *params);

/* Number of the metric or measure, made up where it is new. */
uint32_t results_metric(struct results *r, const char *name);
uint32_t results_measure(struct results *r, uint32_t pass, uint32_t role, uint32_t metric,
			 uint32_t detail);

/* The first primary metric: "ops_per_s". */
const char *results_rate(const struct results *r);

/* Append words of a field of marks: `only`; NULL: all but MARK_NO_EFFECT and MARK_MISSED. */
void marks_split(struct strv *words, const char *marks, const char *only);

/* results_load from memory, for tests; the names stand for the paths in sentences. */
int results_load_mem(struct results **out, const char *run, size_t run_len, const char *samples,
		     size_t samples_len, struct err *e);

/* --- for the room itself ------------------------------------------------------------------ */

/* results_load of a run.json (taken over) and the text of its samples.csv. */
int results_make(struct results **out, json_t *run, const char *samples, size_t len, struct err *e);

/* Read the file at path, or data (path is then only its name), into units and samples. */
int results_take_samples(struct results *r, const char *path, const char *data, size_t len,
			 struct err *e);

#endif
