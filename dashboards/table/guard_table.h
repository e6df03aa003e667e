/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_table.h: the guard's report: for a terminal, as CSV and as JSON. */
#ifndef FSDUEL_DASHBOARDS_GUARD_TABLE_H
#define FSDUEL_DASHBOARDS_GUARD_TABLE_H

#include "analysis/guard/guard.h"

/* "guard: 1 stale, 3 clean, 0 unsure; 1 of 1 control hit", as the report begins. */
void guard_summary(struct buf *out, const struct guard *g);
void guard_table(struct buf *out, const struct guard *g, const struct results *r);
/* guard.csv: a row a variant (workload empty) and one a variant and cell. */
void guard_csv(struct buf *out, const struct guard *g, const struct results *r);
void guard_json(struct buf *out, const struct guard *g, const struct results *r);

#endif
