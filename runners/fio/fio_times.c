/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fio_times.c: see fio_times.h. */
#include "runners/fio/fio_times.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/fs.h"
#include "lib/proc.h"

static int map_file(struct fio_times *t, struct err *e)
{
	int fd = open(t->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	void *map = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, sizeof(*t->clock)))
		map = mmap(NULL, sizeof(*t->clock), PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		err_sys(e, errno, "cannot make %s for the times of fio's threads", t->path);
	else
		t->clock = map;
	if (fd >= 0)
		close(fd);
	return map == MAP_FAILED ? -EIO : 0;
}

int fio_times_open(struct fio_times *t, const char *dir, struct err *e)
{
	char *lib = proc_beside(FIO_CLOCK_LIB);
	const char *others = getenv("LD_PRELOAD");
	int ret = 0;

	*t = (struct fio_times)FIO_TIMES_NONE;
	if (lib && fs_exists(lib)) {
		t->path = xasprintf("%s/fio.clock", dir);
		strv_addf(&t->env, FIO_CLOCK_ENV "=%s", t->path);
		strv_addf(&t->env, "LD_PRELOAD=%s%s%s", lib, others ? ":" : "",
			  others ? others : "");
		ret = map_file(t, e);
	}
	free(lib);
	return ret;
}

const char *const *fio_times_env(const struct fio_times *t)
{
	return t->env.n ? (const char *const *)t->env.v : NULL;
}

static int by_tid(const void *a, const void *b)
{
	const struct fio_clock_thread *x = a, *y = b;

	return (x->tid > y->tid) - (x->tid < y->tid);
}

size_t fio_times_threads(const struct fio_times *t, struct fio_clock_thread **v)
{
	size_t n = t && t->clock ? t->clock->threads : 0;

	if (n > FIO_CLOCK_THREADS)
		n = FIO_CLOCK_THREADS;
	*v = xcalloc(n + 1, sizeof(**v));
	if (n)
		memcpy(*v, t->clock->thread, n * sizeof(**v));
	qsort(*v, n, sizeof(**v), by_tid);
	return n;
}

void fio_times_release(struct fio_times *t)
{
	if (t->clock)
		munmap(t->clock, sizeof(*t->clock));
	if (t->path)
		unlink(t->path);
	free(t->path);
	strv_release(&t->env);
	*t = (struct fio_times)FIO_TIMES_NONE;
}

struct fio_span fio_times_all(const struct fio_clock_thread *threads, size_t n, bool verifies)
{
	struct fio_span s = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		const struct fio_clock_thread *t = &threads[i];

		if (!s.from_ns || t->begin_ns < s.from_ns)
			s.from_ns = t->begin_ns;
		for (int k = 0; k < 4; k += verifies ? 4 : 2)
			if (t->at_ns[k] > s.to_ns)
				s.to_ns = t->at_ns[k];
	}
	return s.to_ns > s.from_ns ? s : (struct fio_span){ 0, 0 };
}

struct fio_span fio_times_common(const struct fio_clock_thread *threads, size_t n)
{
	struct fio_span s = { 0, 0 };

	for (size_t i = 0; i < n; i++) {
		const struct fio_clock_thread *t = &threads[i];

		if (t->begin_ns > s.from_ns)
			s.from_ns = t->begin_ns;
		if (t->first_end_ns && (!s.to_ns || t->first_end_ns < s.to_ns))
			s.to_ns = t->first_end_ns;
	}
	return s;
}
