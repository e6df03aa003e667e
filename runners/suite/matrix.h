/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * matrix.h: the cells of one workload: every combination of the values its
 * parameters were given, put into its mix or fio job. Private to suite_workload.c,
 * which checks with it, and plan.c.
 */
#ifndef FSDUEL_RUNNERS_MATRIX_H
#define FSDUEL_RUNNERS_MATRIX_H

#include "runners/suite/plan.h"

/* Names in {braces} in a mix line, each once. -EINVAL: a brace without its other one, a bad name.
 */
int matrix_placeholders(const char *mix, struct strv *names, struct err *e);

/* Number of combinations; SIZE_MAX where it does not fit. */
size_t matrix_size(const struct suite_workload *w);

/*
 * Combination number index (below matrix_size; the parameter written first
 * changes last) into *c, which plan_cell_release may be called on in any case.
 * -EINVAL with one sentence each for what contradicts itself, without path and
 * line, which the caller knows.
 */
int matrix_cell(const struct suite *s, size_t workload, size_t index, struct plan_cell *c,
		struct err *e);
void plan_cell_release(struct plan_cell *c);

#endif
