/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * noise.h: disturbances while a sample was taken: counters of the kernel, read just before the
 * timed part and just after it. One table has each counter, the name of its fact, and the value
 * past which it marks the sample. A marked sample is kept; the comparison counts them.
 */
#ifndef FSDUEL_RUNNERS_HOST_NOISE_H
#define FSDUEL_RUNNERS_HOST_NOISE_H

#include <stdbool.h>
#include <stdint.h>

#include "runners/result/result.h"

/* How a counter becomes a value. */
enum noise_kind {
	NOISE_SHARE_PCT, /* its growth is time: share of the timed part's CPU time (or wall time) */
	NOISE_PER_S,     /* its growth a second */
	NOISE_COUNT,     /* its growth */
	NOISE_LEVEL,     /* its value when the timed part begins */
};

/* The cell's own part of the counter's growth, which is taken off. */
enum noise_own { NOISE_OWN_NONE, NOISE_OWN_USER_TIME, NOISE_OWN_MAJOR_FAULTS };

struct noise_row {
	const char *name; /* of the fact; ends with the unit */
	const char *mark; /* of a sample past the limit; NULL: recorded only */
	double limit;     /* marked when the value is above that */
	enum noise_kind kind;
	const char *files; /* pattern; what several files say is summed */
	const char *key;   /* first word of the line; NULL: the first line */
	unsigned fields;   /* bit i: word i of it, from 0; summed; "total=12" counts as 12 */
	/* Ticks are a share of all CPUs' time. */
	enum { NOISE_UNIT_1, NOISE_UNIT_US, NOISE_UNIT_TICK, NOISE_UNIT_PAGE } unit;
	enum noise_own own;
	const char *why; /* one line: the limit's reason, or why there is none */
};

#define NOISE_ROWS 14
extern const struct noise_row noise_rows[NOISE_ROWS];

struct noise_reading {
	uint64_t at_ns;
	bool has[NOISE_ROWS];
	double value[NOISE_ROWS]; /* in the row's unit, own part taken off */
};

struct noise {
	const char *root; /* "" or, in tests, where /proc and /sys are to be found */
	unsigned cpus;    /* online */
	bool begun, ended;
	struct noise_reading begin, end;
};

/* Call these in the process that runs the cell: its own share is told by getrusage(2). */
void noise_init(struct noise *n, const char *root);
void noise_mark(void *noise, int begin); /* a cell_place.mark */

/* Value of a row over the timed part. false: this kernel does not tell, or it was not timed. */
bool noise_value(const struct noise *n, size_t row, double *value);

/* Put the values into r's facts as "noise", and the marks past a limit into r->marks. */
void noise_note(const struct noise *n, struct result *r);

#endif
