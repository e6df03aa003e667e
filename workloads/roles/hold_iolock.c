/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hold_iolock: holds the file's i_rwsem exclusively for a known time, to check reports on locks and
 * latencies. It is a buffered write whose source page is missing: generic_perform_write() faults it
 * in while ext4_buffered_write_iter() holds the lock, and a helper thread answers the fault after
 * that time, through userfaultfd(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/proc.h"
#include "workloads/role.h"

enum { HOLD };

static const struct param hold_params[] = {
	[HOLD] = { "hold", NUM_NS, NULL, 1, 60000000000, "20ms",
		   "how long each operation holds the lock" },
	{ .name = NULL },
};

struct hold {
	int uffd, stop; /* stop: an eventfd that ends the helper */
	pthread_t helper;
	void *src; /* bs bytes, up to whole pages; the first page goes missing */
	size_t len, page;
	void *answer; /* the bytes that page gets again */
	uint64_t hold_ns;
};

/* --- the helper thread ---------------------------------------------------------- */

static void sleep_until(uint64_t until_ns)
{
	struct timespec ts = { (time_t)(until_ns / 1000000000), (long)(until_ns % 1000000000) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static void answer_fault(const struct hold *h)
{
	uint64_t now = now_ns();
	struct uffd_msg msg;
	struct uffdio_copy copy;

	if (read(h->uffd, &msg, sizeof(msg)) != sizeof(msg) || msg.event != UFFD_EVENT_PAGEFAULT)
		return;
	sleep_until(now + h->hold_ns);
	do {
		copy = (struct uffdio_copy){ .dst = (uintptr_t)h->src,
					     .len = h->page,
					     .src = (uintptr_t)h->answer };
	} while (ioctl(h->uffd, UFFDIO_COPY, &copy) && errno == EAGAIN);
}

static void *helper_main(void *arg)
{
	const struct hold *h = arg;
	struct pollfd fds[] = { { .fd = h->uffd, .events = POLLIN },
				{ .fd = h->stop, .events = POLLIN } };

	prctl(PR_SET_TIMERSLACK, 1);
	for (;;) {
		poll(fds, 2, -1);
		if (fds[0].revents)
			answer_fault(h);
		else if (fds[1].revents)
			return NULL;
	}
}

/* --- setting up ------------------------------------------------------------------- */

static int open_uffd(struct hold *h, struct err *e)
{
	struct uffdio_api api = { .api = UFFD_API };

	h->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (h->uffd >= 0 && !ioctl(h->uffd, UFFDIO_API, &api))
		return 0;
	return err_sys(
		e, errno,
		"hold_iolock: userfaultfd, which needs root or vm.unprivileged_userfaultfd=1");
}

static int map_source(struct hold *h, const struct role_thread *t, struct err *e)
{
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	const int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;

	h->page = (size_t)sysconf(_SC_PAGESIZE);
	h->len = (t->bs + h->page - 1) / h->page * h->page;
	h->src = mmap(NULL, h->len, prot, flags, -1, 0);
	h->answer = mmap(NULL, h->page, prot, flags, -1, 0);
	if (h->src == MAP_FAILED || h->answer == MAP_FAILED)
		return err_sys(e, errno, "hold_iolock: no memory for its source");
	memset(h->answer, 'h', h->page);
	memcpy(h->src, t->buf, t->bs);
	reg.range.start = (uintptr_t)h->src;
	reg.range.len = h->len;
	if (ioctl(h->uffd, UFFDIO_REGISTER, &reg))
		return err_sys(e, errno, "hold_iolock: cannot register its source page");
	return 0;
}

static void hold_free(struct hold *h)
{
	if (h->uffd >= 0)
		close(h->uffd);
	if (h->stop >= 0)
		close(h->stop);
	if (h->src != MAP_FAILED)
		munmap(h->src, h->len);
	if (h->answer != MAP_FAILED)
		munmap(h->answer, h->page);
	free(h);
}

static int hold_iolock_begin(struct role_thread *t, struct err *e)
{
	struct hold *h = xcalloc(1, sizeof(*h));
	int ret;

	h->hold_ns = t->own[HOLD];
	h->src = h->answer = MAP_FAILED;
	h->stop = eventfd(0, EFD_CLOEXEC);
	ret = open_uffd(h, e);
	if (!ret)
		ret = map_source(h, t, e);
	if (!ret && h->stop < 0)
		ret = err_sys(e, errno, "hold_iolock: no eventfd");
	if (!ret) {
		ret = -pthread_create(&h->helper, NULL, helper_main, h);
		if (ret)
			err_sys(e, -ret, "hold_iolock: cannot start its helper thread");
	}
	if (ret)
		hold_free(h);
	else
		t->priv = h;
	return ret;
}

static int64_t hold_iolock_op(struct role_thread *t, uint64_t offset)
{
	const struct hold *h = t->priv;
	ssize_t n;

	/* The page is missing again; the registration stays with the mapping. */
	if (madvise(h->src, h->page, MADV_DONTNEED))
		return -errno;
	n = pwrite(t->fd, h->src, t->bs, (off_t)offset);
	return n < 0 ? -errno : n;
}

static void hold_iolock_end(struct role_thread *t)
{
	struct hold *h = t->priv;
	uint64_t one = 1;

	if (write(h->stop, &one, sizeof(one)) == sizeof(one))
		pthread_join(h->helper, NULL);
	hold_free(h);
}

static const char *const defaults[] = { "rate", "10", "final_sync", "1", NULL };

const struct role role_hold_iolock = {
	.name = "hold_iolock",
	.help = "holds the file's lock exclusively for a known time, a fault for testing",
	.open_flags = O_WRONLY,
	.needs_fd = true,
	.writes = true,
	.no_warmup = true, /* it would only take its time */
	.bs_align = 1,
	.defaults = defaults,
	.params = hold_params,
	.begin = hold_iolock_begin,
	.op = hold_iolock_op,
	.end = hold_iolock_end,
};
