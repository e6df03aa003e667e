/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile.h: the instructions of a profile pass by function: the rows of
 * profile.csv, reduced from the counts of the plug-in (runners/preload/profile.c).
 */
#ifndef FSDUEL_RUNNERS_PROFILE_PROFILE_H
#define FSDUEL_RUNNERS_PROFILE_PROFILE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/symbols.h"

struct profile_row {
	char *object;     /* PROFILE_KERNEL, a module's name, PROFILE_GUEST, ...: schema.h */
	char *function;   /* "" where no symbol tells */
	uint64_t address; /* where it starts; 0 where no symbol tells */
	uint64_t instructions;
	uint64_t calls; /* how often its first instruction was executed */
};

struct profile {
	struct profile_row *v;
	size_t n;              /* most instructions first, then by object and address */
	uint64_t instructions; /* their sum */
};

/*
 * Sum the counts in data. kernel and guest may be empty: their instructions then have no
 * function. -EINVAL with a sentence: the plug-in does not write that, or its marks did not
 * come by once each. *p is initialised in any case.
 */
int profile_reduce(struct profile *p, const void *data, size_t len, const struct symbols *kernel,
		   const struct symbols *guest, struct err *e);
void profile_release(struct profile *p);

/* [object, function, address, instructions, calls] a row. */
json_t *profile_to_json(const struct profile *p);
/* -EINVAL with a sentence for anything that profile_to_json does not write. */
int profile_from_json(struct profile *p, const json_t *j, struct err *e);

#endif
