/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show.c: a results folder compared and printed, for `compare` and for `duel` at its end. */
#include "cli/show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/compare.h"
#include "dashboards/export.h"
#include "dashboards/table.h"

static void write_csv(struct buf *out, const struct comparison *c, const struct results *r)
{
	(void)r;
	export_csv(out, c);
}

static const struct format {
	const char *name;
	void (*write)(struct buf *out, const struct comparison *c, const struct results *r);
} formats[] = {
	{ "table", table_comparison }, /* the default is the first */
	{ "csv", write_csv },
	{ "json", export_json },
};

static const struct format *find_format(const char *name, struct err *e)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!name || !strcmp(name, formats[i].name))
			return &formats[i];
	}
	err_add(e, EINVAL, "unknown format '%.32s'; known: table, csv, json", name);
	return NULL;
}

static int print(const struct buf *out, struct err *e)
{
	if (fwrite(out->data, 1, out->len, stdout) != out->len || fflush(stdout))
		return err_sys(e, errno, "cannot write to standard output");
	return 0;
}

int show_comparison(const char *dir, const struct show_options *o, struct err *e)
{
	static const struct show_options defaults = { 0 };
	const struct format *format;
	struct comparison c = { 0 };
	struct results *r = NULL;
	struct buf out = BUF_INIT;
	int code = FSDUEL_USAGE;

	if (!o)
		o = &defaults;
	format = find_format(o->format, e);
	if (!format || results_load(&r, dir, e) || compare_results(&c, r, o->contrast, e) ||
	    comparison_select(&c, o->metric, o->role, e))
		goto out;
	format->write(&out, &c, r);
	if (print(&out, e))
		code = FSDUEL_MACHINE;
	else
		code = c.unmeasured ? FSDUEL_UNMEASURED : FSDUEL_OK;
out:
	comparison_release(&c);
	results_free(r);
	buf_release(&out);
	return code;
}
