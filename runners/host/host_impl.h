/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_impl.h: a host run under way. For host.c and host_note.c. */
#ifndef FSDUEL_RUNNERS_HOST_HOST_IMPL_H
#define FSDUEL_RUNNERS_HOST_HOST_IMPL_H

#include "runners/folder/folder.h"
#include "runners/host/host.h"
#include "runners/host/noise.h"
#include "runners/host/order.h"

struct host {
	const struct suite *suite;
	const struct plan *plan;
	const struct host_opts *opts;
	size_t kernel; /* index of the one that runs */
	struct undo undo;
	struct folder folder;
	struct target target;
	dev_t idle[2]; /* devices that are to be idle before a cell is timed */
	size_t nr_idle;
	struct strv notes;  /* for run.json and the readers of the results */
	struct noise noise; /* of the cell run under way */
	uint64_t sequence;  /* number of the next cell run in this folder */
	json_t *entry;      /* of this run in run.json's "runs"; borrowed */
	struct progress progress;
	uint64_t started_ns;
	unsigned done_before;        /* by former runs into this folder */
	uint64_t cell_ns;            /* of the cell run under way, without the runner's own time */
	uint64_t own_ns, own_max_ns; /* the runner's own time over all cell runs, and the longest */
	uint64_t unmount_ns;         /* of own_ns: unmounting, with the last writeback */
	unsigned nr_own;
};

/* Put kernel, machine and tools into run.json; a folder gone on with must have the same machine,
 * and each label the same kernel. -EINVAL, FSDUEL_USAGE noted. */
int host_identify(struct host *h, struct err *e);
void host_note_begin(struct host *h); /* a new entry in "runs" */
void host_note_overhead(struct host *h, uint64_t own_ns);
void host_note_end(struct host *h); /* its figures, and the order of all cell runs */

#endif
