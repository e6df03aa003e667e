/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_guard.c: `fsduel guard`: measure a suite whose readers look for stale data, and name
 * the variants on which they found any; or report a folder that is there. analysis/guard
 * judges, dashboards/table/guard_table.c draws.
 */
#include <errno.h>
#include <stdlib.h>

#include "analysis/guard/guard.h"
#include "cli/measure.h"
#include "cli/show.h"
#include "lib/data.h"
#include "lib/fs.h"
#include "lib/schema.h"
#include "runners/folder/folder.h"

#define DEFAULT_SUITE "configs/guard.ini"

bool guard_asked(const char *dir)
{
	json_t *run = NULL;
	bool asked = !folder_read_run(dir, &run, NULL) && json_object_get(run, "guard");

	json_decref(run);
	return asked;
}

static int verdict_code(const struct guard *g, bool strict, int alarm)
{
	if (alarm && guard_alarms(g))
		return alarm;
	for (size_t i = 0; i < g->nr_variants; i++)
		if (g->variants[i].troubled)
			return FSDUEL_UNMEASURED;
	return strict && guard_count(g, GUARD_UNSURE) ? FSDUEL_UNSURE : FSDUEL_OK;
}

static int keep_csv(const char *dir, const struct shown *s, struct err *e)
{
	char *path = xasprintf("%s/%s", dir, GUARD_CSV);
	struct buf csv = BUF_INIT;
	int ret;

	show_write(&csv, &format_csv, SUBJECT_GUARD, s);
	ret = fs_write_atomic(path, csv.data, csv.len, e);
	buf_release(&csv);
	free(path);
	return ret;
}

int guard_report(const char *dir, const struct options *o, bool keep, int alarm,
		 struct buf *summary, struct err *e)
{
	struct shown s = { 0 };
	int code = FSDUEL_USAGE;

	if (!show_pass(dir, SUBJECT_GUARD, &s, e)) {
		if (summary)
			table_guard_summary(summary, &s.guard);
		code = keep && keep_csv(dir, &s, e)
			       ? FSDUEL_MACHINE
			       : show_report(format_at(o->format, SUBJECT_GUARD), SUBJECT_GUARD, &s,
					     e);
	}
	if (code == FSDUEL_OK)
		code = verdict_code(&s.guard, o->strict, alarm);
	show_close(&s);
	return code;
}

static int measure(const struct call *c, struct err *e)
{
	const struct suite_overrides over = overrides_of(&c->o);
	char *own = data_find(DEFAULT_SUITE);
	struct job j = { 0 };
	int code;

	if (job_open(&j, c, own ? own : DEFAULT_SUITE, &over, e)) {
		code = err_exit_code(e, FSDUEL_USAGE);
	} else {
		/* As an empty [guard] says: without a control no variant is called clean. */
		j.suite.guard.there = true;
		code = job_measure(&j, e);
	}
	if (code == FSDUEL_OK)
		code = guard_report(j.dir, &c->o, true, FSDUEL_SLOWER, NULL, e);
	job_release(&j);
	free(own);
	return code;
}

/* Without a folder to measure into, the word is a folder to report. */
static int run(const struct call *c, struct err *e)
{
	const struct options *o = &c->o;

	if (!c->nr_args || o->output || o->resume)
		return measure(c, e);
	if (!o->suite && !o->baseline && !o->patched && !o->mode && !o->blocks)
		return guard_report(c->args[0], o, false, FSDUEL_SLOWER, NULL, e);
	err_add(e, EINVAL,
		"the report of a folder measures nothing: give --output DIR or --resume DIR to "
		"measure");
	return FSDUEL_USAGE;
}

const struct command command_guard = {
	.name = "guard",
	.args = "[SUITE | DIR]",
	.max_args = 1,
	.summary = "look for stale data in direct reads beside writers into holes",
	.text = "Marks free space with its own addresses and frees it; then direct readers run "
		"beside mmap writers that fill holes of the same file. A read that returns the "
		"mark, or a stamp of another round, is stale data. The command measures as duel "
		"does (default suite: " DEFAULT_SUITE "); DIR alone prints the report of a results "
		"folder again. docs/guard.md has the limits of the method.\n\n"
		"Exit code 1: a variant is stale that is neither a control nor contrasted with a "
		"stale one; 4: a cell run has a complaint beside stale data; 5: with --strict, a "
		"variant is unsure.",
	.options = OPT(suite) | OPT(output) | OPT(resume) | OPT(baseline) | OPT(patched) |
		   OPT(mode) | OPT(blocks) | OPT(guests) | OPT(qemu) | OPT(format) | OPT(strict) |
		   OPT(quiet),
	.formats = FORMATS_OF_GUARD,
	.run = run,
};
