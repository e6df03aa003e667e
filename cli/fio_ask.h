/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_ask.h: the fio jobs of a plan shown to fio, which judges what a job file means. It
 * starts nothing but `fio --parse-only`, before anything is measured or formatted.
 */
#ifndef FSDUEL_CLI_FIO_ASK_H
#define FSDUEL_CLI_FIO_ASK_H

#include "lib/buf.h"
#include "lib/err.h"
#include "runners/suite/plan.h"

/*
 * Does this machine's fio take the jobs of every workload, with each value of each of its
 * parameters, and has it their engines? -EINVAL with fio's own words, once a workload, exit
 * code FSDUEL_USAGE; -ENOENT and FSDUEL_MACHINE where there is no fio.
 */
int fio_ask(const struct plan *p, struct err *e);

/* Where the jobs that are run differ from the suite's files: a line each. */
void fio_notes(const struct suite *s, struct buf *b);

#endif
