/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result_impl.h: what result.c and result_read.c share: an empty element at the end of a list. */
#ifndef FSDUEL_RUNNERS_RESULT_IMPL_H
#define FSDUEL_RUNNERS_RESULT_IMPL_H

#include "runners/result/result.h"

struct sample *result_add_sample(struct result *r);
struct result_hist *result_add_hist(struct result *r);
struct result_series *result_add_series(struct result *r);

#endif
