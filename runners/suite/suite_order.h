/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suite_order.h: the seed of the order of the variants, drawn when a run starts. */
#ifndef FSDUEL_RUNNERS_SUITE_ORDER_H
#define FSDUEL_RUNNERS_SUITE_ORDER_H

#include "runners/suite/suite.h"

/*
 * Set s->order_seed: that of the results folder DIR where one was begun there, which a
 * boot or --resume goes on with; else drawn anew. Not in exact mode, in which no run
 * can see another, and not where it is set. Before plan_make.
 */
int suite_draw_order(struct suite *s, const char *dir, struct err *e);

#endif
