/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_clock.c: a library for LD_PRELOAD that notes when each thread of fio begins and ends its
 * measured part; fio tells only whole milliseconds. It hooks two calls that fio makes there:
 *
 * - getrusage(2) of the thread, into one place as its measured part begins and again as its ramp
 *   is over (thread_main and clear_rusage_stat in fio's backend.c and stat.c),
 * - the lock of its statistics, stat_sem, right after do_io and around do_verify; its address is in
 *   fio's table of dynamic symbols.
 *
 * So it is in fio 3.33 to 3.42. Any other fio leaves no entry, or one that contradicts its own
 * milliseconds and is not used (fio_times.c). The marks of a profile are executed here too.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "runners/preload/preload.h"

static struct {
	struct fio_clock *clock;
	int (*getrusage)(int, struct rusage *);
	int (*mutex_lock)(pthread_mutex_t *);
	/* fio's variable: a pointer to its statistics' lock, which begins with a mutex. */
	pthread_mutex_t **stat_sem;
} state;

static _Thread_local struct fio_clock_thread *self;
static _Thread_local const struct rusage *begin_usage; /* where fio keeps the first one */

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

__attribute__((constructor)) static void look_up(void)
{
	const char *path = getenv(FIO_CLOCK_ENV);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	*(void **)&state.stat_sem = dlsym(RTLD_DEFAULT, "stat_sem");
	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(struct fio_clock), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED && state.stat_sem)
		state.clock = map;
}

static struct fio_clock_thread *take_entry(void)
{
	uint32_t n = __atomic_fetch_add(&state.clock->threads, 1, __ATOMIC_RELAXED);

	if (n >= FIO_CLOCK_THREADS)
		return NULL;
	state.clock->thread[n].tid = (uint32_t)gettid();
	return &state.clock->thread[n];
}

/* The measured part begins, or begins again after the ramp. */
static void begin(struct fio_clock_thread *t)
{
	for (int i = 0; i < 4; i++)
		t->spent_ns[i] = 0;
	t->first_end_ns = 0;
	t->begin_ns = t->last_ns = now_ns();
	PROFILE_MARK(PROFILE_MARK_BEGIN);
}

static void step(struct fio_clock_thread *t)
{
	uint64_t now = now_ns();

	if (!t->first_end_ns) {
		PROFILE_MARK(PROFILE_MARK_END);
		t->first_end_ns = now;
	}
	t->spent_ns[t->steps % 4] += now - t->last_ns;
	t->at_ns[t->steps++ % 4] = t->last_ns = now;
}

int getrusage(__rusage_who_t who, struct rusage *usage)
{
	int ret;

	if (!state.getrusage)
		*(void **)&state.getrusage = dlsym(RTLD_NEXT, "getrusage");
	ret = state.getrusage((int)who, usage);
	if (!state.clock || who != RUSAGE_THREAD)
		return ret;
	if (!self) {
		self = take_entry();
		begin_usage = usage;
	}
	if (self && usage == begin_usage)
		begin(self);
	return ret;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	/* Other libraries' constructors call it before ours has run. */
	if (!state.mutex_lock)
		*(void **)&state.mutex_lock = dlsym(RTLD_NEXT, "pthread_mutex_lock");
	if (self && mutex == *state.stat_sem)
		step(self);
	return state.mutex_lock(mutex);
}
