/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_report.c: see guard_report.h. Judging is analysis/guard's, drawing
 * dashboards/table/guard_table.c's. */
#include "cli/guard_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/guard/guard.h"
#include "cli/show.h"
#include "dashboards/export/formats.h"
#include "lib/fs.h"
#include "lib/schema.h"

int guard_check_format(const char *format, struct err *e)
{
	return format_find(format, SUBJECT_GUARD, e) ? 0 : -EINVAL;
}

bool guard_asked(const char *dir)
{
	char *path = xasprintf("%s/%s", dir, RUN_JSON);
	json_t *run = NULL;
	bool asked = !fs_read_json(path, &run, NULL) && json_object_get(run, "guard");

	json_decref(run);
	free(path);
	return asked;
}

static int verdict_code(const struct guard *g, const struct guard_show *show)
{
	if (!show->no_gate && guard_alarms(g))
		return FSDUEL_SLOWER;
	for (size_t i = 0; i < g->nr_variants; i++)
		if (g->variants[i].troubled)
			return FSDUEL_UNMEASURED;
	return show->strict && guard_count(g, GUARD_UNSURE) ? FSDUEL_UNSURE : FSDUEL_OK;
}

static int keep_csv(const char *dir, const struct guard *g, const struct results *r, struct err *e)
{
	char *path = xasprintf("%s/%s", dir, GUARD_CSV);
	struct buf csv = BUF_INIT;
	int ret;

	format_write(&csv, &format_csv, SUBJECT_GUARD, &(struct findings){ .r = r, .guard = g });
	ret = fs_write_atomic(path, csv.data, csv.len, e);
	buf_release(&csv);
	free(path);
	return ret;
}

int guard_report(const char *dir, const struct guard_show *show, struct buf *summary, struct err *e)
{
	struct guard g = { .variants = NULL };
	struct buf out = BUF_INIT;
	struct results *r = NULL;
	int code = FSDUEL_USAGE;

	if (results_load(&r, dir, e) || guard_make(&g, r, e))
		goto out;
	format_write(&out, format_find(show->format, SUBJECT_GUARD, e), SUBJECT_GUARD,
		     &(struct findings){ .r = r, .guard = &g });
	if (summary)
		table_guard_summary(summary, &g);
	code = FSDUEL_MACHINE;
	if ((!show->keep || !keep_csv(dir, &g, r, e)) && !show_print(&out, e))
		code = verdict_code(&g, show);
out:
	guard_release(&g);
	results_free(r);
	buf_release(&out);
	return code;
}
