/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cmd_guard.c: `fsduel guard`: measure a suite whose readers look for stale data, as
 * `duel` measures one, and say on which variants they found any; or say so of a folder
 * that is there. Judging is analysis/guard's, drawing dashboards/table/guard_table.c's.
 */
#include <errno.h>
#include <stdlib.h>

#include "analysis/guard/guard.h"
#include "cli/measure.h"
#include "cli/show.h"
#include "dashboards/table/guard_table.h"
#include "lib/data.h"
#include "lib/fs.h"
#include "lib/schema.h"

#define DEFAULT_SUITE "configs/guard.ini"

typedef void writer(struct buf *out, const struct guard *g, const struct results *r);
static writer *const writers[] = { guard_table, guard_csv, guard_json };

bool guard_asked(const char *dir)
{
	char *path = xasprintf("%s/%s", dir, RUN_JSON);
	json_t *run = NULL;
	bool asked = !fs_read_json(path, &run, NULL) && json_object_get(run, "guard");

	json_decref(run);
	free(path);
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

static int keep_csv(const char *dir, const struct guard *g, const struct results *r, struct err *e)
{
	char *path = xasprintf("%s/%s", dir, GUARD_CSV);
	struct buf csv = BUF_INIT;
	int ret;

	guard_csv(&csv, g, r);
	ret = fs_write_atomic(path, csv.data, csv.len, e);
	buf_release(&csv);
	free(path);
	return ret;
}

int guard_report(const char *dir, const struct options *o, bool keep, int alarm,
		 struct buf *summary, struct err *e)
{
	struct guard g = { .variants = NULL };
	struct buf out = BUF_INIT;
	struct results *r = NULL;
	int code = FSDUEL_USAGE;

	if (!results_load(&r, dir, e) && !guard_make(&g, r, e)) {
		writers[o->format](&out, &g, r);
		if (summary)
			guard_summary(summary, &g);
		code = keep && keep_csv(dir, &g, r, e) ? FSDUEL_MACHINE : show_print(&out, e);
	}
	if (code == FSDUEL_OK)
		code = verdict_code(&g, o->strict, alarm);
	guard_release(&g);
	results_free(r);
	buf_release(&out);
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
		"mark, or a stamp of another round, is stale data. Measures as duel does, without "
		"SUITE " DEFAULT_SUITE "; DIR alone prints the report of a results folder again. "
		"docs/guard.md says what it can and cannot show.\n\n"
		"Exit code 1: a variant is stale that is neither a control nor contrasted with one "
		"that is stale, too; 4: a cell run has a complaint beside stale data; 5: with "
		"--strict, a variant is unsure.",
	.options = OPT(suite) | OPT(output) | OPT(resume) | OPT(baseline) | OPT(patched) |
		   OPT(mode) | OPT(blocks) | OPT(guests) | OPT(qemu) | OPT(format) | OPT(strict) |
		   OPT(quiet),
	.formats = "table|csv|json",
	.run = run,
};
