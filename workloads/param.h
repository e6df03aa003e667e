/* SPDX-License-Identifier: GPL-2.0-or-later */
/* param.h: the parameters of a mix and of each role in it, a row each. */
#ifndef FSDUEL_WORKLOADS_PARAM_H
#define FSDUEL_WORKLOADS_PARAM_H

#include <stdint.h>

#include "lib/err.h"
#include "lib/num.h"

struct param {
	const char *name;
	enum num_kind kind;         /* ignored when choices is set */
	const char *const *choices; /* NULL-terminated: the value is the index */
	uint64_t min, max;          /* inclusive; max 0: no upper bound */
	const char *def;            /* default, in the user's notation */
	const char *help;
};

/* Of the whole mix. */
enum mix_param {
	MIX_FILE_SIZE, /* of the one work file, bytes */
	MIX_RUNTIME,   /* ns; bound by time unless ops is set */
	MIX_OPS,       /* per thread; 0: bound by time */
	MIX_WARMUP,    /* operations a thread does before the start barrier */
	MIX_INTERVAL,  /* ns, of the series of completed operations; 0: none is kept */
	MIX_POISON,    /* bytes of free space that are marked first; 0: none. See stamps.h */
	NR_MIX_PARAMS,
};
extern const struct param mix_params[]; /* NR_MIX_PARAMS rows and a NULL name */

/* Of every role; a role may change the default and may add rows of its own (struct role). */
enum role_param {
	ROLE_BS,           /* bytes an operation */
	ROLE_ALIGN,        /* bytes from one possible offset to the next; 0: bs */
	ROLE_SHIFT,        /* bytes from region_start to the first possible offset */
	ROLE_REGION_START, /* byte range of the work file it works in */
	ROLE_REGION_SIZE,  /* 0: to the end */
	ROLE_OFFSETS,      /* enum offsets */
	ROLE_THETA,        /* of zipf, thousandths of a per cent: 99000 is an exponent of 0.99 */
	ROLE_EXTENTS,      /* enum extents: its region before the timer; any: not looked at */
	ROLE_CHUNK,        /* bytes, extents=mixed: length of its pieces; 0: half of bs */
	ROLE_FILE,         /* enum role_file */
	ROLE_OPS,          /* per thread; 0: as the mix says */
	ROLE_RATE,         /* operations a second and thread; 0: no limit. offsets.h: latencies */
	ROLE_START_DELAY,  /* ns after the start barrier */
	ROLE_SYNC_EVERY,   /* fdatasync (or msync) after that many operations; 0: never */
	ROLE_FINAL_SYNC,   /* 1: a last fdatasync inside the timer */
	ROLE_BACKGROUND,   /* 1: its operations are not in the workload's total, only its errors */
	NR_ROLE_PARAMS,
};
extern const struct param role_params[]; /* NR_ROLE_PARAMS rows and a NULL name */

/* once: each block once in a seeded order; zipf: some blocks more often than others (offsets.h). */
enum offsets { OFFSETS_UNIFORM, OFFSETS_SEQUENTIAL, OFFSETS_ONCE, OFFSETS_ZIPF };

/* All threads on the work file, or each on a file of its own, as long and made the same way. */
enum role_file { FILE_SHARED, FILE_OWN };

#define ROLE_OWN_PARAMS_MAX 8

/* -EINVAL with a sentence naming the parameter, the text, the range and an example. */
int param_parse(const struct param *p, const char *text, uint64_t *value, struct err *e);
/* Canonical text of a value; param_parse of it gives the value again. Returns dst. */
char *param_format(const struct param *p, uint64_t value, char dst[32]);
const struct param *param_find(const struct param *table, const char *name); /* NULL: unknown */

#endif
