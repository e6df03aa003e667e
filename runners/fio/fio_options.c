/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_options.c: an option of a job in a job file that was read, and its value as fio
 * understands it; see fiojob_impl.h.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob_impl.h"

#define S_NS 1000000000ull

void fio_say(struct fio_file *f, enum fio_say how, unsigned line, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	buf_addf(&b, "%s:%u: ", f->name, line);
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (how == FIO_REFUSED)
		f->ret = err_add(f->e, EINVAL, "%s", b.data);
	else
		strv_add(&f->notes, b.data);
	buf_release(&b);
}

/* --- options ----------------------------------------------------------------------------- */

bool fio_is_job(const struct fio_file *f, size_t i)
{
	return strncmp(f->ini.sections[i].name, "global", 6) != 0;
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

bool fio_flag(const struct fio_file *f, size_t job, const char *option)
{
	const char *value = fio_value(f, job, option, NULL);
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

const struct fio_engine *fio_engine(const struct fio_file *f, size_t job, unsigned *line)
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
	const char *name = fio_value(f, job, "ioengine", line);

	for (size_t i = 0; i < sizeof(engines) / sizeof(engines[0]); i++)
		if (!name || !strcmp(engines[i].name, name))
			return &engines[i];
	return NULL;
}
