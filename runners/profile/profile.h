/* SPDX-License-Identifier: GPL-2.0-or-later */
/* profile.h: the profile pass: the plug-in's counts, their sums by function, its metrics. */
#ifndef FSDUEL_RUNNERS_PROFILE_PROFILE_H
#define FSDUEL_RUNNERS_PROFILE_PROFILE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"
#include "lib/subsystems.h"
#include "lib/symbols.h"
#include "runners/preload/preload.h"
#include "workloads/metric.h"

/* How often the instruction at each address was executed in the measured part. */
struct counts {
	struct profile_record *v;
	size_t n;              /* by address, each once */
	uint64_t instructions; /* their sum */
};

/* -EINVAL with a sentence: the plug-in does not write that, or a mark is missing. */
int counts_parse(struct counts *c, const void *data, size_t len, struct err *e);
/* Read a file, compressed or not. -ENOENT: it is not there. *c is initialised in any case. */
int counts_load(struct counts *c, const char *path, struct err *e);
/* Index of the first record at address or after it; n where there is none. */
size_t counts_at(const struct counts *c, uint64_t address);
void counts_release(struct counts *c);

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

/* Sum the counts in data. kernel and guest may be empty: their instructions then have no function.
 * Fails as counts_parse does. *p is initialised in any case. */
int profile_reduce(struct profile *p, const void *data, size_t len, const struct symbols *kernel,
		   const struct symbols *guest, struct err *e);
void profile_release(struct profile *p);

/* [object, function, address, instructions, calls] a row. */
json_t *profile_to_json(const struct profile *p);
/* -EINVAL with a sentence for anything that profile_to_json does not write. */
int profile_from_json(struct profile *p, const json_t *j, struct err *e);

/* Instructions an operation, by subsystem: the path, and what moves, clears or sums bytes. */
struct paths {
	double path[SUBSYSTEMS_MAX], bulk[SUBSYSTEMS_MAX];
};
void profile_paths(struct paths *out, const struct profile *p, double operations);

/* Time and operations by which the instructions are divided; what an operation executes. */
enum { COUNTED_TIME, COUNTED_OPS, PATH_PER_OP, BULK_PER_OP };
struct profile_metric {
	const char *name, *unit, *help;
	enum better better;
	bool every; /* of every cell run of exact mode that no locks pass watches */
	bool primary;
};
extern const struct profile_metric profile_metrics[]; /* as in the enum; ends with a NULL name */

#endif
