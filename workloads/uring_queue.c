/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uring_queue.c: operations in flight by io_uring (liburing), plain: no polling, no
 * registered files or buffers. Submitting and waiting is one system call. Where
 * the file system would have to wait (ext4: for the inode's lock), the kernel
 * hands the operation to a worker thread of its own, so that a depth here meets
 * locks that it does not meet with libaio.
 */
#include <errno.h>
#include <liburing.h>
#include <stdlib.h>

#include "workloads/queue.h"

struct uring {
	struct io_uring ring;
	struct queue_buffers buffers;
};

static int uring_setup(struct role_thread *t, struct uring *u, struct err *e)
{
	const char *name = t->role->name;
	int ret;

	/* One more than the depth: before 5.11 a wait with a timeout takes an entry, too. */
	ret = io_uring_queue_init(t->depth + 1, &u->ring, 0);
	if (ret == -ENOSYS)
		return err_add(e, ENOSYS, "%s: this kernel has no io_uring (CONFIG_IO_URING)",
			       name);
	if (ret == -EPERM)
		return err_add(e, EPERM,
			       "%s: io_uring is not allowed here "
			       "(/proc/sys/kernel/io_uring_disabled, or a sandbox)",
			       name);
	if (ret)
		return err_sys(e, -ret, "%s: cannot make an io_uring of %u entries", name,
			       t->depth);
	ret = queue_buffers_init(&u->buffers, t, e);
	if (ret)
		io_uring_queue_exit(&u->ring);
	return ret;
}

int uring_queue_begin(struct role_thread *t, struct err *e)
{
	struct uring *u = calloc(1, sizeof(*u));
	int ret;

	if (!u)
		return err_add(e, ENOMEM, "%s: no memory", t->role->name);
	t->depth = (unsigned)t->own[QUEUE_DEPTH];
	ret = uring_setup(t, u, e);
	if (ret)
		free(u);
	else
		t->priv = u;
	return ret;
}

/* There is an entry: every reap hands all of them over, and there are depth slots. */
void uring_queue_start(struct role_thread *t, unsigned slot, uint64_t offset)
{
	struct uring *u = t->priv;
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	void *buf = queue_buffer(&u->buffers, slot);

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
