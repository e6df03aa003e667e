/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * aio_queue.c: operations in flight by Linux' own AIO (io_setup(2), libaio). What
 * was started since the last reap goes over in one io_submit, in whose context
 * the file system runs: on ext4 a submission that must wait for the inode's lock
 * waits there, and the depth behind it with it.
 */
#include <errno.h>
#include <libaio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/queue.h"

struct aio {
	io_context_t ctx;
	struct queue_buffers buffers;
	struct iocb *iocb;     /* one a slot */
	struct iocb **started; /* those not handed over yet */
	unsigned nr_started;
	struct io_event *event;
};

static void aio_free(struct aio *a)
{
	free(a->buffers.base);
	free(a->iocb);
	free(a->started);
	free(a->event);
	free(a);
}

static int aio_setup(struct role_thread *t, struct aio *a, struct err *e)
{
	int ret = queue_buffers_init(&a->buffers, t, e);

	if (ret)
		return ret;
	a->iocb = calloc(t->depth, sizeof(*a->iocb));
	a->started = calloc(t->depth, sizeof(*a->started));
	a->event = calloc(t->depth, sizeof(*a->event));
	if (!a->iocb || !a->started || !a->event)
		return err_add(e, ENOMEM, "%s: no memory", t->role->name);
	ret = io_setup((int)t->depth, &a->ctx);
	if (ret == -ENOSYS)
		return err_add(e, ENOSYS, "%s: this kernel has no io_setup (CONFIG_AIO)",
			       t->role->name);
	if (ret == -EAGAIN)
		return err_add(e, EAGAIN,
			       "%s: a depth of %u is more than is left of /proc/sys/fs/aio-max-nr",
			       t->role->name, t->depth);
	return ret ? err_sys(e, -ret, "%s: io_setup failed", t->role->name) : 0;
}

int aio_queue_begin(struct role_thread *t, struct err *e)
{
	struct aio *a = calloc(1, sizeof(*a));
	int ret;

	if (!a)
		return err_add(e, ENOMEM, "%s: no memory", t->role->name);
	t->depth = (unsigned)t->own[QUEUE_DEPTH];
	ret = aio_setup(t, a, e);
	if (ret)
		aio_free(a);
	else
		t->priv = a;
	return ret;
}

void aio_queue_start(struct role_thread *t, unsigned slot, uint64_t offset)
{
	struct aio *a = t->priv;
	struct iocb *io = &a->iocb[slot];
	void *buf = queue_buffer(&a->buffers, slot);

	if (t->role->writes)
		io_prep_pwrite(io, t->fd, buf, t->bs, (long long)offset);
	else
		io_prep_pread(io, t->fd, buf, t->bs, (long long)offset);
	a->started[a->nr_started++] = io;
}

/* Hand over what was started. Those the kernel refuses are done, with its error: how many. */
static int aio_submit(struct aio *a, struct role_done *done)
{
	unsigned at = 0;
	int refused = 0;

	while (at < a->nr_started) {
		int ret = io_submit(a->ctx, (long)(a->nr_started - at), a->started + at);

		if (ret == -EINTR)
			continue;
		if (ret > 0) {
			at += (unsigned)ret;
			continue;
		}
		/* The error is that of the first. */
		done[refused].slot = (unsigned)(a->started[at++] - a->iocb);
		done[refused++].got = ret ? ret : -EIO;
	}
	a->nr_started = 0;
	return refused;
}

int aio_queue_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns)
{
	struct aio *a = t->priv;
	int n = aio_submit(a, done), ret;
	struct timespec ts = { (time_t)(wait_ns / 1000000000), (long)(wait_ns % 1000000000) };
	struct timespec *wait = wait_ns == ROLE_WAIT_FOREVER ? NULL : &ts;

	if (n)
		return n;
	do {
		ret = io_getevents(a->ctx, 1, (long)t->depth, a->event, wait);
	} while (ret == -EINTR);
	if (ret < 0)
		return ret;
	for (; n < ret; n++) {
		done[n].slot = (unsigned)(a->event[n].obj - a->iocb);
		done[n].got = (int64_t)(long)a->event[n].res;
	}
	return n;
}

/* Waits for what is in flight, should a broken queue have left something there. */
void aio_queue_end(struct role_thread *t)
{
	struct aio *a = t->priv;

	io_destroy(a->ctx);
	aio_free(a);
}
