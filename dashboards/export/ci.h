/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ci.h: a comparison as test results, for machines that gate on them: JUnit XML and
 * KTAP, as the kernel's own test runners print and read it. One test a deciding cell
 * and metric, one suite a contrast. docs/results.md says what becomes of each verdict.
 */
#ifndef FSDUEL_DASHBOARDS_CI_H
#define FSDUEL_DASHBOARDS_CI_H

#include "analysis/compare/compare.h"
#include "lib/buf.h"

/* strict: what is unsure has failed; otherwise it was skipped, which is no pass. */
void ci_junit(struct buf *out, const struct comparison *c, const struct results *r, bool strict);
void ci_ktap(struct buf *out, const struct comparison *c, const struct results *r, bool strict);

#endif
