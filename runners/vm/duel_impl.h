/* SPDX-License-Identifier: GPL-2.0-or-later */
/* duel_impl.h: a duel while it runs: set up in duel_setup.c, carried out in duel.c. */
#ifndef FSDUEL_RUNNERS_VM_DUEL_IMPL_H
#define FSDUEL_RUNNERS_VM_DUEL_IMPL_H

#include "runners/vm/vm.h"

struct slot {
	struct vm vm;
	const struct plan_unit *unit; /* NULL: free */
	char *text; /* its result from a state, while it is measured again from its boot */
};

struct duel {
	struct suite *suite; /* its mode is settled in set_up */
	struct plan *plan;
	const struct duel_opts *opts;
	struct disk disk;
	struct buf why_mode; /* "" where there was no choice */
	struct vm_machine machine;
	struct strv tools;
	struct kernel *kernels; /* one a suite kernel */
	struct vm_kernel *vm_kernels;
	struct folder folder;
	struct slot *slots;
	unsigned nr_slots;
	const struct plan_unit *drawn; /* measured both ways; NULL: none */
	struct progress progress;
	uint64_t started_ns;
	unsigned done_before; /* by former runs of this folder */
};

/* Images, machine, folder, states and free slots. -errno: release it all the same. */
int duel_set_up(struct duel *d, struct err *e);
/* -EINTR, with the sentence of a duel that is stopped by a signal. */
int duel_stopped(const struct duel *d, struct err *e);

#endif
