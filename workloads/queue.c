/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.c: operations in flight. libaio: the file system runs in io_submit; on ext4 a submission
 * that must wait for the inode's lock waits there, and all operations behind it with it. io_uring
 * (one system call submits and waits): if the file system would have to wait, a worker thread of
 * the kernel takes the operation, so that a depth here meets locks that it does not with libaio.
 */
#include "workloads/queue.h"

#include <errno.h>
#include <libaio.h>
#include <liburing.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"

const struct param queue_params[] = {
	[QUEUE_DEPTH] = { "depth", NUM_COUNT, NULL, 1, 4096, "8",
			  "operations in flight in each thread" },
	{ .name = NULL },
};

/* depth buffers, each at a page and with the bytes of t->buf. */
struct buffers {
	char *base;
	size_t step;
};

static void *buffer(const struct buffers *b, unsigned slot)
{
	return b->base + slot * b->step;
}

static int buffers_init(struct buffers *b, const struct role_thread *t, struct err *e)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *base;

	b->step = (t->bs + page - 1) / page * page;
	if (posix_memalign(&base, page, b->step * t->depth))
		return err_add(e, ENOMEM, "%s: no memory for %u buffers of bs", t->role->name,
			       t->depth);
	b->base = base;
	for (unsigned i = 0; i < t->depth; i++)
		memcpy(buffer(b, i), t->buf, t->bs);
	return 0;
}

/* --- libaio ------------------------------------------------------------------------- */

struct aio {
	io_context_t ctx;
	struct buffers buffers;
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

int aio_queue_begin(struct role_thread *t, struct err *e)
{
	struct aio *a = xcalloc(1, sizeof(*a));
	int ret;

	t->depth = (unsigned)t->own[QUEUE_DEPTH];
	a->iocb = xcalloc(t->depth, sizeof(*a->iocb));
	a->started = xcalloc(t->depth, sizeof(*a->started));
	a->event = xcalloc(t->depth, sizeof(*a->event));
	t->priv = a;
	ret = buffers_init(&a->buffers, t, e);
	if (!ret) {
		ret = io_setup((int)t->depth, &a->ctx);
		if (ret)
			err_sys(e, -ret, "%s: io_setup of %u (CONFIG_AIO, /proc/sys/fs/aio-max-nr)",
				t->role->name, t->depth);
	}
	if (ret)
		aio_free(a);
	return ret;
}

void aio_queue_start(struct role_thread *t, unsigned slot, uint64_t offset)
{
	struct aio *a = t->priv;
	struct iocb *io = &a->iocb[slot];
	void *buf = buffer(&a->buffers, slot);

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

/* --- io_uring ----------------------------------------------------------------------- */

struct uring {
	struct io_uring ring;
	struct buffers buffers;
};

int uring_queue_begin(struct role_thread *t, struct err *e)
{
	struct uring *u = xcalloc(1, sizeof(*u));
	int ret;

	t->depth = (unsigned)t->own[QUEUE_DEPTH];
	t->priv = u;
	/* One more than the depth: before 5.11 a wait with a timeout takes an entry, too. */
	ret = io_uring_queue_init(t->depth + 1, &u->ring, 0);
	if (ret)
		err_sys(e, -ret,
			"%s: io_uring of %u (CONFIG_IO_URING, /proc/sys/kernel/io_uring_disabled)",
			t->role->name, t->depth);
	if (!ret) {
		ret = buffers_init(&u->buffers, t, e);
		if (ret)
			io_uring_queue_exit(&u->ring);
	}
	if (ret)
		free(u);
	return ret;
}

/* There is an entry: every reap hands all of them over, and there are depth slots. */
void uring_queue_start(struct role_thread *t, unsigned slot, uint64_t offset)
{
	struct uring *u = t->priv;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	void *buf = buffer(&u->buffers, slot);

	if (t->role->writes)
		io_uring_prep_write(sqe, t->fd, buf, (unsigned)t->bs, offset);
	else
		io_uring_prep_read(sqe, t->fd, buf, (unsigned)t->bs, offset);
	io_uring_sqe_set_data64(sqe, slot);
}

static int submit_and_wait(struct io_uring *ring, uint64_t wait_ns)
{
	struct __kernel_timespec ts = { (long long)(wait_ns / 1000000000),
					(long long)(wait_ns % 1000000000) };
	struct io_uring_cqe *cqe;

	if (wait_ns == ROLE_WAIT_FOREVER)
		return io_uring_submit_and_wait(ring, 1);
	if (!wait_ns)
		return io_uring_submit_and_get_events(ring);
	return io_uring_submit_and_wait_timeout(ring, &cqe, 1, &ts, NULL);
}

int uring_queue_reap(struct role_thread *t, struct role_done *done, uint64_t wait_ns)
{
	struct uring *u = t->priv;
	struct io_uring_cqe *cqe;
	unsigned head;
	int n = 0, ret;

	do {
		ret = submit_and_wait(&u->ring, wait_ns);
		io_uring_for_each_cqe(&u->ring, head, cqe)
		{
			done[n].slot = (unsigned)io_uring_cqe_get_data64(cqe);
			done[n++].got = cqe->res;
		}
		io_uring_cq_advance(&u->ring, (unsigned)n);
	} while (!n && (ret >= 0 || ret == -EINTR) && wait_ns == ROLE_WAIT_FOREVER);
	if (n || ret >= 0 || ret == -ETIME || ret == -EINTR)
		return n;
	return ret;
}

void uring_queue_end(struct role_thread *t)
{
	struct uring *u = t->priv;

	io_uring_queue_exit(&u->ring);
	free(u->buffers.base);
	free(u);
}
