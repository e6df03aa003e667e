/* SPDX-License-Identifier: GPL-2.0-or-later */
/* result.h: the result of one cell run, sent by a guest as JSON and kept in a part file. */
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
	struct hist hist;
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
	struct buf raw; /* the recording that this was reduced from, gzip; not in the JSON */
	json_t *facts;  /* object: effective options, extents and other facts of this run */
	char *console;  /* last console lines when something went wrong, or NULL */
	char *text; /* result_text of it where it came as text and nothing was changed; or NULL */
};

void result_init(struct result *r);
void result_release(struct result *r);

/* First call wins; status must not be STATUS_OK. The format's text is the reason, one line. */
void result_fail(struct result *r, enum status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Add a word to the marks unless it is there. */
void result_mark(struct result *r, const char *word);

/* Invalid as a measurement of speed, but an answer: it need not be made again. */
bool result_stands(const struct result *r);

/* Append every metric of the table for this role, its histogram and its series (copied). */
void result_add_measured(struct result *r, const char *role, const struct measured *m);

/* Append one sample of all roles together. detail: "" for none. */
void result_add_value(struct result *r, const char *metric, const char *detail, const char *unit,
		      enum better better, double value);

/* Append the lock metrics, and keep *s, whose contents are then r's. */
void result_take_locks(struct result *r, struct lock_stacks *s);

/* Histograms as [index, count, index, count, ...] with sum, min and max; series as a list of counts
 * with the interval and the end of the last; "locks" and "profile" where there is one. */
json_t *result_to_json(const struct result *r);
/* That in one line, keys sorted. Caller frees. */
char *result_text(const struct result *r);
/* -EINVAL with a sentence for any JSON that result_to_json does not write. Initialises r. */
int result_from_json(struct result *r, const json_t *j, struct err *e);

json_t *strv_to_json(const struct strv *s); /* a list of strings */

#endif
