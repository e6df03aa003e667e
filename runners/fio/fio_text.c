/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_text.c: the text of a fio job file before it is taken apart: comments cut where fio cuts
 * them, and variables replaced in options only, as fio does it. Then the text that fiojob_make
 * wrote, as a cell run needs it: with the block's seed, and asked for its directories and for the
 * files that it overwrites.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/rng.h"
#include "runners/fio/fiojob_impl.h"

static const char *set_value(const char *const *params, const char *name)
{
	for (; params && params[0]; params += 2)
		if (!strncmp(params[0], FIOJOB_SET, strlen(FIOJOB_SET)) &&
		    !strcmp(params[0] + strlen(FIOJOB_SET), name))
			return params[1];
	return NULL;
}

/* ${var} by the parameters (then into used), or else by the environment, with a note. */
static int expand_one(struct fio_file *f, const char *const *params, const char *var, unsigned line,
		      struct strv *used, struct buf *out)
{
	const char *set = set_value(params, var), *value = set ? set : getenv(var);

	if (!value)
		return err_add(f->e, EINVAL,
			       "%s:%u: ${%s} is not set: set it in the environment, or set.%s in "
			       "[workload]",
			       f->name, line, var, var);
	if (strpbrk(value, ";#\r\n$"))
		return err_add(f->e, EINVAL,
			       "%s:%u: ${%s} is \"%.60s\": no value holds "
			       "; # $ or the end of a line",
			       f->name, line, var, value);
	if (set)
		strv_add(used, var);
	else
		strv_addf(&f->notes, "%s:%u: ${%s} is \"%.200s\", from the environment", f->name,
			  line, var, value);
	buf_adds(out, value);
	return 0;
}

static void expand_line(struct fio_file *f, const char *const *params, const char *line, size_t len,
			unsigned nr, struct strv *used, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		const char *close = memchr(line + i, '}', len - i);
		char *var;

		if (line[i] != '$' || i + 1 == len || line[i + 1] != '{' || !close) {
			buf_addc(out, line[i]);
			continue;
		}
		var = xstrndup(line + i + 2, (size_t)(close - line) - i - 2);
		if (expand_one(f, params, var, nr, used, out))
			f->ret = -EINVAL;
		i = (size_t)(close - line);
		free(var);
	}
}

void fio_text_plain(struct fio_file *f, const char *text, const char *const *params,
		    struct buf *out)
{
	struct strv used = STRV_INIT;
	unsigned nr = 1;

	for (const char *p = text; *p; nr++) {
		size_t len = strcspn(p, "\n"), code = strcspn(p, ";#\n"); /* as strip_blank_end */

		/* fio replaces no variable in a section's name. */
		if (p[strspn(p, " \t")] == '[')
			buf_add(out, p, code);
		else
			expand_line(f, params, p, code, nr, &used, out);
		if (p[len])
			buf_addc(out, '\n');
		p += len + (p[len] == '\n');
	}
	/* A variable that is set for nothing would be cells that differ by their names only. */
	for (const char *const *p = params; !f->ret && p && p[0]; p += 2)
		if (!strncmp(p[0], FIOJOB_SET, strlen(FIOJOB_SET)) &&
		    strv_find(&used, p[0] + strlen(FIOJOB_SET)) < 0)
			f->ret = err_add(f->e, EINVAL,
					 "%s: no option in it holds ${%s}: remove the parameter %s",
					 f->name, p[0] + strlen(FIOJOB_SET), p[0]);
	strv_release(&used);
}

/* --- a text that was written ------------------------------------------------------------ */

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

/* Is file one of "a:./b"? */
static bool in_list(const char *list, const char *file)
{
	for (;; list++) {
		size_t len;

		list += strncmp(list, "./", 2) ? 0 : 2;
		len = strcspn(list, ":");
		if (strlen(file) == len && !memcmp(list, file, len))
			return true;
		list += len;
		if (!*list)
			return false;
	}
}

static bool declares(const struct fio_file *f, size_t job, const char *file)
{
	const char *name = f->ini.sections[job].name;
	const char *dir = fio_get(f, job, "directory");
	const char *filename = fio_get(f, job, "filename");
	size_t len = strlen(name);

	if (!fio_is_job(f, job) || !fio_flag(f, job, "overwrite"))
		return false;
	if (fio_get(f, job, "filename_format") || fio_get(f, job, "opendir") ||
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
		const char *engine = fio_get(&f, i, "ioengine");
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
