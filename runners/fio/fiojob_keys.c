/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fiojob_keys.c: each line of a fio job file by itself: refused, dropped with a word,
 * or brought into the work directory. Two tables say which. Options that fio would not take are
 * not looked for here: fio says that.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "runners/fio/fiojob_impl.h"

#define JOB_NAME_MAX 200 /* fio cuts at 255 */

struct option_rule {
	const char *pattern, *why;
};

static const struct option_rule refused[] = {
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

/* Left out, unless they are 0: how fio reports or tidies up, not what it does. */
static const struct option_rule dropped[] = {
	{ "write_*_log", "fsduel collects histograms, and no log is written while measuring" },
	{ "write_iolog", "no log is written while measuring" },
	{ "log_*", "no log is written while measuring" },
	{ "per_job_logs", "no log is written while measuring" },
	{ "gtod_reduce", "fsduel reads the latencies that it takes away" },
	{ "disable_lat", "fsduel reads the latencies that it takes away" },
	{ "disable_clat", "fsduel reads the latencies that it takes away" },
	{ NULL, NULL },
};

/* Free text, in which a path is none. */
static bool is_text(const char *option)
{
	return !strcmp(option, "description") || !strcmp(option, "name");
}

static bool is_path(const char *option)
{
	return !strcmp(option, "filename") || !strcmp(option, "directory");
}

static const char *find_rule(const struct option_rule *rules, const char *option)
{
	while (rules->pattern && fnmatch(rules->pattern, option, FNM_CASEFOLD))
		rules++;
	return rules->why;
}

/* Does a path in a value (parted as fio does, by ':' and ',') leave the work directory? */
static bool leaves(const char *value)
{
	char *copy = xstrdup(value), *save = NULL;
	bool out = false;

	for (char *p = strtok_r(copy, ":,'\"", &save); p; p = strtok_r(NULL, ":,'\"", &save)) {
		char *part_save = NULL;

		p += strspn(p, " \t\\");
		out |= *p == '/';
		for (char *q = strtok_r(p, "/", &part_save); q; q = strtok_r(NULL, "/", &part_save))
			out |= !strcmp(q, "..");
	}
	free(copy);
	return out;
}

/* Absolute paths in a value become relative ones. */
static void bring_home(struct fiojob_check *c, size_t section, struct ini_key *k)
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
		fiojob_note(c, k->line, "%s=%.200s is taken as %s in the work directory", k->name,
			    k->value, b.len ? buf_str(&b) : ".");
		free(k->value);
		k->value = xstrdup(b.len ? buf_str(&b) : ".");
	}
	c->sections[section].outside |= changed && !strcmp(k->name, "filename");
	buf_release(&b);
}

static void check_key(struct fiojob_check *c, const struct ini_key *k)
{
	const char *value = k->value ? k->value : "", *why = find_rule(refused, k->name);

	if (why)
		fiojob_refuse(c, k->line, "%s is refused: %s", k->name, why);
	if (strpbrk(k->name, "[]$/\\\"'") || (k->bare && strpbrk(k->name, " \t=")))
		fiojob_refuse(c, k->line, "\"%.60s\" is not an option of fio", k->name);
	if (strchr(value, '$'))
		fiojob_refuse(c, k->line,
			      "%s=%.60s: fio works this out where it runs, and it is not recorded; "
			      "write the value itself",
			      k->name, value);
	if (!is_text(k->name) && leaves(value))
		fiojob_refuse(c, k->line,
			      "%s=%.60s leaves the work directory: give a name relative to it",
			      k->name, value);
	if (!strcmp(k->name, "filename") && (!strcmp(value, "-") || !*value))
		fiojob_refuse(c, k->line, "filename=%s is not a file in the work directory", value);
	if (!k->bare && !*value)
		fiojob_refuse(c, k->line, "%s= has no value", k->name);
}

/* The line is left out, with a word. */
static bool drop_key(struct fiojob_check *c, struct ini_section *s, size_t k)
{
	const char *why = find_rule(dropped, s->keys[k].name);

	if (!why || (!s->keys[k].bare && !strcmp(s->keys[k].value, "0")))
		return false;
	fiojob_note(c, s->keys[k].line, "%s is left out: %s", s->keys[k].name, why);
	free(s->keys[k].name);
	free(s->keys[k].value);
	memmove(&s->keys[k], &s->keys[k + 1], (--s->nr_keys - k) * sizeof(s->keys[k]));
	return true;
}

static void check_section(struct fiojob_check *c, size_t i)
{
	struct ini_section *s = &c->ini.sections[i];
	size_t len = strlen(s->name);

	if (!len || len > JOB_NAME_MAX || strpbrk(s->name, "/[]\\") || *s->name == '.')
		fiojob_refuse(c, s->line, "\"%.60s\" is no name for a job: it becomes a file name",
			      s->name);
	for (size_t k = 0; k < s->nr_keys;) {
		if (drop_key(c, s, k))
			continue;
		if (is_path(s->keys[k].name) && !s->keys[k].bare)
			bring_home(c, i, &s->keys[k]);
		if (!strcmp(s->keys[k].name, "unlink") && strcmp(s->keys[k].value, "0"))
			fiojob_note(c, s->keys[k].line,
				    "unlink is left out of what is measured: the file system is "
				    "made anew for every cell run");
		check_key(c, &s->keys[k]);
		k++;
	}
}

void fiojob_check_keys(struct fiojob_check *c)
{
	for (size_t i = 0; i < c->ini.nr_sections; i++)
		check_section(c, i);
}
