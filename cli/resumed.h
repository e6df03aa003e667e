/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resumed.h: the suite and overrides that a results folder was begun with, for the
 * commands that go on with one.
 */
#ifndef FSDUEL_CLI_RESUMED_H
#define FSDUEL_CLI_RESUMED_H

#include <jansson.h>

#include "lib/err.h"
#include "runners/suite/suite.h"

struct resumed {
	char *suite;              /* its path */
	json_t *run;              /* run.json; what o points to lives in it */
	struct suite_overrides o; /* without passes: those are added up (passes.h) */
};

/* Read DIR/run.json. resumed_release in any case; r starts as { 0 }. */
int resumed_read(struct resumed *r, const char *dir, struct err *e);
/* What the command line left open is as it was. */
void resumed_fill(struct suite_overrides *o, const struct resumed *r);
void resumed_release(struct resumed *r);

#endif
