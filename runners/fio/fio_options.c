/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_options.c: an option of a job in a job file that was read, its value as fio understands it,
 * and the threads, time and room that follow from them. A value that is no plain number (a
 * percentage, a range) is not known, and counts for nothing there.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/num.h"
#include "runners/fio/fiojob_impl.h"

#define S_NS 1000000000ull

void fio_refuse(struct fio_file *f, unsigned line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	f->ret = err_add(f->e, EINVAL, "%s:%u: %s", f->name, line, b.data);
	buf_release(&b);
}

const char *fio_job_name(const struct fio_file *f, size_t i)
{
	return f->ini.sections[i].name;
}

bool fio_is_job(const struct fio_file *f, size_t i)
{
	return strncmp(fio_job_name(f, i), "global", 6) != 0;
}

bool fio_same_option(const char *option, const char *name)
{
	static const char *const aliases[][2] = {
		{ "bs", "blocksize" },
		{ "bsrange", "blocksize_range" },
		{ "fill_device", "fill_fs" },
		{ "io_size", "io_limit" },
		{ "nrfiles", "nr_files" },
		{ "offset", "fileoffset" },
		{ "runtime", "timeout" },
		{ "rw", "readwrite" },
		{ "stonewall", "wait_for_previous" },
	};

	if (!strcmp(option, name))
		return true;
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (!strcmp(aliases[i][0], option) && !strcmp(aliases[i][1], name))
			return true;
	return false;
}

const char *fio_over(const struct fio_file *f, const char *option)
{
	size_t len = strlen(option);

	for (size_t i = f->over.n; i-- > 0;)
		if (!strncmp(f->over.v[i], option, len) && f->over.v[i][len] == '=')
			return f->over.v[i] + len + 1;
	return NULL;
}

const char *fio_value(const struct fio_file *f, size_t job, const char *option, unsigned *line)
{
	const char *value = fio_over(f, option);

	if (line)
		*line = f->ini.sections[job].line;
	for (size_t i = job + 1; !value && i-- > 0;) {
		const struct ini_section *s = &f->ini.sections[i];

		for (size_t k = i == job || !fio_is_job(f, i) ? s->nr_keys : 0;
		     !value && k-- > 0;) {
			if (!fio_same_option(option, s->keys[k].name))
				continue;
			if (line)
				*line = s->keys[k].line;
			value = s->keys[k].bare ? "1" : s->keys[k].value;
		}
	}
	return value;
}

const char *fio_get(const struct fio_file *f, size_t job, const char *option)
{
	return fio_value(f, job, option, NULL);
}

bool fio_flag(const struct fio_file *f, size_t job, const char *option)
{
	const char *value = fio_get(f, job, option);
	uint64_t v = 1;

	return value && (num_parse(value, NUM_COUNT, &v, NULL) || v);
}

/* --- numbers ------------------------------------------------------------------------------ */

/* Digits and the unit after them, in small letters; false: no digits, or too much. */
static bool split_number(const char *text, uint64_t *v, char unit[8])
{
	size_t digits = strspn(text ? text : "", "0123456789"), len;
	char *number;
	bool ok;

	if (!digits)
		return false;
	len = strlen(text + digits);
	number = xstrndup(text, digits);
	ok = len < 8 && !num_parse(number, NUM_COUNT, v, NULL);
	for (size_t i = 0; ok && i <= len; i++)
		unit[i] = (char)tolower((unsigned char)text[digits + i]);
	free(number);
	return ok;
}

bool fio_bytes(const char *text, uint64_t *v)
{
	static const char prefixes[] = "kmgtp";
	char unit[8], *rest = unit;
	const char *at;

	if (!split_number(text, v, unit))
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
	char unit[8];

	if (!split_number(text, v, unit))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(units[i].unit, unit))
			return !__builtin_mul_overflow(*v, units[i].ns, v);
	return false;
}

/* --- engines ------------------------------------------------------------------------------- */

const struct fio_engine *fio_engine(const struct fio_file *f, size_t job)
{
	/* The first is fio's own default on Linux. */
	static const struct fio_engine engines[] = {
		{ "psync", true, false },     { "sync", true, false },
		{ "vsync", true, false },     { "pvsync", true, false },
		{ "pvsync2", true, false },   { "mmap", true, false },
		{ "splice", true, false },    { "ftruncate", true, true },
		{ "falloc", true, false },    { "e4defrag", true, false },
		{ "filecreate", true, true }, { "filestat", true, true },
		{ "filedelete", true, true }, { "dircreate", true, true },
		{ "dirstat", true, true },    { "dirdelete", true, true },
		{ "null", false, true },      { "libaio", false, false },
		{ "posixaio", false, false }, { "io_uring", false, false },
	};
	const char *name = fio_get(f, job, "ioengine");

	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (!name || !strcmp(engines[i].name, name))
			return &engines[i];
	return NULL;
}

/* --- expectations -------------------------------------------------------------------------- */

static uint64_t add(uint64_t a, uint64_t b)
{
	return __builtin_add_overflow(a, b, &a) ? UINT64_MAX / 2 : a;
}

/* The least bytes of one thread's files; 0: unknown. With "fallocate=" it may be none. */
static uint64_t job_bytes(const struct fio_file *f, size_t i)
{
	const char *size = f->sections[i].no_size ? FIOJOB_DEVICE : fio_get(f, i, "size");
	const struct fio_engine *engine = fio_engine(f, i);
	uint64_t bytes = 0;

	if (!engine || engine->no_data || fio_get(f, i, "fallocate"))
		return 0;
	return fio_bytes(size ? size : fio_get(f, i, "filesize"), &bytes) ? bytes : 0;
}

static bool same_value(const struct fio_file *f, size_t a, size_t b, const char *option)
{
	const char *x = fio_get(f, a, option), *y = fio_get(f, b, option);

	return x && y ? !strcmp(x, y) : x == y;
}

/* Room that job i adds: files that jobs share are as long as the longest that asks. */
static uint64_t room_of(const struct fio_file *f, size_t i, uint64_t threads, const uint64_t *bytes)
{
	uint64_t before = 0;

	if (!fio_get(f, i, "filename"))
		return __builtin_mul_overflow(bytes[i], threads, &before) ? UINT64_MAX / 2 : before;
	for (size_t k = 0; k < i; k++)
		if (bytes[k] > before && same_value(f, i, k, "filename") &&
		    same_value(f, i, k, "directory"))
			before = bytes[k];
	return bytes[i] > before ? bytes[i] - before : 0;
}

/* Threads that work beside each of a job's own; at least so many. */
static unsigned helpers_of(const struct fio_file *f, size_t i)
{
	const char *engine = fio_get(f, i, "ioengine");
	const char *mode = fio_get(f, i, "io_submit_mode");
	uint64_t async = 0;
	unsigned n = 0;

	/* libc's threads; the kernel's, that poll the queue or do what would have to wait. */
	n += engine && (!strcmp(engine, "posixaio") || !strcmp(engine, "io_uring"));
	n += mode && !strcmp(mode, "offload");
	n += fio_get(f, i, "gtod_cpu") != NULL;
	if (fio_bytes(fio_get(f, i, "verify_async"), &async) && async <= FIO_JOBS_MAX)
		n += (unsigned)async;
	return n;
}

void fio_expect(const struct fio_file *f, unsigned part, struct fiojob_expect *x)
{
	uint64_t *longest_ns = xcalloc(part + 1, sizeof(*longest_ns));
	uint64_t *bytes = xcalloc(f->ini.nr_sections, sizeof(*bytes)); /* of a thread of the job */

	*x = (struct fiojob_expect){ 0 };
	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		const struct fio_section *s = &f->sections[i];
		uint64_t n = 1, ns;
		unsigned helpers;

		if (!fio_is_job(f, i) || s->part > part)
			continue;
		if (!fio_bytes(fio_get(f, i, "numjobs"), &n) || n > FIO_JOBS_MAX)
			n = 1;
		if (fio_ns(fio_get(f, i, "runtime"), &ns) && ns > longest_ns[s->part])
			longest_ns[s->part] = ns;
		bytes[i] = job_bytes(f, i);
		x->file_bytes = add(x->file_bytes, room_of(f, i, n, bytes));
		if (s->part < part)
			continue;
		helpers = (unsigned)n * helpers_of(f, i);
		x->threads += (unsigned)n + helpers;
		x->helpers += helpers;
		x->fills |= fio_flag(f, i, "fill_device");
	}
	for (unsigned i = 0; i < part; i++)
		x->before_ns = add(x->before_ns, longest_ns[i]);
	x->timed_ns = longest_ns[part];
	if (x->fills)
		x->file_bytes = 0;
	free(longest_ns);
	free(bytes);
}
