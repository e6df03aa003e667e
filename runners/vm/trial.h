/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * trial.h: which mode a duel runs in, and the proof for kvm: a /dev/kvm that is
 * there, opens and even runs a few instructions may still not run a kernel, so
 * the suite's first kernel is booted up to the guest's first process.
 */
#ifndef FSDUEL_RUNNERS_TRIAL_H
#define FSDUEL_RUNNERS_TRIAL_H

#include <stdatomic.h>

#include "runners/vm/vm.h"

#define KVM_DEVICE "/dev/kvm"

/* Does path open, and is it KVM's? -errno with a sentence. */
int trial_kvm_device(const char *path, struct err *e);

/*
 * Boot k on m once, to the first process and off again, within 20 s. 0 and how
 * long it took. -EIO with the reason; -EINTR when *stop became non-zero.
 */
int trial_boot(const struct vm_machine *m, struct vm_kernel *k, const atomic_int *stop,
	       uint64_t *took_ns, struct err *e);

/*
 * Settle the mode of s (kvm and auto by a trial boot of kernels[0]) into
 * s->mode, and make the machine *m and the nr kernels v[] ready for it. why gets
 * a sentence where there was a choice. On error nothing is left to release;
 * -ENOTSUP: the mode asked for does not work here, FSDUEL_MACHINE noted.
 */
int trial_choose(struct vm_machine *m, struct vm_kernel *v, const struct kernel *kernels, size_t nr,
		 const struct vm_wants *w, struct suite *s, const atomic_int *stop, struct buf *why,
		 struct err *e);

#endif
