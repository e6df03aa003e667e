/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bare_loop.c: the least a load generator can do, to hold fsload against:
 * threads that pwrite at drawn offsets until a flag is set. No clock is read
 * and no latency kept. Linked into a guest's first process in the place of
 * fsload_run (-Wl,--wrap), so that kernel, file, device and everything around
 * the timed part are the very same.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/proc.h"
#include "lib/rng.h"
#include "workloads/fsload.h"

struct loop {
	pthread_t thread;
	struct rng rng;
	uint64_t bs, blocks, ops;
	const atomic_int *stop;
	pthread_barrier_t *barrier;
	int fd;
	void *buf;
};

int __wrap_fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
		      const atomic_int *stop, struct err *e);

static void *loop_main(void *arg)
{
	struct loop *l = arg;
	uint64_t ops = 0;

	pthread_barrier_wait(l->barrier);
	while (!atomic_load_explicit(l->stop, memory_order_relaxed)) {
		off_t offset = (off_t)(rng_below(&l->rng, l->blocks) * l->bs);

		if (pwrite(l->fd, l->buf, l->bs, offset) != (ssize_t)l->bs)
			break;
		ops++;
	}
	l->ops = ops;
	return NULL;
}

static int loop_open(struct loop *l, const struct fsload *load, unsigned i)
{
	l->fd = open(load->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	l->bs = load->mix->entry[0].param[ROLE_BS];
	l->blocks = load->mix->param[MIX_FILE_SIZE] / l->bs;
	l->rng.state = rng_mix(load->seed, i);
	if (l->fd < 0 || posix_memalign(&l->buf, 4096, l->bs))
		return -EIO;
	memset(l->buf, 'b', l->bs);
	/* The first direct write to an inode is exclusive. */
	return pwrite(l->fd, l->buf, l->bs, 0) == (ssize_t)l->bs ? 0 : -EIO;
}

static void run_loops(struct loop *loops, unsigned nr, uint64_t runtime_ns, struct measured *m)
{
	const struct timespec wait = { (time_t)(runtime_ns / 1000000000u),
				       (long)(runtime_ns % 1000000000u) };
	pthread_barrier_t barrier;
	atomic_int stop = 0;
	uint64_t start_ns;

	pthread_barrier_init(&barrier, NULL, nr + 1);
	for (unsigned i = 0; i < nr; i++) {
		loops[i].stop = &stop;
		loops[i].barrier = &barrier;
		pthread_create(&loops[i].thread, NULL, loop_main, &loops[i]);
	}
	pthread_barrier_wait(&barrier);
	start_ns = now_ns();
	nanosleep(&wait, NULL);
	atomic_store(&stop, 1);
	for (unsigned i = 0; i < nr; i++) {
		pthread_join(loops[i].thread, NULL);
		m->ops += loops[i].ops;
	}
	m->elapsed_ns = now_ns() - start_ns;
}

/* A mix of one dio_overwrite role, bound by time; anything else is not what is asked here. */
int __wrap_fsload_run(struct fsload *l, void (*mark)(void *arg, int begin), void *arg,
		      const atomic_int *stop, struct err *e)
{
	unsigned nr = l->mix->entry[0].threads;
	struct loop *loops = xcalloc(nr, sizeof(*loops));

	(void)mark;
	(void)arg;
	(void)stop;
	for (unsigned i = 0; i < nr; i++)
		if (loop_open(&loops[i], l, i))
			return err_add(e, EIO, "the bare loop cannot open %s", l->path);
	run_loops(loops, nr, l->mix->param[MIX_RUNTIME], &l->role[0].measured);
	for (unsigned i = 0; i < nr; i++)
		close(loops[i].fd);
	l->total.measured = l->role[0].measured;
	free(loops);
	return 0;
}
