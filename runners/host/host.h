/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * host.h: carry a plan out on this machine and the kernel that runs: check everything first,
 * then run the missing cells of this kernel, in plan order, and keep every result the moment it
 * is there. Things made on the machine are taken away again, however it ends (undo.h). A folder
 * may be gone on with any number of times, from any boot of any of the suite's kernels.
 */
#ifndef FSDUEL_RUNNERS_HOST_HOST_H
#define FSDUEL_RUNNERS_HOST_HOST_H

#include <stdatomic.h>

#include "runners/host/target.h"
#include "runners/folder/folder.h"

struct host_opts {
	const char *dir;    /* results folder: made, or gone on with */
	const char *kernel; /* which of the suite's kernels it is that runs; NULL: its only one */
	struct target_wants target;
	unsigned block;     /* only this block; 0: all */
	uint64_t settle_ns; /* how long a cell waits at most for an idle machine; 0: not at all */
	void (*progress)(void *arg, const struct progress *p); /* may be NULL */
	void (*say)(void *arg, const char *sentence); /* a leftover that was removed; may be NULL */
	void *arg;
	const atomic_int *stop;
};

/* 0: every cell run of this kernel (and block) has a part, be it a failed one. -EINTR: stopped, all
 * results are kept. Other -errno: with an exit code, and FSDUEL_MACHINE means that nothing was
 * measured. *last counts this kernel's cell runs; *elsewhere those missing of others. */
int host_run(const struct suite *s, const struct plan *p, const struct host_opts *o,
	     struct progress *last, unsigned *elsewhere, struct err *e);

/* The suite's kernel that is to be the running one: an index, or -EINVAL with the labels. */
int host_kernel(const struct suite *s, const char *label, struct err *e);

/* Is all there that the plan needs? Nothing is made. FSDUEL_MACHINE noted. */
int host_check(const struct plan *p, size_t kernel, const struct host_opts *o, struct err *e);

#endif
