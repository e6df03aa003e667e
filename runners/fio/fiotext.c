/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiotext.c: what can be done with a job text that fiojob_make wrote, without
 * an INI library, as the guest needs it: sections and "key=value" lines only,
 * no comments, no blanks around the '='. It checks nothing again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/rng.h"
#include "runners/fio/fiojob.h"

int fiojob_seed(const char *text, uint64_t seed, char **out, struct err *e)
{
	/* 63 bits, never 0: fio refuses numbers above that and multiplies by it. */
	unsigned long long fio_seed = (rng_mix(seed, 0xf10) >> 1) | 1;
	struct buf b = BUF_INIT;
	bool in_job = false;
	unsigned jobs = 0;

	for (const char *p = text;;) {
		size_t len = strcspn(p, "\n");

		if (in_job && (*p == '[' || !*p))
			buf_addf(&b, "randrepeat=0\nallrandrepeat=0\nrandseed=%llu\n", fio_seed);
		if (!*p)
			break;
		if (*p == '[') {
			in_job = strncmp(p, "[global]", 8) != 0;
			jobs += in_job;
		}
		buf_add(&b, p, len);
		buf_addc(&b, '\n');
		p += len + (p[len] == '\n');
	}
	if (!jobs) {
		buf_release(&b);
		return err_add(e, EINVAL, "the fio job text holds no job to seed");
	}
	*out = buf_detach(&b, NULL);
	return 0;
}

void fiojob_directories(const char *text, struct strv *dirs)
{
	static const char key[] = "directory=";
	char *copy = xstrdup(text), *save = NULL;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, key, strlen(key)))
			strv_split(dirs, line + strlen(key), ":");
	free(copy);
}

/* What one section has said so far of its files; pointers into the text being cut up. */
struct files {
	const char *name; /* of the job */
	const char *filename, *directory;
	bool overwrite, unknown, null;
};

static void take_line(struct files *f, char *line)
{
	char *eq = strchr(line, '=');
	const char *value = eq ? eq + 1 : "1";

	if (eq)
		*eq = '\0';
	if (!strcmp(line, "overwrite"))
		f->overwrite = strcmp(value, "0") != 0;
	else if (!strcmp(line, "filename"))
		f->filename = value;
	else if (!strcmp(line, "ioengine"))
		f->null = !strcmp(value, "null");
	else if (!strcmp(line, "directory"))
		f->directory = value;
	else if (!strcmp(line, "filename_format") || !strcmp(line, "opendir"))
		f->unknown = true;
}

/* file without the directory in front, "./" and doubled slashes let be, or NULL: not in it. */
static const char *below(const char *file, const char *dir)
{
	size_t len = strlen(dir);

	while (len && dir[len - 1] == '/')
		len--;
	if (!len || (len == 1 && *dir == '.'))
		return file;
	if (!strncmp(dir, "./", 2)) {
		dir += 2;
		len -= 2;
	}
	return !strncmp(file, dir, len) && file[len] == '/' ? file + len + 1 : NULL;
}

static bool in_list(const char *list, const char *file)
{
	struct strv names = STRV_INIT;
	bool found = false;

	strv_split(&names, list, ":");
	for (size_t i = 0; i < names.n && !found; i++) {
		const char *n = names.v[i];

		found = !strcmp(strncmp(n, "./", 2) ? n : n + 2, file);
	}
	strv_release(&names);
	return found;
}

static bool declares(const struct files *f, const char *file)
{
	size_t len = f->name ? strlen(f->name) : 0;

	if (!f->name || !f->overwrite)
		return false;
	if (f->unknown || (f->directory && strchr(f->directory, ':')))
		return true;
	if (f->directory)
		file = below(file, f->directory);
	if (!file)
		return false;
	if (f->filename)
		return in_list(f->filename, file);
	/* fio's own names are JOB.THREAD.FILE. */
	return !strncmp(file, f->name, len) && file[len] == '.';
}

/* The first job for which visit says true; false: none. */
static bool find_job(const char *text, bool (*visit)(const struct files *f, void *arg), void *arg)
{
	struct files global = { .name = NULL }, job = global;
	char *copy = xstrdup(text), *save = NULL;
	bool found = false;

	for (char *line = strtok_r(copy, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save)) {
		size_t len = strlen(line);

		if (*line != '[') {
			take_line(job.name ? &job : &global, line);
			continue;
		}
		found = job.name && visit(&job, arg);
		job = global;
		line[len - 1] = '\0';
		if (strcmp(line + 1, "global"))
			job.name = line + 1;
	}
	found = found || (job.name && visit(&job, arg));
	free(copy);
	return found;
}

static bool declares_it(const struct files *f, void *file)
{
	return declares(f, file);
}

bool fiojob_overwrites(const char *text, const char *file)
{
	return find_job(text, declares_it, (void *)file);
}

struct unproven {
	const struct strv *files;
	char *job;
};

static bool has_none(const struct files *f, void *arg)
{
	struct unproven *u = arg;

	if (!f->overwrite || f->null)
		return false;
	for (size_t i = 0; i < u->files->n; i++)
		if (declares(f, u->files->v[i]))
			return false;
	u->job = xstrdup(f->name);
	return true;
}

char *fiojob_unproven(const char *text, const struct strv *files)
{
	struct unproven u = { files, NULL };

	find_job(text, has_none, &u);
	return u.job;
}
