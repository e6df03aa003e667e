/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ci_impl.h: what junit.c and ktap.c share (ci.c): what a cell's verdict is as the
 * outcome of a test, the test's name and what there is to be said of it.
 */
#ifndef FSDUEL_DASHBOARDS_CI_IMPL_H
#define FSDUEL_DASHBOARDS_CI_IMPL_H

#include "dashboards/export/ci.h"

/* ERROR: it could not be measured as planned, and is not slower for all that is known. */
enum ci_outcome { CI_PASSED, CI_SKIPPED, CI_FAILED, CI_ERROR, NR_CI };
enum ci_outcome ci_outcome(const struct comparison *c, const struct comparison_row *row,
			   bool strict);

/* The next contrast with deciding rows, from at on: it begins at *from and ends where returned. */
size_t ci_suite(const struct comparison *c, size_t at, size_t *from);
/* How many of them have each outcome. Returns their number. */
unsigned ci_count(const struct comparison *c, size_t from, size_t to, bool strict,
		  unsigned nr[NR_CI]);

/* "quick.kernels": suite and contrast. */
void ci_suite_name(struct buf *b, const struct results *r, const struct comparison_row *row);
/* "randrw threads=8: ops_per_s" */
void ci_name(struct buf *b, const struct comparison_row *row);
/* "slower, -3.1 % (-3.9..-2.3 %): 10.7k -> 10.4k 1/s", why it is unsure, what is missing. */
void ci_say(struct buf *b, const struct comparison_row *row);

#endif
