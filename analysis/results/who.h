/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * who.h: the columns SCHEMA_WHO of a CSV beside samples.csv, checked against the
 * results: to which cell run of which pass a row belongs, and whether it counts. A row
 * that equals the one above, as most do, costs a strcmp a column. Private to analysis/.
 */
#ifndef FSDUEL_ANALYSIS_WHO_H
#define FSDUEL_ANALYSIS_WHO_H

#include "analysis/results/results_impl.h"
#include "lib/csv.h"
#include "lib/schema.h"

struct who {
	const struct results *r;
	uint32_t pass; /* the one whose file it is */
	const char *path;
	const char *const *columns; /* names; the first SCHEMA_WHO_N are SCHEMA_WHO */

	/* Of the row at hand. */
	const struct csv_row *row;
	struct err *e;
	uint32_t cell, variant, block; /* block from 1 */
	bool wanted;                   /* of the attempt that counts, and that is ok */

	bool any; /* private, like all that follows */
	struct buf last[SCHEMA_WHO_N];
};

/* Look at the next row. -EINVAL with path:line for one that is no cell run of the pass in r. */
int who_read(struct who *w, const struct csv_row *row, struct err *e);
/* Sentence "PATH:LINE: COLUMN 'is' WHAT" about the row at hand; -EINVAL. */
int who_bad(const struct who *w, unsigned column, const char *what);
/* Field as a number up to max; -EINVAL with such a sentence. */
int who_number(const struct who *w, unsigned column, uint64_t max, uint64_t *out);
void who_release(struct who *w);

#endif
