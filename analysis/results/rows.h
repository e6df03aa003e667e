/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rows.h: the one reader of samples.csv and of the files beside it. It checks the columns
 * SCHEMA_WHO against run.json. A field that equals the one above it costs one strcmp.
 */
#ifndef FSDUEL_ANALYSIS_ROWS_H
#define FSDUEL_ANALYSIS_ROWS_H

#include "analysis/results/tables.h"
#include "lib/csv.h"
#include "lib/schema.h"

/* clang-format off */
enum who_column {
	WHO_RUN, WHO_VARIANT, WHO_KERNEL, WHO_MODE, WHO_FS, WHO_MOUNT, WHO_WORKLOAD, WHO_PARAMS,
	WHO_BLOCK, WHO_SEED, WHO_POSITION, WHO_ATTEMPT, WHO_PASS, NR_WHO,
};
/* clang-format on */
#define ROWS_COLUMNS_MAX LOCKSTACKS_COLUMNS_N

/* How a column fills a member: a uint32_t (number in strings), or a uint64_t. */
enum row_type { ROW_TEXT, ROW_NUMBER, ROW_NUMBER_OR_EMPTY };
struct row_column {
	unsigned column;
	enum row_type type;
	size_t offset;
};

struct rows {
	/* Set by the caller. */
	const struct results *r;
	const char *path;
	const char *const *columns; /* names, NULL-ended; the first NR_WHO are SCHEMA_WHO */
	struct intern *strings;     /* of the fields; 0 is "" */
	int (*fn)(struct rows *rows);
	void *arg;

	/* Of the row at hand. */
	const char *const *field;
	unsigned long line;
	struct err *e;
	uint32_t cell, variant, block, pass, position, attempt;
	bool other_run; /* than in the row above */

	struct {
		const char *text; /* NULL before the first row; owned by strings */
		uint32_t number;
	} last[ROWS_COLUMNS_MAX];
};

/* Call fn for each row of the file at path, or of data (path is then only its name). */
int rows_read(struct rows *rows, const char *data, size_t len, struct err *e);

/* "PATH:LINE: COLUMN 'is' WHAT" about the row at hand; -EINVAL. */
int rows_bad(const struct rows *rows, unsigned column, const char *what);

/* The field into last[column]; 1: it differs from the one above, 0: it does not. */
int rows_text(struct rows *rows, unsigned column);
/* Number of any text of the row, checked for UTF-8. */
int rows_intern(struct rows *rows, unsigned column, const char *text, size_t len, uint32_t *out);

int rows_fill(struct rows *rows, const struct row_column *table, size_t nr, void *row);

/* Is the row of the attempt that counts, and is that ok? -EINVAL: it is of no run of the pass. */
int rows_wanted(const struct rows *rows, uint32_t pass, bool *wanted);

/* --- a pass that watches the work (locks, profile) ---------------------------------------- */

/* A metric of the whole workload, and the double in the struct of a cell run that it fills. */
struct watched_figure {
	const char *metric; /* "": the first primary one */
	bool unwatched;     /* of the first pass, else of this one */
	size_t offset;
};

/* Fill runs: results_nr_runs structs of size bytes. */
void watched_figures(const struct results *r, uint32_t pass, const struct watched_figure *figures,
		     size_t nr, void *runs, size_t size);

/* Note why the pass has no figures of some cell runs, each reason once; NULL: it has. */
void watched_note(struct strv *notes, const char *pass, const char *reason);

/* rows_read; where the file is not there: 0 if no cell run of the pass is ok, else -ENOENT. */
int watched_read(struct rows *rows, uint32_t pass, const char *data, size_t len, struct err *e);

#endif
