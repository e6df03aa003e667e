/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counts.h: what the plug-in (runners/preload/profile.c) left of a cell run, checked:
 * how often the instruction at each address was executed in the measured part.
 */
#ifndef FSDUEL_RUNNERS_PROFILE_COUNTS_H
#define FSDUEL_RUNNERS_PROFILE_COUNTS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "runners/preload/profile.h"

struct counts {
	struct profile_record *v;
	size_t n;              /* by address, each once */
	uint64_t instructions; /* their sum */
};

/*
 * -EINVAL with a sentence: the plug-in does not write that, or a mark is missing. *c is initialised
 * in any case.
 */
int counts_parse(struct counts *c, const void *data, size_t len, struct err *e);
/* Of a file, compressed or not. -ENOENT: it is not there. */
int counts_load(struct counts *c, const char *path, struct err *e);
/* Index of the first at address or after it; n where there is none. */
size_t counts_at(const struct counts *c, uint64_t address);
void counts_release(struct counts *c);

#endif
