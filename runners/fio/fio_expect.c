/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_expect.c: the threads, the time and the room that fio will need, as far as its job says.
 * A value that is no plain number (a percentage, a range) is not known, and counts for nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob_impl.h"

struct named {
	char *name;
	uint64_t bytes;
};

struct room {
	struct named *named; /* files that jobs share, each as long as the longest that asks */
	size_t nr_named;
	uint64_t own_bytes; /* files that belong to one job each */
};

static uint64_t add(uint64_t a, uint64_t b)
{
	return __builtin_add_overflow(a, b, &a) ? UINT64_MAX / 2 : a;
}

/* Files that are only written, and not laid out first, take only what is written: not known. */
static bool is_sparse(const struct fio_file *f, size_t i)
{
	const char *fallocate = fio_value(f, i, "fallocate", NULL);
	const char *rw = fio_value(f, i, "rw", NULL);

	return fallocate &&
	       (!strcmp(fallocate, "none") || !strcmp(fallocate, "0") ||
		!strcmp(fallocate, "truncate")) &&
	       rw && strstr(rw, "write") && !fio_flag(f, i, "overwrite");
}

/* Of one thread's files; 0: not known, or none. */
static uint64_t job_bytes(const struct fio_file *f, size_t i, uint64_t threads)
{
	const char *size = f->sections[i].no_size ? FIOJOB_DEVICE : fio_value(f, i, "size", NULL);
	const char *range = fio_value(f, i, "filesize", NULL);
	const char *names = fio_value(f, i, "filename", NULL);
	const struct fio_engine *engine = fio_engine(f, i, NULL);
	const char *dash = range ? strchr(range, '-') : NULL;
	uint64_t bytes = 0, nr = 1, offset = 0, step = 0;

	if (!engine || engine->no_data || is_sparse(f, i))
		return 0;
	if (fio_bytes(dash ? dash + 1 : range, &bytes)) { /* the upper end of "4k-64k" */
		if (!names && !fio_bytes(fio_value(f, i, "nrfiles", NULL), &nr))
			nr = 1;
		for (; names && *names; names++)
			nr += *names == ':';
		return __builtin_mul_overflow(bytes, nr, &bytes) ? 0 : bytes;
	}
	if (!fio_bytes(size, &bytes) || bytes >= UINT64_MAX / 4)
		return 0;
	/* Of a file that the threads share, up to the end of the last one. */
	if (!fio_bytes(fio_value(f, i, "offset", NULL), &offset))
		offset = 0;
	if (fio_bytes(fio_value(f, i, "offset_increment", NULL), &step) &&
	    (__builtin_mul_overflow(step, threads - 1, &step) ||
	     __builtin_add_overflow(offset, step, &offset)))
		return bytes;
	return offset > UINT64_MAX / 4 ? bytes : bytes + offset;
}

static void add_room(const struct fio_file *f, size_t i, uint64_t threads, uint64_t bytes,
		     struct room *r)
{
	const char *filename = fio_value(f, i, "filename", NULL);
	const char *dir = fio_value(f, i, "directory", NULL);
	char *name;
	size_t k = 0;

	if (!filename) {
		if (__builtin_mul_overflow(bytes, threads, &bytes))
			bytes = UINT64_MAX / 2;
		r->own_bytes = add(r->own_bytes, bytes);
		return;
	}
	name = xasprintf("%s/%s", dir ? dir : "", filename);
	while (k < r->nr_named && strcmp(r->named[k].name, name))
		k++;
	if (k == r->nr_named) {
		r->named = xrealloc(r->named, ++r->nr_named, sizeof(*r->named));
		r->named[k] = (struct named){ xstrdup(name), 0 };
	}
	if (bytes > r->named[k].bytes)
		r->named[k].bytes = bytes;
	free(name);
}

static uint64_t room_sum(struct room *r)
{
	uint64_t sum = r->own_bytes;

	for (size_t k = 0; k < r->nr_named; k++) {
		sum = add(sum, r->named[k].bytes);
		free(r->named[k].name);
	}
	free(r->named);
	return sum;
}

/* Threads that work beside each of a job's own; at least so many. */
static unsigned helpers_of(const struct fio_file *f, size_t i)
{
	const char *engine = fio_value(f, i, "ioengine", NULL);
	const char *mode = fio_value(f, i, "io_submit_mode", NULL);
	uint64_t async = 0;
	unsigned n = 0;

	/* libc's threads; the kernel's, that poll the queue or do what would have to wait. */
	n += engine && (!strcmp(engine, "posixaio") || !strcmp(engine, "io_uring"));
	n += mode && !strcmp(mode, "offload");
	n += fio_value(f, i, "gtod_cpu", NULL) != NULL;
	if (fio_bytes(fio_value(f, i, "verify_async", NULL), &async) && async <= FIO_JOBS_MAX)
		n += (unsigned)async;
	return n;
}

void fio_expect(const struct fio_file *f, unsigned part, struct fiojob_expect *x)
{
	uint64_t *longest_ns = xcalloc(part + 1, sizeof(*longest_ns));
	struct room r = { NULL, 0, 0 };

	*x = (struct fiojob_expect){ 0 };
	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		const struct fio_section *s = &f->sections[i];
		uint64_t n = 1, ns, bytes;
		unsigned helpers;

		if (!fio_is_job(f, i) || s->part > part)
			continue;
		if (!fio_bytes(fio_value(f, i, "numjobs", NULL), &n) || n > FIO_JOBS_MAX)
			n = 1;
		if (fio_ns(fio_value(f, i, "runtime", NULL), &ns) && ns > longest_ns[s->part])
			longest_ns[s->part] = ns;
		bytes = job_bytes(f, i, n);
		add_room(f, i, n, bytes, &r);
		if (s->part < part)
			continue;
		helpers = (unsigned)n * helpers_of(f, i);
		x->threads += (unsigned)n + helpers;
		x->helpers += helpers;
		x->fills |= bytes && fio_flag(f, i, "fill_device");
	}
	for (unsigned i = 0; i < part; i++)
		x->before_ns = add(x->before_ns, longest_ns[i]);
	x->timed_ns = longest_ns[part];
	x->file_bytes = room_sum(&r);
	if (x->fills)
		x->file_bytes = 0;
	free(longest_ns);
}
