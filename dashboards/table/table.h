/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h: a comparison as plain text for a terminal, at most TABLE_WIDTH
 * columns. It draws what analysis found and computes nothing. A number that does
 * not exist is "-", and the reason stands under the table.
 */
#ifndef FSDUEL_DASHBOARDS_TABLE_H
#define FSDUEL_DASHBOARDS_TABLE_H

#include "analysis/compare/compare.h"
#include "lib/buf.h"

#define TABLE_WIDTH 80

/* Append the whole report: each contrast with its table a metric, what is missing, the notes. */
void table_comparison(struct buf *out, const struct comparison *c, const struct results *r);

/* The same for a terminal that shows colours: the verdicts' words have one each. */
void table_coloured(struct buf *out, const struct comparison *c, const struct results *r);

/*
 * Append the comparison in one line, without its end: verdict counts, and of all
 * contrasts the cell that changed most for the worse and the one that did for the better.
 */
void table_summary(struct buf *out, const struct comparison *c);

#endif
