/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guard_report.c: see guard_report.h. Judging is analysis/guard's, drawing
 * dashboards/table/guard_table.c's. */
#include "cli/guard_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/guard/guard.h"
#include "cli/show.h"
#include "dashboards/table/guard_table.h"
#include "lib/fs.h"
#include "lib/near.h"
#include "lib/schema.h"

static const struct format {
	const char *name;
	void (*write)(struct buf *out, const struct guard *g, const struct results *r);
} formats[] = {
	{ "table", guard_table }, /* the default is the first */
	{ "csv", guard_csv },
	{ "json", guard_json },
};
#define NR_FORMATS (sizeof(formats) / sizeof(formats[0]))

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < NR_FORMATS; i++)
		if (!name || !strcmp(name, formats[i].name))
			return &formats[i];
	return NULL;
}

int guard_check_format(const char *format, struct err *e)
{
	const char *known[NR_FORMATS + 1] = { NULL };
	struct buf hint = BUF_INIT;

	if (find_format(format))
		return 0;
	for (size_t i = 0; i < NR_FORMATS; i++)
		known[i] = formats[i].name;
	near_hint(&hint, format, known);
	err_add(e, EINVAL, "unknown format '%.32s'%s", format, buf_str(&hint));
	buf_release(&hint);
	return -EINVAL;
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

	guard_csv(&csv, g, r);
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
	find_format(show->format)->write(&out, &g, r);
	if (summary)
		guard_summary(summary, &g);
	code = FSDUEL_MACHINE;
	if ((!show->keep || !keep_csv(dir, &g, r, e)) && !show_print(&out, e))
		code = verdict_code(&g, show);
out:
	guard_release(&g);
	results_free(r);
	buf_release(&out);
	return code;
}
