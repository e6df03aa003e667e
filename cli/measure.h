/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * measure.h: a suite measured in guests with progress on stderr, once or until
 * its cells are decided, for the commands that do so.
 */
#ifndef FSDUEL_CLI_MEASURE_H
#define FSDUEL_CLI_MEASURE_H

#include <stdbool.h>

#include "lib/err.h"
#include "runners/suite/suite.h"

struct measure_opts {
	const char *command; /* "duel", for what is said */
	const char *dir;
	bool resume, quiet;
	bool same;       /* the same command goes on; else COMMAND --resume DIR */
	unsigned guests; /* 0: one a core */
	const char *initramfs, *qemu, *destroy; /* see duel.h */
};

/* Returns an exit code; FSDUEL_OK also where cell runs failed: the comparison says which. */
int measure_suite(struct suite *s, const struct measure_opts *o, struct err *e);

/*
 * The same up to the blocks of each of s->looks in turn, until no deciding cell is
 * unsure. done: the folder has that many blocks already, 0 at first; looks before
 * are not repeated. s->blocks is then what was measured.
 */
int measure_until_sure(struct suite *s, const struct measure_opts *o, unsigned done, struct err *e);

#endif
