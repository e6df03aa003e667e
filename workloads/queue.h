/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.h: the hooks of the asynchronous roles (role.h says what each does), for
 * libaio and for io_uring, and what both share. Whether a role reads or writes
 * is what role->writes says. In flight at once are as many operations as the
 * role's own parameter depth says, each with a buffer of its own.
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

/* depth buffers of bs bytes, each at a page and with the bytes of t->buf. */
struct queue_buffers {
	char *base;
	size_t step;
};

int queue_buffers_init(struct queue_buffers *b, const struct role_thread *t, struct err *e);

static inline void *queue_buffer(const struct queue_buffers *b, unsigned slot)
{
	return b->base + slot * b->step;
}

#endif
