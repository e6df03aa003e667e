/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * locks_table.h: waits for locks as plain text for a terminal, at most TABLE_WIDTH
 * columns, and for other tools. It draws what analysis/locks/locks.h found.
 */
#ifndef FSDUEL_DASHBOARDS_LOCKS_TABLE_H
#define FSDUEL_DASHBOARDS_LOCKS_TABLE_H

#include "analysis/locks/locks.h"
#include "lib/buf.h"

/* Each cell and variant with its classes of locks and who waited for whom; the cost of watching. */
void locks_table(struct buf *out, const struct locks *l, const struct results *r);

/* A header, then a row a cell, variant, class and direction, those without waits included. */
void locks_csv(struct buf *out, const struct locks *l, const struct results *r);

/* The same figures as one object, and who waited where. */
void locks_json(struct buf *out, const struct locks *l, const struct results *r);

#endif
