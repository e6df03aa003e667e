/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mmap_write: copies bs bytes into a shared mapping of the file, every one of
 * them, so that bytes/s compares with buffered_write. Each thread has a mapping
 * of its own: a page made writable for one still faults for the next.
 *
 * A page fault that cannot be served (no space left, an I/O error, the file cut
 * short) is SIGBUS and no errno. It is turned into -EIO of that one operation:
 * the handler jumps back into it. sigsetjmp without the signal mask is a few
 * stores and no system call; asking the kernel first (MADV_POPULATE_WRITE)
 * would be one, and would measure another path. The handler stays installed:
 * for a SIGBUS anywhere else it restores the default and lets that kill.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workloads/role.h"

struct mapping {
	char *base;
	uint64_t start;                /* file offset of base: the region's, down to a page */
	size_t len;
};

/* Where this thread's handler jumps; file scope because a signal handler has no argument. */
static _Thread_local sigjmp_buf *volatile on_sigbus;

static void sigbus(int sig)
{
	sigset_t bus;

	if (on_sigbus) {
		/* Jumping out restores no mask: still blocked, the next one would kill. */
		sigemptyset(&bus);
		sigaddset(&bus, sig);
		pthread_sigmask(SIG_UNBLOCK, &bus, NULL);
		siglongjmp(*on_sigbus, 1);
	}
	signal(sig, SIG_DFL);
	raise(sig);
}

static int mmap_write_begin(struct role_thread *t, struct err *e)
{
	struct sigaction sa = { .sa_handler = sigbus };
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct mapping *m = malloc(sizeof(*m));
	void *base;

	if (!m)
		return err_add(e, ENOMEM, "mmap_write: no memory");
	m->start = t->region_start / page * page;
	m->len = (size_t)(t->region_start - m->start + t->region_size);
	base = mmap(NULL, m->len, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, (off_t)m->start);
	if (base == MAP_FAILED || sigaction(SIGBUS, &sa, NULL)) {
		int errnum = errno;

		free(m);
		return err_sys(e, errnum, "mmap_write: cannot map %s", t->path);
	}
	m->base = base;
	t->priv = m;
	return 0;
}

static int64_t mmap_write_op(struct role_thread *t, uint64_t offset)
{
	const struct mapping *m = t->priv;
	sigjmp_buf back;

	if (sigsetjmp(back, 0)) {
		on_sigbus = NULL;
		return -EIO;
	}
	on_sigbus = &back;
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(m->base + (offset - m->start), t->buf, t->bs);
	atomic_signal_fence(memory_order_seq_cst);
	on_sigbus = NULL;
	return (int64_t)t->bs;
}

static int mmap_write_sync(struct role_thread *t)
{
	const struct mapping *m = t->priv;

	return msync(m->base, m->len, MS_SYNC) ? -errno : 0;
}

static void mmap_write_end(struct role_thread *t)
{
	struct mapping *m = t->priv;

	munmap(m->base, m->len);
	free(m);
}

static const char *const defaults[] = { "final_sync", "1", NULL };

const struct role role_mmap_write = {
	.name = "mmap_write",
	.help = "writes to a shared mapping of the file, synced by msync",
	.open_flags = O_RDWR,
	.needs_fd = true,
	.writes = true,
	.bs_align = 1,
	.defaults = defaults,
	.begin = mmap_write_begin,
	.op = mmap_write_op,
	.sync = mmap_write_sync,
	.end = mmap_write_end,
};
