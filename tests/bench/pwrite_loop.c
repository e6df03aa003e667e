/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pwrite_loop.c: the least a load generator can do, to hold fsload against:
 * threads that pwrite at drawn offsets until a flag is set. No clock is read
 * and no latency kept. The file must exist with written extents, for instance
 * from `fsload --keep`; its content is lost.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/num.h"
#include "lib/rng.h"

#define THREADS_MAX 1024

struct loop {
	pthread_t thread;
	const char *path;
	uint64_t seed, bs, blocks, ops;
	const atomic_int *stop;
	pthread_barrier_t *barrier;
	int fd;
	void *buf;
};

static void *loop_main(void *arg)
{
	struct loop *l = arg;
	struct rng rng = { l->seed };
	uint64_t ops = 0;

	pthread_barrier_wait(l->barrier);
	while (!atomic_load_explicit(l->stop, memory_order_relaxed)) {
		if (pwrite(l->fd, l->buf, l->bs, (off_t)(rng_below(&rng, l->blocks) * l->bs)) !=
		    (ssize_t)l->bs)
			break;
		ops++;
	}
	l->ops = ops;
	return NULL;
}

static uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int loop_open(struct loop *l)
{
	struct stat st;

	l->fd = open(l->path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (l->fd < 0 || fstat(l->fd, &st) || posix_memalign(&l->buf, 4096, l->bs))
		return -1;
	memset(l->buf, 'b', l->bs);
	l->blocks = (uint64_t)st.st_size / l->bs;
	/* The first direct write to an inode is exclusive. */
	return l->blocks && pwrite(l->fd, l->buf, l->bs, 0) == (ssize_t)l->bs ? 0 : -1;
}

static int usage(void)
{
	fprintf(stderr, "usage: pwrite_loop FILE THREADS BS SECONDS SEED\n"
			"prints operations a second of O_DIRECT overwrites of FILE\n");
	return 2;
}

/* Let them run for that long; operations a second of all. */
static double measure(struct loop *l, unsigned nr, uint64_t seconds)
{
	struct timespec wait = { (time_t)seconds, 0 };
	pthread_barrier_t barrier;
	atomic_int stop = 0;
	uint64_t start, ops = 0;

	pthread_barrier_init(&barrier, NULL, nr + 1);
	for (unsigned i = 0; i < nr; i++) {
		l[i].stop = &stop;
		l[i].barrier = &barrier;
		pthread_create(&l[i].thread, NULL, loop_main, &l[i]);
	}
	pthread_barrier_wait(&barrier);
	start = monotonic_ns();
	nanosleep(&wait, NULL);
	atomic_store(&stop, 1);
	for (unsigned i = 0; i < nr; i++) {
		pthread_join(l[i].thread, NULL);
		ops += l[i].ops;
	}
	return (double)ops * 1e9 / (double)(monotonic_ns() - start);
}

int main(int argc, char **argv)
{
	static struct loop loops[THREADS_MAX];
	uint64_t threads, bs, seconds, seed;

	if (argc != 6 || num_parse(argv[2], NUM_COUNT, &threads, NULL) || !threads ||
	    threads > THREADS_MAX || num_parse(argv[3], NUM_BYTES, &bs, NULL) || !bs ||
	    num_parse(argv[4], NUM_COUNT, &seconds, NULL) ||
	    num_parse(argv[5], NUM_COUNT, &seed, NULL))
		return usage();
	for (unsigned i = 0; i < threads; i++) {
		loops[i].path = argv[1];
		loops[i].bs = bs;
		loops[i].seed = rng_mix(seed, i);
		if (loop_open(&loops[i])) {
			fprintf(stderr, "pwrite_loop: %s: %s\n", argv[1], strerror(errno));
			return 3;
		}
	}
	printf("%.1f\n", measure(loops, (unsigned)threads, seconds));
	return 0;
}
