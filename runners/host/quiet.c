/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quiet.c: settings changed for a run and put back; see quiet.h. Each value is
 * read back after it was written: a driver may take a write and do nothing.
 */
#include "runners/host/quiet.h"

#include <errno.h>
#include <glob.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fs.h"

static const struct setting {
	const char *files; /* below sys, a pattern */
	const char *want;
	const char *choices; /* beside the file: the values it knows; NULL: any */
	const char *what;    /* for notes */
} settings[] = {
	{ "devices/system/cpu/cpufreq/policy*/scaling_governor", "performance",
	  "scaling_available_governors", "CPU frequency governor" },
};

static int write_setting(const char *path, const char *value, struct err *e)
{
	int ret = fs_write_text(path, value, e);
	char *now = ret ? NULL : fs_read_line(path);

	if (ret)
		return ret;
	if (!now || strcmp(now, value))
		ret = err_add(e, EIO, "%s took \"%s\" and says \"%s\"", path, value,
			      now ? now : "nothing");
	free(now);
	return ret;
}

/* Does the list beside path hold the value wanted? */
static bool has_choice(const struct setting *s, const char *path)
{
	char *list_path, *list;
	struct strv words = STRV_INIT;
	bool has;

	if (!s->choices)
		return true;
	list_path = xasprintf("%.*s/%s", (int)(strrchr(path, '/') - path), path, s->choices);
	list = fs_read_line(list_path);
	strv_split(&words, list ? list : "", " ");
	has = strv_find(&words, s->want) >= 0;
	strv_release(&words);
	free(list);
	free(list_path);
	return has;
}

static int change(struct quiet *q, const struct setting *s, const char *path,
		  quiet_record_fn record, void *arg, struct err *e)
{
	char *old = fs_read_line(path);
	int ret = 0;

	if (!old || !has_choice(s, path)) {
		strv_addf(&q->notes, "%s: %s does not know \"%s\" and stays %s", s->what, path,
			  s->want, old ? old : "as it is");
		goto out;
	}
	if (!strcmp(old, s->want))
		goto out;
	if (record)
		ret = record(arg, path, s->want, e);
	if (ret)
		goto out;
	/* Noted first: a write that fails half way is put back too. */
	strv_add(&q->paths, path);
	strv_add(&q->old, old);
	strv_add(&q->now, s->want);
	ret = write_setting(path, s->want, e);
out:
	free(old);
	return ret;
}

int quiet_begin(struct quiet *q, const char *sys, quiet_record_fn record, void *arg, struct err *e)
{
	int ret = 0;

	*q = (struct quiet)QUIET_NONE;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && !ret; i++) {
		char *pattern = xasprintf("%s/%s", sys, settings[i].files);
		glob_t found = { 0 };

		if (glob(pattern, 0, NULL, &found))
			strv_addf(&q->notes, "%s: this machine has none to set", settings[i].what);
		for (size_t k = 0; k < found.gl_pathc && !ret; k++)
			ret = change(q, &settings[i], found.gl_pathv[k], record, arg, e);
		globfree(&found);
		free(pattern);
	}
	return ret;
}

int quiet_put_back(const char *path, const char *old, const char *now, struct err *e)
{
	char *current = fs_read_line(path);
	int ret = 0;

	if (current && !strcmp(current, now) && strcmp(current, old))
		ret = write_setting(path, old, e);
	free(current);
	return ret;
}

int quiet_end(struct quiet *q, struct err *e)
{
	int first = 0;

	for (size_t i = q->paths.n; i-- > 0;) {
		int ret = quiet_put_back(q->paths.v[i], q->old.v[i], q->now.v[i], e);

		if (!first)
			first = ret;
	}
	strv_release(&q->paths);
	strv_release(&q->old);
	strv_release(&q->now);
	strv_release(&q->notes);
	return first;
}
