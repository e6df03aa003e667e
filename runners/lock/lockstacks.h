/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lockstacks.h: waits summed by lock, mode, waiting role, chain, holder: lockstacks.csv. */
#ifndef FSDUEL_RUNNERS_LOCK_LOCKSTACKS_H
#define FSDUEL_RUNNERS_LOCK_LOCKSTACKS_H

#include <jansson.h>

#include "runners/lock/perfdata.h"
#include "lib/symbols.h"
#include "workloads/metric.h"

struct lock_stack {
	/* Its address. 0: several locks, of the rows that waited least where there would be more
	 * than 4096; if they are still too many, role and chain are "[others]". */
	uint64_t lock;
	char *mode;  /* "read", "write", "spin", "mutex", "rt", "percpu read", ... */
	char *role;  /* the waiting thread's name, which fsload sets to the role's */
	char *chain; /* "rwsem_down_read_slowpath;down_read;ext4_file_read_iter;...", innermost
			first; "[unknown]" for an address without a name */
	uint64_t count, total_ns, max_ns;
	struct hist *waits; /* owned */
	/* The holder for at least half of each of these waits, by the rules of holders.c;
	 * threads of one role, mode and chain count as one. NULL: not known. held_ns: its part
	 * of total_ns. */
	char *holder_role, *holder_mode, *holder_chain;
	uint64_t held_ns;
};

struct lock_stacks {
	struct lock_stack *v;
	size_t n;         /* most total_ns first, ties by all other fields */
	uint64_t waits;   /* complete ones */
	uint64_t wait_ns; /* their sum */
	uint64_t cut;     /* that had no beginning or no end in the recording */
	uint64_t lost;    /* lock_events.lost */
};

/* sym NULL or empty: addresses are "[unknown]". Pure: equal events, equal rows, equal order. */
void lock_reduce(struct lock_stacks *out, const struct lock_events *ev, const struct symbols *sym);
void lock_stacks_release(struct lock_stacks *s);

/* The figures of samples.csv, a table row each. Only the locks pass has them. */
struct lock_metric {
	const char *name, *unit, *help;
	enum better better;
	size_t at; /* of the value in struct lock_stacks, a uint64_t */
};
extern const struct lock_metric lock_metrics[]; /* ends with a NULL name */

/* The buckets that are not empty: [index, count, index, count, ...]. */
json_t *hist_bins_to_json(const struct hist *h);
/* Fill count and buckets of an empty h. -EINVAL with a sentence that begins with what. */
int hist_bins_from_json(struct hist *h, const json_t *bins, const char *what, struct err *e);

json_t *lock_stacks_to_json(const struct lock_stacks *s);
/* -EINVAL with a sentence for anything that lock_stacks_to_json does not write. */
int lock_stacks_from_json(struct lock_stacks *s, const json_t *j, struct err *e);

#endif
