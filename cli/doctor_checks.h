/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_checks.h: the table of things that `fsduel doctor` looks at. A row has a check,
 * which says a state and, in said, what it found, or grades the machine for measuring on
 * it. No check prints, changes the machine, or takes longer than a few seconds.
 */
#ifndef FSDUEL_CLI_DOCTOR_CHECKS_H
#define FSDUEL_CLI_DOCTOR_CHECKS_H

#include "lib/buf.h"
#include "runners/host/machine.h"

enum health { HEALTH_OK, HEALTH_LIMITED, HEALTH_MISSING };
enum { DOCTOR_DUEL = 1, DOCTOR_MEASURE = 2 };

struct doctor_row {
	const char *name;
	enum health (*check)(const char *arg, struct buf *said);
	const char *arg;
	bool (*grade)(const struct machine *m, struct buf *said); /* false: limited */
	unsigned when;    /* DOCTOR_DUEL: a duel needs it; DOCTOR_MEASURE: only with --measure */
	const char *help; /* what to do where the state is not ok */
};
extern const struct doctor_row doctor_rows[]; /* ends with a NULL name */

#endif
