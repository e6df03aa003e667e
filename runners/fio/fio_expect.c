/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_expect.c: what fio will do, as far as its job says: threads, time and room. A value
 * that is no plain number (a percentage, a range) is not known, and counts for nothing.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "runners/fio/fiojob_impl.h"

#define S_NS 1000000000ull

/* --- numbers --------------------------------------------------------------------- */

/* Digits and what follows them, in small letters; false: no digits, or too much. */
static bool split_number(const char *text, uint64_t *v, char unit[8])
{
	size_t digits = strspn(text, "0123456789"), len = strlen(text + digits);
	char *number = xstrndup(text, digits);
	bool ok = digits && len < 8 && !num_parse(number, NUM_COUNT, v, NULL);

	for (size_t i = 0; ok && i <= len; i++)
		unit[i] = (char)tolower((unsigned char)text[digits + i]);
	free(number);
	return ok;
}

bool fio_bytes(const char *text, uint64_t *v)
{
	static const char prefixes[] = "kmgtp";
	char unit[8] = "", *rest = unit;
	const char *at;

	if (!text || !split_number(text, v, unit))
		return false;
	at = *rest ? strchr(prefixes, *rest) : NULL;
	rest += at != NULL;
	/* kb_base is 1024 unless a job says otherwise: then "k" and "kib" are near enough. */
	if (*rest && strcmp(rest, "b") && strcmp(rest, "ib"))
		return false;
	return !at || !__builtin_mul_overflow(*v, 1ull << 10 * (at - prefixes + 1), v);
}

bool fio_ns(const char *text, uint64_t *v)
{
	/* As fio's get_mult_time; a number alone is in seconds. */
	static const struct {
		const char *unit;
		uint64_t ns;
	} units[] = {
		{ "", S_NS },       { "s", S_NS },        { "us", 1000 },
		{ "usec", 1000 },   { "ms", 1000000 },    { "msec", 1000000 },
		{ "m", 60 * S_NS }, { "h", 3600 * S_NS }, { "d", 86400 * S_NS },
	};
	char unit[8] = "";

	if (!text || !split_number(text, v, unit))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].unit, unit))
			return !__builtin_mul_overflow(*v, units[i].ns, v);
	return false;
}

/* --- room --------------------------------------------------------------------------- */

struct named {
	char *name;
	uint64_t bytes;
};

struct room {
	struct named *named; /* files that jobs share, each as long as the longest that asks */
	size_t nr_named;
	uint64_t own_bytes; /* files that belong to one job each */
	bool fills;
};

static const char *value(const struct ini *job, size_t i, const char *option)
{
	return fiojob_value(job, NULL, i, option, NULL);
}

/* The upper end of "4k-64k". */
static const char *upper(const char *range)
{
	const char *dash = range ? strchr(range, '-') : NULL;

	return dash ? dash + 1 : range;
}

/* Files that are only written and not laid out first take what is written, and no more is known. */
static bool is_sparse(const struct ini *job, size_t i)
{
	const char *fallocate = value(job, i, "fallocate"), *rw = value(job, i, "rw");

	return fallocate &&
	       (!strcmp(fallocate, "none") || !strcmp(fallocate, "0") ||
		!strcmp(fallocate, "truncate")) &&
	       rw && strstr(rw, "write") && !fiojob_flag(job, NULL, i, "overwrite");
}

static uint64_t files_of(const char *filename)
{
	uint64_t n = 1;

	for (const char *p = filename; p && *p; p++)
		n += *p == ':';
	return n;
}

/* Where the last of the threads begins in a file that they share. */
static uint64_t last_offset(const struct ini *job, size_t i, uint64_t threads)
{
	uint64_t offset, step;

	if (!fio_bytes(value(job, i, "offset"), &offset))
		offset = 0;
	if (fio_bytes(value(job, i, "offset_increment"), &step) &&
	    (__builtin_mul_overflow(step, threads - 1, &step) ||
	     __builtin_add_overflow(offset, step, &offset)))
		return 0;
	return offset > UINT64_MAX / 4 ? 0 : offset;
}

/* Of one thread's files; 0: not known, or none. */
static uint64_t job_bytes(const struct ini *job, size_t i, uint64_t threads)
{
	uint64_t bytes = 0, nr = 1;
	const char *filename = value(job, i, "filename");

	if (!fio_engine_has_files(value(job, i, "ioengine")) || is_sparse(job, i))
		return 0;
	if (!fio_bytes(upper(value(job, i, "filesize")), &bytes))
		return fio_bytes(value(job, i, "size"), &bytes) && bytes < UINT64_MAX / 4
			       ? bytes + last_offset(job, i, threads)
			       : 0;
	if (filename)
		nr = files_of(filename);
	else if (!fio_bytes(value(job, i, "nrfiles"), &nr))
		nr = 1;
	return __builtin_mul_overflow(bytes, nr, &bytes) ? 0 : bytes;
}

static void add_room(const struct ini *job, size_t i, uint64_t threads, struct room *r)
{
	const char *filename = value(job, i, "filename"), *dir = value(job, i, "directory");
	uint64_t bytes = job_bytes(job, i, threads);
	char *name;
	size_t k = 0;

	r->fills |= fiojob_flag(job, NULL, i, "fill_device") && bytes;
	if (!filename) {
		if (__builtin_mul_overflow(bytes, threads, &bytes) ||
		    __builtin_add_overflow(r->own_bytes, bytes, &r->own_bytes))
			r->own_bytes = UINT64_MAX / 2;
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
		if (__builtin_add_overflow(sum, r->named[k].bytes, &sum))
			sum = UINT64_MAX / 2;
		free(r->named[k].name);
	}
	free(r->named);
	return sum;
}

/* --- threads ---------------------------------------------------------------------------- */

/* Threads that work beside each of a job's own; at least so many. */
static unsigned helpers_of(const struct ini *job, size_t i)
{
	const char *engine = value(job, i, "ioengine"), *mode = value(job, i, "io_submit_mode");
	uint64_t async = 0;
	unsigned n = 0;

	/* libc's threads; the kernel's, that poll the queue or do what would have to wait. */
	n += engine && (!strcmp(engine, "posixaio") || !strcmp(engine, "io_uring"));
	n += mode && !strcmp(mode, "offload");
	n += value(job, i, "gtod_cpu") != NULL;
	if (fio_bytes(value(job, i, "verify_async"), &async) && async <= FIO_JOBS_MAX)
		n += (unsigned)async;
	return n;
}

/* Adds what the jobs of a text do; returns the longest runtime, summed over parts. */
static uint64_t expect_text(const char *text, struct fiojob_expect *x, struct room *r)
{
	struct ini job;
	uint64_t longest_ns = 0, earlier_ns = 0;

	if (ini_load_mem(&job, "fio", text, strlen(text), INI_BARE_KEYS, NULL))
		return 0;
	for (size_t i = 0; i < job.nr_sections; i++) {
		uint64_t n = 1, ns;
		unsigned helpers;

		if (fiojob_is_global(&job.sections[i]))
			continue;
		if (!fio_bytes(value(&job, i, "numjobs"), &n) || n > FIO_JOBS_MAX)
			n = 1;
		helpers = (unsigned)n * helpers_of(&job, i);
		x->threads += (unsigned)n + helpers;
		x->helpers += helpers;
		if (fiojob_flag(&job, NULL, i, "stonewall") || value(&job, i, "wait_for")) {
			earlier_ns += longest_ns;
			longest_ns = 0;
		}
		if (fio_ns(value(&job, i, "runtime"), &ns) && ns > longest_ns)
			longest_ns = ns;
		add_room(&job, i, n, r);
	}
	ini_release(&job);
	return earlier_ns + longest_ns;
}

void fiojob_expect(const struct fiojob *j, struct fiojob_expect *x)
{
	struct fiojob_expect before = { 0 };
	struct room r = { NULL, 0, 0, false };

	*x = (struct fiojob_expect){ 0 };
	if (j->before)
		x->before_ns = expect_text(j->before, &before, &r);
	r.fills = false;
	x->timed_ns = expect_text(j->text, x, &r);
	x->fills = r.fills;
	x->file_bytes = room_sum(&r);
	if (x->fills)
		x->file_bytes = 0;
}
