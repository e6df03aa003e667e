/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * export.h: a comparison for other tools, as CSV or JSON, with every number in
 * the shortest form that reads back exactly (CSV) or in 17 digits (JSON). What
 * does not exist is an empty field or null. docs/results.md explains the columns.
 */
#ifndef FSDUEL_DASHBOARDS_EXPORT_H
#define FSDUEL_DASHBOARDS_EXPORT_H

#include "analysis/compare/compare.h"
#include "lib/buf.h"

/* comparison.csv: a header, then one row a comparison_row. */
void export_csv(struct buf *out, const struct comparison *c);

/* One object: the run's identity, gaps, rows with the values of every block. */
void export_json(struct buf *out, const struct comparison *c, const struct results *r);

/*
 * What exports of a folder share: which measurement it is, as a new object; how a
 * text begins, '{' and the members of head; one value. head and j are given away.
 */
json_t *export_identity(const struct results *r);
void export_head(struct buf *out, json_t *head);
void export_dump(struct buf *out, json_t *j);

/* These values, up to EXPORT_VALUES_MAX, as one row of CSV; they are given away. */
#define EXPORT_VALUES_MAX 64
void export_values(struct buf *out, json_t *const *value, size_t nr);

#endif
