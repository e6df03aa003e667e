/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue.h: the hooks of asynchronous roles. They write where role->writes is set, else they read.
 */
#ifndef FSDUEL_WORKLOADS_QUEUE_H
#define FSDUEL_WORKLOADS_QUEUE_H

#include "workloads/role.h"

enum { QUEUE_DEPTH };
extern const struct param queue_params[];

int aio_queue_begin(struct role_thread *t, struct err *e);
void aio_queue_start(struct role_thread *t, unsigned slot, uint64_t offset);
int aio_queue_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns);
void aio_queue_end(struct role_thread *t);

int uring_queue_begin(struct role_thread *t, struct err *e);
void uring_queue_start(struct role_thread *t, unsigned slot, uint64_t offset);
int uring_queue_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns);
void uring_queue_end(struct role_thread *t);

#endif
