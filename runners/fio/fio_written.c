/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_written.c: the text that fiojob_make wrote, as a cell run needs it: with the block's seed,
 * and asked for its directories and the files that it overwrites. Nothing is checked again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rng.h"
#include "runners/fio/fiojob_impl.h"

/* 0, or -EINVAL: no such text. */
static int read_text(struct fio_file *f, const char *text, struct err *e)
{
	*f = (struct fio_file){ .name = "the fio job text", .over = STRV_INIT };
	return ini_load_mem(&f->ini, f->name, text, strlen(text), INI_BARE_KEYS, e);
}

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
	struct fio_file f;

	if (read_text(&f, text, NULL))
		return;
	for (size_t i = 0; i < f.ini.nr_sections; i++)
		for (size_t k = 0; k < f.ini.sections[i].nr_keys; k++)
			if (!strcmp(f.ini.sections[i].keys[k].name, "directory"))
				strv_split(dirs, f.ini.sections[i].keys[k].value, ":");
	ini_release(&f.ini);
}

/* --- files that are overwritten -------------------------------------------------------- */

/* file without the directory in front of it, or NULL: not in it. "./" and doubled slashes pass. */
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

/* Is it a job that declares the file of this path to be overwritten? */
static bool declares(const struct fio_file *f, size_t job, const char *file)
{
	const char *name = f->ini.sections[job].name;
	const char *dir = fio_value(f, job, "directory", NULL);
	const char *filename = fio_value(f, job, "filename", NULL);
	size_t len = strlen(name);

	if (!fio_is_job(f, job) || !fio_flag(f, job, "overwrite"))
		return false;
	if (fio_value(f, job, "filename_format", NULL) || fio_value(f, job, "opendir", NULL) ||
	    (dir && strchr(dir, ':')))
		return true;
	if (dir)
		file = below(file, dir);
	if (!file)
		return false;
	if (filename)
		return in_list(filename, file);
	/* fio's own names are JOB.THREAD.FILE. */
	return !strncmp(file, name, len) && file[len] == '.';
}

bool fiojob_overwrites(const char *text, const char *file)
{
	struct fio_file f;
	bool found = false;

	if (read_text(&f, text, NULL))
		return false;
	for (size_t i = 0; i < f.ini.nr_sections && !found; i++)
		found = declares(&f, i, file);
	ini_release(&f.ini);
	return found;
}

char *fiojob_unproven(const char *text, const struct strv *files)
{
	struct fio_file f;
	char *job = NULL;

	if (read_text(&f, text, NULL))
		return NULL;
	for (size_t i = 0; i < f.ini.nr_sections && !job; i++) {
		const char *engine = fio_value(&f, i, "ioengine", NULL);
		bool found = !fio_is_job(&f, i) || !fio_flag(&f, i, "overwrite") ||
			     (engine && !strcmp(engine, "null"));

		for (size_t k = 0; k < files->n && !found; k++)
			found = declares(&f, i, files->v[k]);
		if (!found)
			job = xstrdup(f.ini.sections[i].name);
	}
	ini_release(&f.ini);
	return job;
}
