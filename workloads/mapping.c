/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapping.c: a region mapped, and SIGBUS in it turned into -EIO. */
#include "workloads/mapping.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/buf.h"

/* The handler of this thread jumps there. A signal handler has no argument. */
static _Thread_local sigjmp_buf *volatile on_sigbus;

static void sigbus(int sig)
{
	sigset_t bus;

	if (on_sigbus) {
		/* The jump restores no mask, and a SIGBUS that is blocked kills. */
		sigemptyset(&bus);
		sigaddset(&bus, sig);
		pthread_sigmask(SIG_UNBLOCK, &bus, NULL);
		siglongjmp(*on_sigbus, 1);
	}
	signal(sig, SIG_DFL);
	raise(sig);
}

int mapping_begin(struct role_thread *t, int prot, struct err *e)
{
	struct sigaction sa = { .sa_handler = sigbus };
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct mapping *m = xcalloc(1, sizeof(*m));
	void *base;

	m->start = t->region_start / page * page;
	m->len = (size_t)(t->region_start - m->start + t->region_size);
	/* The handler first: it needs no taking back. */
	base = sigaction(SIGBUS, &sa, NULL)
		       ? MAP_FAILED
		       : mmap(NULL, m->len, prot, MAP_SHARED, t->fd, (off_t)m->start);
	if (base == MAP_FAILED) {
		int errnum = errno;

		free(m);
		return err_sys(e, errnum, "%s: cannot map %s", t->role->name, t->path);
	}
	m->base = base;
	t->priv = m;
	return 0;
}

void mapping_end(struct role_thread *t)
{
	struct mapping *m = t->priv;

	munmap(m->base, m->len);
	free(m);
}

int64_t mapping_copy(const struct role_thread *t, void *dst, const void *src)
{
	sigjmp_buf back;

	if (sigsetjmp(back, 0)) {
		on_sigbus = NULL;
		return -EIO;
	}
	on_sigbus = &back;
	atomic_signal_fence(memory_order_seq_cst);
	memcpy(dst, src, t->bs);
	atomic_signal_fence(memory_order_seq_cst);
	on_sigbus = NULL;
	return (int64_t)t->bs;
}

int64_t mapping_store(const struct role_thread *t, uint64_t *dst, const uint64_t *src)
{
	volatile uint64_t *to = dst;
	sigjmp_buf back;

	if (sigsetjmp(back, 0)) {
		on_sigbus = NULL;
		return -EIO;
	}
	on_sigbus = &back;
	atomic_signal_fence(memory_order_seq_cst);
	for (uint64_t i = 0; i < t->bs / sizeof(*to); i++)
		to[i] = src[i];
	atomic_signal_fence(memory_order_seq_cst);
	on_sigbus = NULL;
	return (int64_t)t->bs;
}
