/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_checks.c: each line of a fio job file by itself (refused, dropped with a note, or brought
 * into the work directory), then each job: can it be measured as a file system's work? Options
 * that fio does not know pass, because fio itself refuses them.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "runners/fio/fiojob_impl.h"

#define JOB_NAME_MAX 200 /* fio cuts at 255 */

struct rule {
	const char *pattern, *why;
};

static const struct rule refused[] = {
	{ "include *", "another file would decide what is measured: copy its lines here" },
	{ "read_iolog", "the log is not part of the suite" },
	{ "merge_blktrace*", "the trace is not part of the suite" },
	{ "replay_*", "the log is not part of the suite" },
	{ "exec_*", "programs run beside the measuring" },
	{ "ioscheduler", "it changes the device: set the scheduler before, and it is recorded" },
	{ "cgroup*", "it changes the machine" },
	{ "hugepage-size", "it changes the machine" },
	{ "filename_format", "the files are then not known to be those declared: use filename" },
	{ "uid", "files of another user: fsduel runs fio as it is" },
	{ "gid", "files of another user: fsduel runs fio as it is" },
	{ "wait_for", "write stonewall, and each part is measured by itself" },
	{ NULL, NULL },
};

/* Dropped unless they are 0: they say how fio reports or tidies up, not what it does. */
static const struct rule dropped[] = {
	{ "write_*_log", "fsduel collects histograms, and no log is written while measuring" },
	{ "write_iolog", "no log is written while measuring" },
	{ "log_*", "no log is written while measuring" },
	{ "per_job_logs", "no log is written while measuring" },
	{ "gtod_reduce", "fsduel reads the latencies that it takes away" },
	{ "disable_lat", "fsduel reads the latencies that it takes away" },
	{ "disable_clat", "fsduel reads the latencies that it takes away" },
	{ NULL, NULL },
};

static const char *find_rule(const struct rule *rules, const char *word, int flags)
{
	while (rules->pattern && fnmatch(rules->pattern, word, flags))
		rules++;
	return rules->why;
}

static bool is(const struct ini_key *k, const char *name)
{
	return !strcmp(k->name, name);
}

/* Does a path in a value (parted as fio does, by ':' and ',') leave the work directory? */
static bool leaves(const char *value)
{
	struct strv paths = STRV_INIT;
	bool out = false;

	strv_split(&paths, value, ":,'\"");
	for (size_t i = 0; i < paths.n; i++) {
		const char *path = paths.v[i] + strspn(paths.v[i], " \t\\");
		struct strv steps = STRV_INIT;

		strv_split(&steps, path, "/");
		out |= *path == '/' || strv_find(&steps, "..") >= 0;
		strv_release(&steps);
	}
	strv_release(&paths);
	return out;
}

/* Absolute paths in a value become relative ones. */
static void bring_home(struct fio_file *f, struct fio_section *s, struct ini_key *k)
{
	struct buf b = BUF_INIT;
	bool changed = false;

	for (const char *p = k->value; *p; p++) {
		if (p == k->value || (p[-1] == ':' && (p - k->value < 2 || p[-2] != '\\'))) {
			changed |= *p == '/';
			p += strspn(p, "/");
		}
		if (!*p)
			break;
		buf_addc(&b, *p);
	}
	if (changed) {
		char *home = xstrdup(b.len ? b.data : ".");

		strv_addf(&f->notes, "%s:%u: %s=%.200s is taken as %s in the work directory",
			  f->name, k->line, k->name, k->value, home);
		free(k->value);
		k->value = home;
		s->outside |= is(k, "filename");
	}
	buf_release(&b);
}

static void check_key(struct fio_file *f, const struct ini_key *k)
{
	const char *why = find_rule(refused, k->name, FNM_CASEFOLD), *value = k->value;
	bool free_text = is(k, "description") || is(k, "name");

	if (why)
		fio_refuse(f, k->line, "%s is refused: %s", k->name, why);
	if (strpbrk(k->name, "[]$/\\\"'") || (k->bare && strpbrk(k->name, " \t=")))
		fio_refuse(f, k->line, "\"%.60s\" is not an option of fio", k->name);
	if (strchr(value, '$'))
		fio_refuse(f, k->line,
			   "%s=%.60s: fio works this out where it runs: write the value itself",
			   k->name, value);
	if (!free_text && leaves(value))
		fio_refuse(f, k->line,
			   "%s=%.60s leaves the work directory: give a name relative to it",
			   k->name, value);
	if (is(k, "filename") && (!strcmp(value, "-") || !*value))
		fio_refuse(f, k->line, "filename=%s is not a file in the work directory", value);
}

/* Leave the line out, with a note. */
static bool drop_key(struct fio_file *f, struct ini_section *s, size_t k)
{
	struct ini_key *key = &s->keys[k];
	const char *why = find_rule(dropped, key->name, FNM_CASEFOLD);

	if (!why || (!key->bare && !strcmp(key->value, "0")))
		return false;
	strv_addf(&f->notes, "%s:%u: %s is left out: %s", f->name, key->line, key->name, why);
	free(key->name);
	free(key->value);
	memmove(key, key + 1, (--s->nr_keys - k) * sizeof(*key));
	return true;
}

void fio_check_lines(struct fio_file *f)
{
	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		struct ini_section *s = &f->ini.sections[i];
		size_t len = strlen(s->name);

		if (!len || len > JOB_NAME_MAX || strpbrk(s->name, "/[]\\") || *s->name == '.')
			fio_refuse(f, s->line,
				   "\"%.60s\" is no name for a job: it becomes a file name",
				   s->name);
		for (size_t k = 0; k < s->nr_keys;) {
			struct ini_key *key = &s->keys[k];

			if (drop_key(f, s, k))
				continue;
			if ((is(key, "filename") || is(key, "directory")) && !key->bare)
				bring_home(f, &f->sections[i], key);
			if (is(key, "unlink") && strcmp(key->value, "0"))
				strv_addf(&f->notes,
					  "%s:%u: unlink is left out: each cell run has a file "
					  "system of its own",
					  f->name, key->line);
			check_key(f, key);
			k++;
		}
	}
}

/* --- one job ---------------------------------------------------------------------------- */

static void check_engine(struct fio_file *f, size_t job)
{
	const struct fio_engine *engine = fio_engine(f, job);
	unsigned line;
	const char *name = fio_value(f, job, "ioengine", &line), *depth;
	uint64_t n = 1;

	if (!engine)
		fio_refuse(
			f, line,
			"ioengine \"%s\" is not one of those for files: psync, libaio, io_uring, "
			"mmap, ...",
			name);
	depth = fio_value(f, job, "iodepth", &line);
	if (engine && engine->synchronous && fio_bytes(depth, &n) && n > 1)
		fio_refuse(f, line,
			   "iodepth=%s does nothing with the synchronous engine %s: use libaio",
			   depth, engine->name);
}

/* Options that fio heeds over the one a parameter sets, so that the parameter would do nothing. */
static void check_stronger(struct fio_file *f, size_t job)
{
	static const char *const pairs[][2] = {
		{ "bs", "bssplit" },
		{ "bs", "bsrange" },
		{ "size", "filesize" },
	};
	unsigned line;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (fio_over(f, pairs[i][0]) && fio_value(f, job, pairs[i][1], &line))
			fio_refuse(f, line, "%s makes the parameter %s do nothing: remove it",
				   pairs[i][1], pairs[i][0]);
}

/* Only the files that are laid out are proven: fio would make those of the next loop itself. */
static void check_unlinked(struct fio_file *f, size_t job)
{
	unsigned line;

	fio_value(f, job, "unlink_each_loop", &line);
	if (fio_flag(f, job, "overwrite") && fio_flag(f, job, "unlink_each_loop"))
		fio_refuse(f, line,
			   "unlink_each_loop deletes the files that overwrite=1 is to find: remove "
			   "one of them");
}

/* Did an earlier job give these files a size? */
static bool sized_before(const struct fio_file *f, size_t job)
{
	const char *filename = fio_get(f, job, "filename");

	for (size_t i = 0; filename && i < job; i++) {
		const char *other = fio_is_job(f, i) ? fio_get(f, i, "filename") : NULL;

		if (other && !strcmp(other, filename))
			return true;
	}
	return false;
}

static bool is_outside(const struct fio_file *f, size_t job)
{
	for (size_t i = job + 1; i-- > 0;)
		if ((i == job || !fio_is_job(f, i)) && f->sections[i].outside)
			return true;
	return false;
}

/* Only when it runs, fio says "you need to specify size=". A share of no file is no size. */
static void check_size(struct fio_file *f, size_t job)
{
	const char *size = fio_get(f, job, "size");
	unsigned line = f->ini.sections[job].line;
	uint64_t bytes = 1;

	/* "size=0" is all of a file that is there before. */
	fio_bytes(size, &bytes);
	if ((size && bytes && !strchr(size, '%')) || fio_get(f, job, "filesize") ||
	    fio_flag(f, job, "fill_device") || sized_before(f, job))
		return;
	f->sections[job].no_size = is_outside(f, job);
	if (f->sections[job].no_size)
		strv_addf(&f->notes,
			  "%s:%u: job \"%.60s\" works on all of a device or file elsewhere: a file "
			  "of " FIOJOB_DEVICE
			  " takes its place; size = in [workload] gives another size",
			  f->name, line, fio_job_name(f, job));
	else
		fio_refuse(f, line,
			   "job \"%.60s\" has no size: write size= in the job or in [workload]",
			   fio_job_name(f, job));
}

/* When a job starts; false: not known. */
static bool starts_ns(const struct fio_file *f, size_t job, uint64_t *ns)
{
	const char *delay = fio_get(f, job, "startdelay");

	*ns = 0;
	return !delay || fio_ns(delay, ns);
}

/* The rates of the jobs of a part are added up, so it must start before another one has ended. */
static void check_delay(struct fio_file *f, size_t job)
{
	uint64_t start, other, runtime;
	bool known = starts_ns(f, job, &start);

	for (size_t i = 0; i < f->ini.nr_sections; i++) {
		unsigned line;

		if (i == job || !fio_is_job(f, i) || f->sections[i].part != f->sections[job].part)
			continue;
		if (known &&
		    (!starts_ns(f, i, &other) || start <= other ||
		     (fio_flag(f, i, "time_based") && fio_ns(fio_get(f, i, "runtime"), &runtime) &&
		      start - other < runtime)))
			continue;
		fio_value(f, job, "startdelay", &line);
		fio_refuse(f, line,
			   "job \"%.60s\" may start when \"%.60s\" has ended: write stonewall in "
			   "the place of startdelay, and each is measured by itself",
			   fio_job_name(f, job), fio_job_name(f, i));
	}
}

void fio_check_job(struct fio_file *f, size_t job)
{
	check_engine(f, job);
	check_stronger(f, job);
	check_unlinked(f, job);
	check_size(f, job);
	check_delay(f, job);
}
