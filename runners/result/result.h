/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result.h: what one cell run hands back: samples, histograms, series, facts.
 * Made by the cell on the host or in the guest, sent as JSON, kept as a part file.
 */
#ifndef FSDUEL_RUNNERS_RESULT_H
#define FSDUEL_RUNNERS_RESULT_H

#include <jansson.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "workloads/metric.h"

enum status { STATUS_OK, STATUS_SKIPPED, STATUS_FAILED, STATUS_INVALID };
struct lock_stacks;                      /* runners/lock/lockstacks.h */
struct profile;                          /* runners/profile/profile.h */
extern const char *const status_names[]; /* "ok", "skipped", "failed", "invalid", NULL */

struct sample {
	char *role;                   /* "all" for the whole workload */
	char *metric, *detail, *unit; /* detail "" for none; unit as in the metric table */
	enum better better;
	char value[32]; /* decimal text, shortest that reads back exactly; "" not measured */
};

struct result_hist {
	char *role;
	struct hist *hist; /* owned */
};

struct result_series {
	char *role;
	struct series series; /* owned; room is nr */
};

struct result {
	enum status status; /* of the cell run, and so of all its samples */
	char *reason;       /* NULL while ok; one sentence */
	char *marks;        /* "steal,throttle" or NULL */
	struct sample *samples;
	size_t nr_samples;
	struct result_hist *hists;
	size_t nr_hists;
	struct result_series *series;
	size_t nr_series;
	struct lock_stacks *locks; /* of a locks pass, owned; NULL: none */
	struct profile *profile;   /* of a profile pass, likewise */
	struct buf raw; /* what that was reduced from, gzip; may be empty; no part of the JSON */
	json_t *facts;  /* object: what provenance needs of this run (effective options, extents,
			   ...) */
	char *console;  /* last console lines when something went wrong, or NULL */
};

void result_init(struct result *r);
void result_release(struct result *r);

/* First call wins; status must not be STATUS_OK. The format's text is the reason, one line. */
void result_fail(struct result *r, enum status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Add a word to the marks unless it is there. */
void result_mark(struct result *r, const char *word);

/* Invalid as a measurement of speed, and an answer all the same: again it would be no other. */
bool result_stands(const struct result *r);

/* Append every metric of the table for this role, its histogram and its series (copied). */
void result_add_measured(struct result *r, const char *role, const struct measured *m);

/* Append one sample of all roles together. */
void result_add_value(struct result *r, const char *metric, const char *unit, enum better better,
		      double value);

/* Append the lock metrics, and keep *s, whose contents are then r's. */
void result_take_locks(struct result *r, struct lock_stacks *s);

/*
 * Compact JSON object; histograms as [index, count, index, count, ...] plus sum,
 * min, max; series as a list of counts plus the interval and the end of the last;
 * "locks" and "profile" only where there is one.
 */
json_t *result_to_json(const struct result *r);
/* -EINVAL with a sentence for anything that result_to_json does not write. r is initialised by it.
 */
int result_from_json(struct result *r, const json_t *j, struct err *e);

#endif
