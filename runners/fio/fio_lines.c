/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_lines.c: each line of a fio job file by itself: refused, dropped with a note, or brought
 * into the work directory. Two tables say which. Options that fio does not know pass: fio itself
 * refuses them.
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
	{ "server", "fio would run elsewhere" },
	{ "status_interval", "it prints while measuring" },
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

static const char *find_rule(const struct rule *rules, const char *option)
{
	while (rules->pattern && fnmatch(rules->pattern, option, FNM_CASEFOLD))
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
		fio_say(f, FIO_CHANGED, k->line, "%s=%.200s is taken as %s in the work directory",
			k->name, k->value, b.len ? buf_str(&b) : ".");
		free(k->value);
		k->value = xstrdup(b.len ? buf_str(&b) : ".");
		s->outside |= is(k, "filename");
	}
	buf_release(&b);
}

static void check_key(struct fio_file *f, const struct ini_key *k)
{
	const char *value = k->value ? k->value : "", *why = find_rule(refused, k->name);
	bool free_text = is(k, "description") || is(k, "name");

	if (why)
		fio_say(f, FIO_REFUSED, k->line, "%s is refused: %s", k->name, why);
	if (strpbrk(k->name, "[]$/\\\"'") || (k->bare && strpbrk(k->name, " \t=")))
		fio_say(f, FIO_REFUSED, k->line, "\"%.60s\" is not an option of fio", k->name);
	if (strchr(value, '$'))
		fio_say(f, FIO_REFUSED, k->line,
			"%s=%.60s: fio works this out where it runs, and it is not recorded; write "
			"the value itself",
			k->name, value);
	if (!free_text && leaves(value))
		fio_say(f, FIO_REFUSED, k->line,
			"%s=%.60s leaves the work directory: give a name relative to it", k->name,
			value);
	if (is(k, "filename") && (!strcmp(value, "-") || !*value))
		fio_say(f, FIO_REFUSED, k->line, "filename=%s is not a file in the work directory",
			value);
	if (!k->bare && !*value)
		fio_say(f, FIO_REFUSED, k->line, "%s= has no value", k->name);
}

/* Leave the line out, with a note. */
static bool drop_key(struct fio_file *f, struct ini_section *s, size_t k)
{
	struct ini_key *key = &s->keys[k];
	const char *why = find_rule(dropped, key->name);

	if (!why || (!key->bare && !strcmp(key->value, "0")))
		return false;
	fio_say(f, FIO_CHANGED, key->line, "%s is left out: %s", key->name, why);
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
			fio_say(f, FIO_REFUSED, s->line,
				"\"%.60s\" is no name for a job: it becomes a file name", s->name);
		for (size_t k = 0; k < s->nr_keys;) {
			struct ini_key *key = &s->keys[k];

			if (drop_key(f, s, k))
				continue;
			if ((is(key, "filename") || is(key, "directory")) && !key->bare)
				bring_home(f, &f->sections[i], key);
			if (is(key, "unlink") && strcmp(key->value, "0"))
				fio_say(f, FIO_CHANGED, key->line,
					"unlink is left out of what is measured: the file system "
					"is made anew for every cell run");
			check_key(f, key);
			k++;
		}
	}
}
