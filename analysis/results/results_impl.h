/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * results_impl.h: the inside of struct results, for analysis/ only.
 *
 * Everything that repeats is a number: variants, cells, metrics and passes
 * count in the order of run.json; a measure is one (pass, role, metric,
 * detail), numbered in the order in which it is to be shown. Samples are
 * sorted by cell, measure, variant, block; only the highest attempt of each
 * cell run is left. So nothing depends on the order of rows in samples.csv.
 */
#ifndef FSDUEL_ANALYSIS_RESULTS_IMPL_H
#define FSDUEL_ANALYSIS_RESULTS_IMPL_H

#include "analysis/results/intern.h"
#include "analysis/results/results.h"
#include "lib/buf.h"

#define ROLE_ALL "all"

/* More than this is a damaged run.json; the table of cell runs is dense. */
#define RESULTS_UNITS_MAX 4000000u

enum sample_status { SAMPLE_OK, SAMPLE_SKIPPED, SAMPLE_FAILED, SAMPLE_INVALID, NR_SAMPLE_STATUS };
extern const char *const sample_status_names[NR_SAMPLE_STATUS];

struct results_variant {
	const char *name, *kernel, *mount, *fs; /* fs: the mount's, or NULL (unknown) */
};

struct results_cell {
	const char *workload, *params, *varying;
	uint32_t role_threads; /* 0: run.json does not say */
};

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
};

struct sample {
	double value;                           /* only where has_value */
	uint32_t cell, measure, variant, block; /* block from 1 */
	uint32_t attempt, line, reason;         /* reason: number in strings */
	uint8_t status;                         /* enum sample_status */
	bool has_value;                         /* status ok and a value there */
	bool told; /* a value there, whatever the status: value is set */
};

/* A planned cell run: cell, variant, block and pass. */
struct unit {
	uint32_t seen;     /* highest attempt + 1; 0: no row */
	uint32_t reason;   /* of the worst status in that attempt */
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
	struct measure *measures;
	uint32_t nr_measures;

	struct intern strings;   /* roles, details, reasons; 0 is "", 1 is "all" */
	uint32_t *seed_of_block; /* number in strings plus 1; 0: no row says it */
	struct unit *units;      /* see results_unit */
	struct sample *samples;
	size_t nr_samples;
	size_t *cell_start; /* those of cell c: [cell_start[c], cell_start[c + 1]) */
};

#define STRING_EMPTY 0u
#define STRING_ALL 1u

struct unit *results_unit(const struct results *r, uint32_t cell, uint32_t variant, uint32_t block,
			  uint32_t pass);

/* Check run.json and fill everything of r that follows from it alone. Takes over run. */
int results_take_run(struct results *r, const char *path, json_t *run, struct err *e);

/* The number of a cell, or INTERN_NONE. */
uint32_t results_find_cell(const struct results *r, const char *workload, const char *params);

/* Number of the metric, made up where it is new. */
uint32_t results_metric(struct results *r, const char *name);

/*
 * Read the rows of the file at path, or from data (path is then only its name); units and samples
 * are filled, in file order.
 */
int results_read_rows(struct results *r, const char *path, const char *data, size_t len,
		      struct err *e);

/* Sort the samples, refuse duplicates, drop superseded attempts, index by cell. */
int results_finish(struct results *r, const char *samples_path, struct err *e);

/*
 * Append words of a field of marks: the one that is only, where it is there; with NULL those
 * that say what disturbed the run, which MARK_NO_EFFECT and MARK_MISSED do not.
 */
void marks_split(struct strv *words, const char *marks, const char *only);
/* Is that one of the field's words? */
bool marks_has(const char *marks, const char *word);

/* results_load of a run.json (taken over) and the text of its samples.csv. */
int results_make(struct results **out, json_t *run, const char *samples, size_t len, struct err *e);

/* results_load from memory, for tests; the names stand for the paths in sentences. */
int results_load_mem(struct results **out, const char *run, size_t run_len, const char *samples,
		     size_t samples_len, struct err *e);

#endif
