/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm_profile.h: the profile pass of a guest: QEMU with the plug-in that counts, and
 * what it counted made into functions. Private to vm.c and vm_machine.c.
 */
#ifndef FSDUEL_RUNNERS_VM_VM_PROFILE_H
#define FSDUEL_RUNNERS_VM_VM_PROFILE_H

#include <jansson.h>

#include "runners/vm/vm.h"

/* Can this machine do it? Else m->profile.missing says why not. Functions without names are noted.
 */
void vm_profile_init(struct vm_machine *m);
void vm_profile_release(struct vm_machine *m);

/* Names of k's functions, if the cache has them. */
void vm_profile_kernel(struct vm_kernel *k, const struct buf *modules);

/* What stands in its environment, for env. */
void vm_profile_env(struct strv *args, const struct vm_machine *m);

/* What QEMU is told, with the counts in the memory file fd. */
void vm_profile_args(struct strv *args, const struct vm_machine *m, int fd);

/* Keep the names that a guest was asked for and sent; what is wrong with them is a fact of r. */
void vm_profile_symbols(struct vm_kernel *k, const json_t *records, struct result *r);

/* Counts into r->profile and r->raw. What is wrong with them makes r invalid. */
void vm_profile_take(struct vm_kernel *k, const struct symbols *guest, const struct buf *counts,
		     struct result *r);

#endif
